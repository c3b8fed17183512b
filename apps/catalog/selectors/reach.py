"""Answers about what lies up and down from an artifact, with how complete they are."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from apps.catalog.models import Artifact
from apps.catalog.selectors.walking import Walk, walk
from apps.graph.traverse import adjacency, shortest_paths

# Below SQLite's limit on bound values.
CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Reached:
    """An artifact and the fewest steps to it."""

    artifact: Artifact
    distance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Artifacts nearest first, then in the order recorded; of them the page that was asked for.

    `counts` is by kind over everything reached, before the kinds asked for are picked out; `total`
    is how many there are of those kinds, on all pages.
    """

    artifacts: list[Reached]
    total: int
    counts: dict[str, int]
    revision: int
    as_of: int | None
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsBetween:
    """All shortest paths, upstream end first. `truncated` when there are more than the limit."""

    paths: list[list[Artifact]]
    truncated: bool
    revision: int
    as_of: int | None


def descendants(
    *,
    artifact: Artifact,
    depth: int | None = None,
    as_of: int | None = None,
    kinds: Collection[str] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Reach:
    """What was made from the artifact, near and far. `kinds` filters what is returned, not what
    is walked through.
    """
    found = walk(origins=[artifact.pk], direction="downstream", depth=depth, as_of=as_of)
    return _reach(found, kinds, offset, limit)


def ancestors(
    *,
    artifact: Artifact,
    depth: int | None = None,
    as_of: int | None = None,
    kinds: Collection[str] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Reach:
    """What the artifact was made from, near and far."""
    found = walk(origins=[artifact.pk], direction="upstream", depth=depth, as_of=as_of)
    return _reach(found, kinds, offset, limit)


def _reach(found: Walk, kinds: Collection[str] | None, offset: int, limit: int | None) -> Reach:
    kind_of = kinds_by_id(ids=found.distance)
    wanted = [pk for pk, kind in kind_of.items() if kinds is None or kind in kinds]
    wanted.sort(key=lambda pk: (found.distance[pk], pk))
    shown = wanted[offset : None if limit is None else offset + limit]
    rows = artifacts_by_id(ids=shown)
    return Reach(
        artifacts=[Reached(rows[pk], found.distance[pk]) for pk in shown],
        total=len(wanted),
        counts=most_first(Counter(kind_of.values())),
        revision=found.revision,
        as_of=found.as_of,
        truncated=found.truncated,
    )


def shortest_paths_between(
    *, upstream: Artifact, downstream: Artifact, as_of: int | None = None, limit: int = 100
) -> PathsBetween:
    """How the one came from the other. No paths means that it did not, at this revision."""
    found = walk(origins=[upstream.pk], direction="downstream", as_of=as_of)
    steps = adjacency((up, down) for up, down, _ in found.links)
    shortest = shortest_paths(steps, upstream.pk, downstream.pk, limit=limit)
    named = artifacts_by_id(ids={pk for path in shortest.paths for pk in path})
    return PathsBetween(
        paths=[[named[pk] for pk in path] for path in shortest.paths],
        truncated=shortest.truncated,
        revision=found.revision,
        as_of=as_of,
    )


def artifacts_by_id(
    *, ids: Iterable[int], kinds: Collection[str] | None = None
) -> dict[int, Artifact]:
    """The artifacts with these ids, each with its deployment columns at hand."""
    found: dict[int, Artifact] = {}
    for chunk in _chunks(ids):
        rows = Artifact.objects.filter(pk__in=chunk).select_related("deployment")
        if kinds is not None:
            rows = rows.filter(kind__in=kinds)
        found.update((one.pk, one) for one in rows)
    return found


def kinds_by_id(*, ids: Iterable[int]) -> dict[int, str]:
    """The kind of each artifact, without reading the rest of it."""
    found: dict[int, str] = {}
    for chunk in _chunks(ids):
        found.update(Artifact.objects.filter(pk__in=chunk).values_list("pk", "kind"))
    return found


def kind_counts(*, ids: Iterable[int]) -> dict[str, int]:
    """How many of each kind, most first, then by name."""
    return most_first(Counter(kinds_by_id(ids=ids).values()))


def most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    every = list(ids)
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))
