"""Names that move: what they name now, named at a time, and named over time."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from apps.catalog.models import AliasStatement, Artifact
from apps.catalog.models.aliases import AliasQuerySet
from apps.graph.aliases import Stretch, stretches

# They may be megabytes each, and nobody asks them of an artifact that is only named.
_WIDE = ("facets", "stamps", "description", "own_statements")
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Span:
    """A name named one artifact, or nothing, from `since` up to `until`; then it named `then`.

    Without `until` nothing else has been said since.
    """

    scheme: str
    value: str
    artifact: Artifact | None
    since: datetime
    until: datetime | None
    then: Artifact | None


def holding_aliases(
    *, names: Q | None = None, at: datetime | None = None, as_of: int | None = None
) -> AliasQuerySet:
    """Of each name the statement that says what it names now, or named at a time; by what was
    known at a revision, or is known now. The artifact is at hand.

    `names` picks statements whose names are asked about.
    """
    said = AliasStatement.objects.filter(names or Q())
    held = said.holding(when=at or timezone.now(), as_of=as_of).select_related("artifact")
    return held.defer(*(f"artifact__{wide}" for wide in _WIDE)).order_by("scheme", "value")


def current_aliases(*, artifact_ids: Collection[int]) -> dict[int, list[AliasStatement]]:
    """By artifact, the names that it bears now; one query for however many artifacts."""
    borne = Q(artifact__in=artifact_ids)
    found: dict[int, list[AliasStatement]] = defaultdict(list)
    for one in holding_aliases(names=borne).filter(borne):
        if one.artifact_id is not None:
            found[one.artifact_id].append(one)
    return dict(found)


def alias_at(
    *, scheme: str, value: str, when: datetime, as_of: int | None = None
) -> AliasStatement | None:
    """What the name named at a time: a statement without an artifact says "nothing"; none at all,
    that nobody had said anything of the name by then.
    """
    said = AliasStatement.objects.known(as_of=as_of).filter(scheme=scheme, value=value)
    return said.filter(at__lte=when).newest_first().select_related("artifact").first()


def alias_history(
    *, scheme: str, value: str, as_of: int | None = None, limit: int | None = None
) -> list[Span]:
    """What the name has named, newest first, at most so many spans. Empty if it is not known."""
    said = AliasStatement.objects.known(as_of=as_of).filter(scheme=scheme, value=value)
    seen = said.newest_first().values_list("at", "artifact_id").iterator(chunk_size=1000)
    return _spans([((scheme, value), one) for one in islice(stretches(seen), limit)])


def aliases_over_time(*, artifact: Artifact, as_of: int | None = None) -> list[Span]:
    """When the artifact bore which name, newest first, and what took the name over."""
    known = AliasStatement.objects.known(as_of=as_of)
    same = known.filter(scheme=OuterRef("scheme"), value=OuterRef("value"))
    outdone = same.filter(at=OuterRef("at"), fingerprint__gt=OuterRef("fingerprint"))
    later = same.filter(at__gt=OuterRef("at")).order_by("at", "-fingerprint")
    borne = known.filter(~Exists(outdone), artifact=artifact.pk).values_list(
        "scheme",
        "value",
        "at",
        "artifact_id",
        Subquery(later.values("at")[:1]),
        Subquery(later.values("artifact_id")[:1]),
    )
    # When it came to bear each name, and what was next: that is all that its own spans need.
    seen: dict[Name, set[tuple[datetime, int | None]]] = defaultdict(set)
    for scheme, value, at, here, next_at, next_here in borne:
        seen[scheme, value] |= {(at, here)} | ({(next_at, next_here)} if next_at else set())
    found = [
        (name, one)
        for name, points in seen.items()
        for one in stretches(sorted(points, key=lambda point: point[0], reverse=True))
        if one.named == artifact.pk
    ]
    return _spans(sorted(found, key=lambda one: one[1].since, reverse=True))


def _spans(found: Iterable[tuple[Name, Stretch[int]]]) -> list[Span]:
    every = list(found)
    ids = {pk for _, one in every for pk in (one.named, one.then) if pk is not None}
    rows: dict[int | None, Artifact] = {
        one.pk: one for one in Artifact.objects.filter(pk__in=ids).defer(*_WIDE)
    }
    return [
        Span(*name, rows.get(one.named), one.since, one.until, rows.get(one.then))
        for name, one in every
    ]
