"""Walks over steps of derivation that are already in memory. Breadth first, never recursive."""

from collections import deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)


def adjacency(steps: Iterable[tuple[N, N]], *, backwards: bool = False) -> dict[N, list[N]]:
    """Each artifact with those next to it: downstream ones, or upstream ones when `backwards`."""
    found: dict[N, list[N]] = {}
    for up, down in dict.fromkeys(steps):
        here, there = (down, up) if backwards else (up, down)
        found.setdefault(here, []).append(there)
    return found


def distances(
    neighbours: Mapping[N, Iterable[N]], origins: Iterable[N], *, depth: int | None = None
) -> dict[N, int]:
    """Fewest steps from any origin to each artifact reached; the origins are left out.

    >>> distances({"a": ["b", "c"], "b": ["c"], "c": ["a"]}, ["a"])
    {'b': 1, 'c': 1}
    >>> distances({"a": ["b"], "b": ["c"]}, ["a"], depth=1)
    {'b': 1}
    """
    found = dict.fromkeys(origins, 0)
    starts = set(found)
    queue = deque(found)
    while queue:
        here = queue.popleft()
        if depth is not None and found[here] >= depth:
            continue
        for there in neighbours.get(here, ()):
            if there not in found:
                found[there] = found[here] + 1
                queue.append(there)
    return {one: steps for one, steps in found.items() if one not in starts}


@dataclass(frozen=True, slots=True)
class Paths(Generic[N]):
    """Shortest paths, each from origin to target, and whether there were more."""

    paths: list[list[N]]
    truncated: bool


def shortest_paths(
    neighbours: Mapping[N, Collection[N]], origin: N, target: N, *, limit: int = 100
) -> Paths[N]:
    """All shortest paths between two, at most `limit` of them.

    >>> shortest_paths({"a": ["b", "c"], "b": ["d"], "c": ["d"]}, "a", "d").paths
    [['a', 'b', 'd'], ['a', 'c', 'd']]
    >>> shortest_paths({"a": ["b"]}, "b", "a").paths
    []
    """
    steps = {origin: 0, **distances(neighbours, [origin])}
    if target not in steps or origin == target:
        return Paths([], truncated=False)
    before: dict[N, list[N]] = {}
    for here, count in steps.items():
        for there in neighbours.get(here, ()):
            if there != origin and steps.get(there) == count + 1:
                before.setdefault(there, []).append(here)
    found = list(islice(_unwound(before, origin, target), limit + 1))
    return Paths(found[:limit], truncated=len(found) > limit)


def _unwound(before: Mapping[N, list[N]], origin: N, target: N) -> Iterator[list[N]]:
    """Every way back from target to origin, depth first on a stack of our own."""
    path = [target]
    choices = [iter(before.get(target, ()))]
    while choices:
        here = next(choices[-1], None)
        if here is None:
            choices.pop()
            path.pop()
        elif here == origin:
            yield [origin, *reversed(path)]
        else:
            path.append(here)
            choices.append(iter(before.get(here, ())))
