"""What people decide about identity: these two are one, these two are not."""

from typing import TYPE_CHECKING

from apps.catalog.models import Artifact, Merge
from apps.catalog.selectors import shortest_paths_between
from apps.catalog.services.merging import MergeDraft, merge, split
from apps.catalog.services.writing import graph_change
from apps.graph.errors import CycleError, RecordError
from apps.graph.validation import paragraph

if TYPE_CHECKING:
    from apps.accounts.models import User


def merge_artifacts(
    *, artifact: Artifact, survivor: Artifact, reason: str, actor: "User"
) -> Artifact:
    """Say that the artifact is the survivor under another name; return the survivor.

    Edges, identifiers and what was said of the one count for the other from now on, and its address
    redirects. RecordError if they cannot be one, CycleError if one was made from the other.
    """
    why = _why(reason, "Say why the two are one; it stays in the record.")
    with graph_change(producer=actor.get_username(), evidence=why[:2000], actor=actor) as change:
        one, other = (
            Artifact.objects.get(pk=Artifact.objects.get(pk=given.pk).survivor_id)
            for given in (artifact, survivor)
        )
        if one.pk == other.pk:
            raise RecordError("$.survivor", "Is this artifact already; there is nothing to merge.")
        if one.kind != other.kind:
            raise RecordError("$.survivor", f"Is a {other.kind}; a {one.kind} cannot be one.")
        if one.is_tombstone or other.is_tombstone:
            raise RecordError(
                "$.survivor", "The content of one of them was removed; keep them two."
            )
        for up, down in ((one, other), (other, one)):
            found = shortest_paths_between(upstream=up, downstream=down, limit=1)
            if found.paths:
                raise CycleError(tuple(step.key for step in found.paths[0]))
        draft = MergeDraft(artifact=one.pk, survivor=other.pk, reason=why)
        merge(change=change, drafts=[draft], actor=actor)
    other.refresh_from_db()
    return other


def split_artifact(*, merge: Merge, reason: str, actor: "User") -> Artifact:
    """Undo a merge; return the artifact, which stands for itself again.

    An identifier that both bear will not merge them again. A merge that was undone before is left
    as it is.
    """
    why = _why(reason, "Say why the two are not one; it stays in the record.")
    with graph_change(producer=actor.get_username(), evidence=why[:2000], actor=actor) as change:
        live = Merge.objects.filter(pk=merge.pk, split_in__isnull=True)
        split_now = list(live.select_related("artifact"))
        if split_now:
            split(change=change, merges=split_now, reason=why, actor=actor)
    return Artifact.objects.get(pk=merge.artifact_id)


def _why(reason: str, otherwise: str) -> str:
    why = paragraph(reason, "$.reason").strip()
    if not why:
        raise RecordError("$.reason", otherwise)
    return why
