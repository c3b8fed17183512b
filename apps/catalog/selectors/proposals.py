"""What may be one, with what speaks for it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from apps.catalog.models import Identifier, Proposal, ProposalState


@dataclass(frozen=True, slots=True)
class Shared:
    """An identifier that both bear."""

    scheme: str
    value: str


def proposals() -> QuerySet[Proposal]:
    """Every proposal, newest first, with both artifacts at hand."""
    return Proposal.objects.select_related("first", "second", "decided_by").order_by("-pk")


def open_proposals() -> QuerySet[Proposal]:
    """Those that wait for a person; not those whose artifacts have proved to be one meanwhile."""
    waiting = (
        proposals()
        .filter(state=ProposalState.OPEN)
        .annotate(
            first_now=Coalesce("first__merged_into", "first_id"),
            second_now=Coalesce("second__merged_into", "second_id"),
        )
    )
    return waiting.exclude(first_now=F("second_now"))


def shared_identifiers(*, proposals: Iterable[Proposal]) -> dict[int, list[Shared]]:
    """By proposal, the identifiers that both of its artifacts bear."""
    every = list(proposals)
    ids = {pk for one in every for pk in (one.first_id, one.second_id)}
    borne: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for pk, scheme, value in Identifier.objects.filter(artifact__in=ids).values_list(
        "artifact_id", "scheme", "value"
    ):
        borne[pk].add((scheme, value))
    return {
        one.pk: [Shared(*both) for both in sorted(borne[one.first_id] & borne[one.second_id])]
        for one in every
    }
