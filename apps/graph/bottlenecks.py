"""Bottlenecks: what all taint of something passes through, so that cleaning the one cleans both.

In graph theory: the dominator tree of an acyclic graph, built in one pass in topological order.
"""

from collections import deque
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)

# Everything hangs below this; the origins themselves are nobody's bottleneck.
_TOP = -1


class _Tree:
    """A tree that grows at its leaves. Places are numbered as they are hung.

    Beside the place above, each knows one further up, so spaced that two places meet after a
    number of steps logarithmic in their depth, even in a chain of tens of thousands.
    """

    def __init__(self) -> None:
        self.above: list[int] = []
        self._jump: list[int] = []
        self._depth: list[int] = []

    def hang(self, above: int) -> int:
        """A new place below one, or at the top; its number."""
        jump = above
        if above != _TOP:
            far = self._jump[above]
            if far != _TOP and self._gap(above, far) == self._gap(far, self._jump[far]):
                jump = self._jump[far]
        self.above.append(above)
        self._jump.append(jump)
        self._depth.append(self._depth_of(above) + 1)
        return len(self.above) - 1

    def meet(self, one: int, other: int) -> int:
        """The lowest place that is above both, or one of them."""
        if self._depth_of(one) < self._depth_of(other):
            one, other = other, one
        while self._depth_of(one) > self._depth_of(other):
            far = self._jump[one]
            one = far if self._depth_of(far) >= self._depth_of(other) else self.above[one]
        while one != other:
            far = self._jump[one] != self._jump[other]
            steps = self._jump if far else self.above
            one, other = steps[one], steps[other]
        return one

    def _depth_of(self, place: int) -> int:
        return 0 if place == _TOP else self._depth[place]

    def _gap(self, place: int, above: int) -> int:
        return self._depth_of(place) - self._depth_of(above)


class Bottlenecks(Generic[N]):
    """What hangs below what: `above` gives the last bottleneck of each, None if it has none."""

    def __init__(self, above: dict[N, N | None]) -> None:
        self.above = above

    def count_below(self, counted: Iterable[N]) -> dict[N, int]:
        """For each, how many of the counted would be clean if it were: itself and those below."""
        wanted = set(counted)
        total = {one: int(one in wanted) for one in self.above}
        # Each stands after what it hangs below, so backwards the sums are ready when needed.
        for one in reversed(self.above):
            if (above := self.above[one]) is not None:
                total[above] += total[one]
        return total

    def is_below(self, one: N, tops: set[N]) -> bool:
        """Whether any of the tops lies on the way up from it."""
        above = self.above[one]
        while above is not None and above not in tops:
            above = self.above[above]
        return above is not None


def bottlenecks(links: Iterable[tuple[N, N]], origins: Iterable[N]) -> Bottlenecks[N]:
    """The bottlenecks of everything reached from the origins over acyclic links.

    The origins are left out, also one that lies below another.

    >>> links = [("raw", "a"), ("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("raw", "e")]
    >>> found = bottlenecks(links, ["raw"])
    >>> found.above
    {'a': None, 'e': None, 'b': 'a', 'c': 'a', 'd': 'a'}
    >>> found.count_below(["b", "c", "d"])["a"]
    3
    """
    starts = set(origins)
    upstream, order = _in_order(links, starts)
    tree = _Tree()
    place: dict[N, int] = {}
    names: list[N] = []
    for one in order:
        ends = upstream[one]
        meeting = _TOP
        if not any(end in starts for end in ends):
            meeting = place[ends[0]]
            for end in ends[1:]:
                meeting = tree.meet(meeting, place[end])
        place[one] = tree.hang(meeting)
        names.append(one)
    above = {
        one: None if tree.above[at] == _TOP else names[tree.above[at]] for one, at in place.items()
    }
    return Bottlenecks(above)


def _in_order(links: Iterable[tuple[N, N]], starts: set[N]) -> tuple[dict[N, list[N]], list[N]]:
    """What was reached, each after all of its upstreams that were; and those upstreams."""
    downstream: dict[N, list[N]] = {}
    for up, down in dict.fromkeys(links):
        if down not in starts:
            downstream.setdefault(up, []).append(down)
    upstream: dict[N, list[N]] = {}
    seen = set(starts)
    queue = deque(starts)
    while queue:
        here = queue.popleft()
        for there in downstream.get(here, ()):
            upstream.setdefault(there, []).append(here)
            if there not in seen:
                seen.add(there)
                queue.append(there)
    waiting = {one: len(ends) for one, ends in upstream.items()}
    ready = deque(starts)
    order: list[N] = []
    while ready:
        here = ready.popleft()
        for there in downstream.get(here, ()):
            waiting[there] -= 1
            if not waiting[there]:
                order.append(there)
                ready.append(there)
    return upstream, order
