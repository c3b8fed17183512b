"""Keeping the graph acyclic: which of some new edges would close a cycle, and by which path."""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
Step = tuple[N, N]


def could_close_a_cycle(
    steps: Iterable[Step[N]], *, has_downstream: set[N], has_upstream: set[N]
) -> list[Step[N]]:
    """The new steps that may lie on a cycle: those that something leads into and out of again.

    `has_downstream` and `has_upstream` are the ends that already have live edges. A batch about
    new artifacts peels away whole, so the common case never walks the stored graph.

    >>> could_close_a_cycle([("a", "b"), ("b", "c")], has_downstream=set(), has_upstream=set())
    []
    """
    new = list(steps)
    downstream: dict[N, set[N]] = {}
    upstream: dict[N, set[N]] = {}
    for up, down in new:
        downstream.setdefault(up, set()).add(down)
        upstream.setdefault(down, set()).add(up)
    members = downstream.keys() | upstream.keys()
    loose: set[N] = _peeled(members, downstream, upstream, kept=has_upstream)
    members -= loose
    loose = _peeled(members, upstream, downstream, kept=has_downstream)
    members -= loose
    return [(up, down) for up, down in new if up in members and down in members]


def refuse_cycles(
    steps: Sequence[Step[N]], known: Mapping[N, Iterable[N]]
) -> dict[Step[N], list[N]]:
    """The steps to refuse, each with the path it would have closed, both ends the same.

    `known` maps an artifact to its downstream artifacts, as far as the new steps can reach.
    Steps are taken in the order given, so the first of two that collide is the one kept.

    >>> refuse_cycles([("b", "c"), ("c", "a")], {"a": ["b"]})
    {('c', 'a'): ['c', 'a', 'b', 'c']}
    >>> refuse_cycles([("a", "a")], {})
    {('a', 'a'): ['a', 'a']}
    """
    downstream: dict[N, set[N]] = {up: set(down) for up, down in known.items()}
    for up, down in steps:
        downstream.setdefault(up, set()).add(down)
    on_cycles = members_of_cycles(downstream)
    suspects = [step for step in steps if step[0] in on_cycles and step[1] in on_cycles]
    for up, down in suspects:
        if down not in known.get(up, ()):
            downstream[up].discard(down)
    refused: dict[Step[N], list[N]] = {}
    for up, down in suspects:
        if (path := _path(downstream, down, up)) is None:
            downstream[up].add(down)
        else:
            refused[up, down] = [up, *path]
    return refused


def members_of_cycles(downstream: Mapping[N, set[N]]) -> set[N]:
    """What is left when everything without upstream, then without downstream, is peeled away."""
    upstream: dict[N, set[N]] = {}
    for up, downs in downstream.items():
        for down in downs:
            upstream.setdefault(down, set()).add(up)
    members = set(downstream) | set(upstream)
    loose: set[N] = _peeled(members, downstream, upstream, kept=set())
    members -= loose
    loose = _peeled(members, upstream, downstream, kept=set())
    members -= loose
    return members


def _peeled(
    members: set[N], forward: Mapping[N, set[N]], backward: Mapping[N, set[N]], *, kept: set[N]
) -> set[N]:
    """What goes when members that nothing leads into are taken away, over and over, but for those
    to be kept. Counting, so one pass suffices.
    """
    waiting = {one: len(backward.get(one, set()) & members) for one in members - kept}
    ready = deque(one for one, count in waiting.items() if count == 0)
    gone: set[N] = set()
    while ready:
        one = ready.popleft()
        gone.add(one)
        for following in forward.get(one, ()):
            if following in waiting:
                waiting[following] -= 1
                if waiting[following] == 0:
                    ready.append(following)
    return gone


def _path(downstream: Mapping[N, set[N]], start: N, goal: N) -> list[N] | None:
    """A shortest path, or none. Breadth first, so no recursion however long the chain."""
    came_from: dict[N, N | None] = {start: None}
    queue = deque([start])
    while queue:
        one = queue.popleft()
        if one == goal:
            path = [one]
            while (previous := came_from[path[-1]]) is not None:
                path.append(previous)
            return path[::-1]
        for following in downstream.get(one, ()):
            if following not in came_from:
                came_from[following] = one
                queue.append(following)
    return None
