"""Making one of what proved to be one, and two of it again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.audit.services import record_entries
from apps.catalog.models import Artifact, Merge
from apps.catalog.services.artifacts import update_artifacts
from apps.catalog.services.moving import follow_identity
from apps.catalog.services.stating import stand_alone, stand_for
from apps.catalog.services.writing import Change

if TYPE_CHECKING:
    from apps.accounts.models import User

CHUNK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeDraft:
    """`artifact` is `survivor`: by an identifier that both bear, or for a person's reason."""

    artifact: int
    survivor: int
    scheme: str = ""
    value: str = ""
    reason: str = ""


def merge(*, change: Change, drafts: Sequence[MergeDraft], actor: "User | None" = None) -> None:
    """Make each artifact redirect to its survivor; both stood for themselves until now.

    The caller has made sure that no path leads from the one to the other.
    """
    Merge.objects.bulk_create(
        [
            Merge(
                artifact_id=one.artifact,
                survivor_id=one.survivor,
                scheme=one.scheme,
                value=one.value,
                reason=one.reason,
                merged_in_id=change.number,
                merged_by=actor,
            )
            for one in drafts
        ],
        batch_size=500,
    )
    _settle(change, {pk for one in drafts for pk in (one.artifact, one.survivor)})
    change.artifacts_merged += len(drafts)
    record_entries(
        actor=actor,
        entries=[
            (
                "artifact.merged",
                f"artifact:{one.artifact}",
                {"into": one.survivor, "proof": f"{one.scheme}:{one.value}" if one.scheme else ""}
                | ({"reason": one.reason} if one.reason else {}),
            )
            for one in drafts
        ],
    )


def split(
    *, change: Change, merges: Sequence[Merge], reason: str, actor: "User | None" = None
) -> None:
    """End these merges, so that each of their artifacts stands for itself again, and for what was
    merged into it before.
    """
    survivors = {one.artifact.survivor_id for one in merges}
    Merge.objects.filter(pk__in=[one.pk for one in merges]).update(
        split_in_id=change.number, split_by=actor, split_reason=reason
    )
    _settle(change, survivors)
    change.artifacts_split += len(merges)
    record_entries(
        actor=actor,
        entries=[
            (
                "artifact.split",
                f"artifact:{one.artifact_id}",
                {"from": one.survivor_id, "reason": reason},
            )
            for one in merges
        ],
    )


def _settle(change: Change, ids: Collection[int]) -> None:
    """Bring everything that these are or stood for into line with the live merges."""
    members = {one.pk: one for one in _members(ids)}
    former = {pk: one.survivor_id for pk, one in members.items()}
    survivor = _survivors(members)
    others: dict[int, list[Artifact]] = defaultdict(list)
    for pk, one in members.items():
        stand_alone(one)
        one.merged_into_id = survivor[pk] if survivor[pk] != pk else None
        if one.merged_into_id:
            others[one.merged_into_id].append(one)
    for pk, joined in others.items():
        stand_for(members[pk], joined)
    update_artifacts(list(members.values()))
    follow_identity(
        change=change, former={former[pk] for pk in members if former[pk] != survivor[pk]}
    )


def _members(ids: Collection[int]) -> Iterable[Artifact]:
    every = sorted(ids)
    for start in range(0, len(every), CHUNK):
        chunk = every[start : start + CHUNK]
        yield from Artifact.objects.filter(Q(pk__in=chunk) | Q(merged_into__in=chunk))


def _survivors(ids: Collection[int]) -> dict[int, int]:
    """Where the live merges lead from each."""
    every = sorted(ids)
    leads: dict[int, int] = {}
    for start in range(0, len(every), CHUNK):
        live = Merge.objects.filter(
            artifact__in=every[start : start + CHUNK], split_in__isnull=True
        )
        leads.update(live.values_list("artifact_id", "survivor_id"))

    def end(pk: int) -> int:
        while pk in leads:
            pk = leads[pk]
        return pk

    return {pk: end(pk) for pk in every}
