"""What people do to artifacts by hand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.audit.services import record_entry
from apps.catalog.models import Artifact
from apps.catalog.services.recording import record_batch
from apps.catalog.services.stating import without_content
from apps.catalog.services.writing import graph_change
from apps.graph.errors import RecordError
from apps.graph.records import ArtifactRecord, LineageBatch
from apps.graph.validation import paragraph

if TYPE_CHECKING:
    from apps.accounts.models import User


def describe_artifact(
    *,
    artifact: Artifact,
    actor: "User",
    owner: str = "",
    description: str = "",
    tags: Sequence[str] = (),
) -> Artifact:
    """Say who owns an artifact, what it is, and tag it. Empty leaves a field as it is.

    The statement is dated now, so it outlasts what producers said before.
    """
    record = ArtifactRecord(
        namespace=artifact.namespace,
        kind=artifact.kind,
        name=artifact.name,
        version=artifact.version,
        owner=owner,
        description=description,
        tags=tuple(tags),
        stated_at=timezone.now(),
    )
    with transaction.atomic():
        batch = LineageBatch(producer=actor.get_username(), artifacts=(record,))
        record_batch(batch=batch, actor=actor)
        details = {"owner": owner, "description": description, "tags": list(tags)}
        _audit(actor, "artifact.described", artifact, details)
    artifact.refresh_from_db()
    return artifact


def tombstone_artifact(*, artifact: Artifact, reason: str, actor: "User") -> Artifact:
    """Take away an artifact's content, under all its names, and keep the proof: identity, digest,
    owner and edges. Return the one that stands for them.

    What producers say of it afterwards is not taken in again. Doing it twice changes nothing.
    """
    why = paragraph(reason, "$.reason").strip()
    if not why:
        raise RecordError("$.reason", "Say why the content is removed; it stays in the record.")
    with graph_change(producer=actor.get_username(), actor=actor) as change:
        survivor = Artifact.objects.get(pk=Artifact.objects.get(pk=artifact.pk).survivor_id)
        names = Artifact.objects.filter(Q(pk=survivor.pk) | Q(merged_into=survivor.pk))
        held = names.filter(tombstoned_in__isnull=True)
        for one in held:
            if one.own_statements is not None:
                one.own_statements = without_content(one.own_statements)
                one.save(update_fields=["own_statements"])
        change.artifacts_changed = held.update(
            tombstoned_in_id=change.number,
            tombstone_reason=why,
            uri="",
            description="",
            tags=[],
            facets={},
            stamps={},
        )
        if change.artifacts_changed:
            _audit(actor, "artifact.tombstoned", survivor, {"reason": why})
    survivor.refresh_from_db()
    return survivor


def _audit(actor: "User", action: str, artifact: Artifact, details: dict[str, Any]) -> None:
    record_entry(actor=actor, action=action, subject=f"artifact:{artifact.pk}", details=details)
