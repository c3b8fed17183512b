"""Statements that cannot both stand are kept, not dropped."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from apps.catalog.models import Artifact, Conflict
from apps.catalog.services.writing import Change
from apps.graph.hashing import sha256
from apps.graph.records import ArtifactKey
from apps.graph.strict_json import canonical


@dataclass(frozen=True, slots=True)
class ConflictDraft:
    """A conflict found, not yet stored."""

    code: str
    first: Artifact
    second: Artifact
    detail: str
    role: str = ""
    path: tuple[ArtifactKey, ...] = ()


def record_conflicts(*, change: Change, drafts: Sequence[ConflictDraft]) -> None:
    """Store each conflict once, however often it is met again."""
    rows = {row.fingerprint: row for row in (_row(change, draft) for draft in drafts)}
    known = set(Conflict.objects.filter(fingerprint__in=rows).values_list("fingerprint", flat=True))
    new = [row for fingerprint, row in rows.items() if fingerprint not in known]
    Conflict.objects.bulk_create(new, batch_size=500)
    change.conflicts += len(new)


def _row(change: Change, draft: ConflictDraft) -> Conflict:
    identity = [draft.code, draft.first.key_hash, draft.second.key_hash, draft.role]
    return Conflict(
        code=draft.code,
        first=draft.first,
        second=draft.second,
        role=draft.role,
        producer=change.producer,
        evidence=change.evidence,
        detail=draft.detail,
        path=[msgspec.structs.asdict(key) for key in draft.path],
        fingerprint=sha256(canonical([*identity, change.producer])),
        recorded_in_id=change.number,
    )
