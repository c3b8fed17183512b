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
    """Artifacts nearest first, then by name. `counts` is by kind over everything reached, before
    the kinds asked for are picked out.
    """

    artifacts: list[Reached]
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
) -> Reach:
    """What was made from the artifact, near and far. `kinds` filters what is returned, not what
    is walked through.
    """
    found = walk(origins=[artifact.pk], direction="downstream", depth=depth, as_of=as_of)
    return _reach(found, kinds)


def ancestors(
    *,
    artifact: Artifact,
    depth: int | None = None,
    as_of: int | None = None,
    kinds: Collection[str] | None = None,
) -> Reach:
    """What the artifact was made from, near and far."""
    found = walk(origins=[artifact.pk], direction="upstream", depth=depth, as_of=as_of)
    return _reach(found, kinds)


def _reach(found: Walk, kinds: Collection[str] | None) -> Reach:
    counts = kind_counts(ids=found.distance)
    wanted = artifacts_by_id(ids=found.distance, kinds=kinds)
    reached = [Reached(one, found.distance[pk]) for pk, one in wanted.items()]
    return Reach(
        artifacts=sorted(reached, key=lambda one: (one.distance, one.artifact.key)),
        counts=counts,
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


def kind_counts(*, ids: Iterable[int]) -> dict[str, int]:
    """How many of each kind, most first, then by name."""
    counts: Counter[str] = Counter()
    for chunk in _chunks(ids):
        counts.update(Artifact.objects.filter(pk__in=chunk).values_list("kind", flat=True))
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    every = list(ids)
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))
