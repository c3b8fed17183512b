"""Reading what the graph page needs: bounded walks, light rows, and links among what is shown."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from apps.catalog.models import Artifact, Deployment, Edge
from apps.catalog.selectors import Direction, Walk, walk
from apps.graph.vocabulary import is_production

# More artifacts than this are counted as "more than": a page answers at once.
MOST_REACHED = 20_000
# So many layers are walked one by one, stopping early when there is too much.
FIRST_LAYERS = 8
# Below SQLite's limit on bound values, for two lists in one query.
CHUNK = 5000


class Brief(NamedTuple):
    """What a row of the table shows of an artifact."""

    pk: int
    kind: str
    namespace: str
    name: str
    version: str
    is_placeholder: bool
    tombstoned_in: int | None

    @property
    def standing(self) -> str:
        """`tombstone`, `placeholder` or nothing to remark."""
        if self.tombstoned_in is not None:
            return "tombstone"
        return "placeholder" if self.is_placeholder else ""


def bounded_walk(*, origin: int, upstream: bool, as_of: int | None) -> Walk:
    """The whole of one side; when it is too wide, the nearest 20,000 and `truncated`."""
    direction: Direction = "upstream" if upstream else "downstream"
    near = walk(
        origins=[origin], direction=direction, depth=FIRST_LAYERS, as_of=as_of, limit=MOST_REACHED
    )
    if near.truncated or max(near.distance.values(), default=0) < FIRST_LAYERS:
        return near
    return walk(origins=[origin], direction=direction, as_of=as_of, limit=MOST_REACHED)


def briefs_of(ids: Collection[int]) -> dict[int, Brief]:
    """Light rows by id, in the order given; unknown ids are left out."""
    found: dict[int, Brief] = {}
    for chunk in _chunks(ids):
        rows = Artifact.objects.filter(pk__in=chunk).values_list(
            "pk", "kind", "namespace", "name", "version", "is_placeholder", "tombstoned_in"
        )
        found.update((row[0], Brief(*row)) for row in rows)
    return {pk: found[pk] for pk in ids if pk in found}


def links_among(ids: Collection[int], as_of: int | None) -> list[tuple[int, int, str]]:
    """Every link between two of these artifacts, at most 5,000 of them given, in one query."""
    edges = Edge.objects.filter(live_edges(as_of), upstream__in=ids, downstream__in=ids)
    rows = edges.order_by("upstream_id", "downstream_id", "role")
    return list(rows.values_list("upstream_id", "downstream_id", "role").distinct())


def direct_counts(ids: Collection[int], *, upstream: bool, as_of: int | None) -> dict[int, int]:
    """How many artifacts lie directly on one side of each, in one query for up to 5,000."""
    here, there = ("downstream", "upstream") if upstream else ("upstream", "downstream")
    found: dict[int, int] = {}
    for chunk in _chunks(ids):
        edges = Edge.objects.filter(live_edges(as_of), **{f"{here}__in": chunk}).order_by()
        counted = edges.values(here).annotate(found=Count(there, distinct=True))
        found.update(counted.values_list(here, "found"))
    return found


def in_production(ids: Collection[int]) -> set[int]:
    """Those of the artifacts that are deployments running in production now."""
    running = Deployment.objects.filter(
        Q(live_until=None) | Q(live_until__gt=timezone.now()), artifact__tombstoned_in=None
    )
    places = running.values_list("pk", "environment")
    return {pk for pk, environment in places if pk in ids and is_production(environment)}


def live_edges(as_of: int | None) -> Q:
    if as_of is None:
        return Q(retracted_in=None)
    return Q(added_in__lte=as_of) & (Q(retracted_in=None) | Q(retracted_in__gt=as_of))


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    every = list(ids)
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))
