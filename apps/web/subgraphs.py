"""Choosing what of a walked graph to show: pure functions over ids and links.

A kind that is not shown is walked through all the same: a link then stands for the way through it.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from apps.graph.traverse import adjacency, distances
from apps.graph.vocabulary import Consequence, role_named

Link = tuple[int, int, str]
# The link says little of what the one was to the other: the run between them says it.
PLAIN_ROLES = frozenset({"output", "input", "derived", ""})


class Bridge(NamedTuple):
    """A link between two shown artifacts; `through` counts hidden ones on the shortest way."""

    upstream: int
    downstream: int
    role: str
    through: int = 0


def bridged(links: Iterable[Link], shown: Collection[int]) -> list[Bridge]:
    """The links among the shown, and one for each way that leads only through hidden artifacts.

    >>> bridged([(1, 2, "training"), (2, 3, "output"), (1, 3, "testing")], {1, 3})
    [Bridge(upstream=1, downstream=3, role='testing', through=0)]
    >>> bridged([(1, 2, "training"), (2, 3, "output")], {1, 3})
    [Bridge(upstream=1, downstream=3, role='training', through=1)]
    """
    steps: dict[int, list[tuple[int, str]]] = {}
    found: list[Bridge] = []
    for up, down, role in dict.fromkeys(links):
        steps.setdefault(up, []).append((down, role))
        if up in shown and down in shown:
            found.append(Bridge(up, down, role))
    direct = {(one.upstream, one.downstream) for one in found}
    for start in shown:
        for end, (role, through) in _beyond(steps, start, shown).items():
            if (start, end) not in direct:
                found.append(Bridge(start, end, role, through))
    return found


def _beyond(
    steps: Mapping[int, list[tuple[int, str]]], start: int, shown: Collection[int]
) -> dict[int, tuple[str, int]]:
    """The shown artifacts that are reached from `start` through hidden ones only, each with the
    role that tells most of that way and the count of hidden ones on it. The way that contaminates
    wins over one that does not: doubt must not hide damage.
    """
    found: dict[int, tuple[str, int]] = {}
    for spoils in (True, False):
        layer = {start: ""}
        seen = {start}
        through = 0
        while layer:
            following: dict[int, str] = {}
            for here, so_far in layer.items():
                for there, role in steps.get(here, ()):
                    if (spoils and not _spoils(role)) or there in seen:
                        continue
                    if there not in shown:
                        seen.add(there)
                        following[there] = telling(so_far, role)
                    elif through:
                        found.setdefault(there, (telling(so_far, role), through))
            layer = following
            through += 1
    return found


def telling(first: str, second: str) -> str:
    """Of two roles on one way, the one that tells more; one that leaves only evidence always does.

    >>> telling("training", "output"), telling("input", "quantization"), telling("testing", "code")
    ('training', 'quantization', 'testing')
    """
    for role in (first, second):
        if role and not _spoils(role):
            return role
    return second if first in PLAIN_ROLES else first


def _spoils(role: str) -> bool:
    return role_named(role).carries is Consequence.CONTAMINATES


def on_ways_between(
    links: Iterable[Link], origins: Collection[int], targets: Collection[int]
) -> set[int]:
    """Everything on some way, up or down, between an origin and a target, both included.

    >>> sorted(on_ways_between([(1, 2, ""), (2, 3, ""), (2, 4, "")], {1}, {3}))
    [1, 2, 3]
    """
    pairs = [(up, down) for up, down, _ in links]
    down, up = adjacency(pairs), adjacency(pairs, backwards=True)
    found: set[int] = set(origins)
    for there, back in ((down, up), (up, down)):
        reached = {*origins, *distances(there, origins)}
        ends = [one for one in targets if one in reached]
        found |= reached & {*ends, *distances(back, ends)}
    return found


def neighbour_counts(links: Iterable[Link], *, upstream: bool) -> dict[int, int]:
    """How many different artifacts lie directly on one side of each."""
    sides: dict[int, set[int]] = {}
    for up, down, _ in links:
        here, there = (down, up) if upstream else (up, down)
        sides.setdefault(here, set()).add(there)
    return {one: len(found) for one, found in sides.items()}
