"""Statements that cannot both stand are kept, not dropped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from apps.catalog.models import Artifact, Conflict
from apps.catalog.services.writing import Change
from apps.graph.hashing import sha256
from apps.graph.records import ArtifactKey
from apps.graph.strict_json import canonical

# The kind, scheme and value of an identifier that proves what it is borne by.
Proof = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ConflictDraft:
    """A conflict found, not yet stored. With a proof, it is one whoever met it between whichever
    of its bearers.
    """

    code: str
    first: Artifact
    second: Artifact
    detail: str
    role: str = ""
    path: tuple[ArtifactKey, ...] = ()
    proof: Proof | None = None


def record_conflicts(*, change: Change, drafts: Sequence[ConflictDraft]) -> None:
    """Store each conflict once, however often it is met again."""
    rows = {row.fingerprint: row for row in (_row(change, draft) for draft in drafts)}
    known = set(Conflict.objects.filter(fingerprint__in=rows).values_list("fingerprint", flat=True))
    new = [row for fingerprint, row in rows.items() if fingerprint not in known]
    Conflict.objects.bulk_create(new, batch_size=500)
    change.conflicts += len(new)


def void_proofs(proofs: Iterable[Proof]) -> set[Proof]:
    """Those that are known to be borne by artifacts that cannot be one."""
    of = {_fingerprint("identity", *proof): proof for proof in proofs}
    known = Conflict.objects.filter(fingerprint__in=of).values_list("fingerprint", flat=True)
    return {of[fingerprint] for fingerprint in known}


def _row(change: Change, draft: ConflictDraft) -> Conflict:
    ends = (draft.first.key_hash, draft.second.key_hash, draft.role, change.producer)
    return Conflict(
        code=draft.code,
        first=draft.first,
        second=draft.second,
        role=draft.role,
        producer=change.producer,
        evidence=change.evidence,
        detail=draft.detail,
        path=[msgspec.structs.asdict(key) for key in draft.path],
        fingerprint=_fingerprint(draft.code, *(draft.proof or ends)),
        recorded_in_id=change.number,
    )


def _fingerprint(*identity: str) -> str:
    return sha256(canonical(list(identity)))
