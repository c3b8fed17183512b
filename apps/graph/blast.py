"""The blast radius: what a bad artifact spoils, how badly, and the path that proves it."""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from apps.graph.vocabulary import Consequence, role_named

N = TypeVar("N", bound=Hashable)
Link = tuple[N, N, str]


@dataclass(frozen=True, slots=True)
class Affected(Generic[N]):
    """One artifact in the blast radius.

    `distance` is the length of the shortest path that has this consequence; `via` is the artifact
    before it on such a path and `role` what that one was in its making.
    """

    artifact: N
    consequence: Consequence
    distance: int
    via: N
    role: str


@dataclass(frozen=True, slots=True)
class Trail(Generic[N]):
    """A path as (artifact, role of the one before in its making); the origin's role is empty.

    When `omitted` is not 0, that many artifacts are left out between `first` and `last`.
    """

    first: list[tuple[N, str]]
    omitted: int
    last: list[tuple[N, str]]


class BlastRadius(Generic[N]):
    """The affected artifacts, nearest first; the origins are left out.

    Two breadth-first trees stand behind it: over contaminating edges, and over all edges for what
    is only in doubt. A path follows one of them to the origin, so its length is the distance.
    """

    def __init__(self, contaminated: dict[N, Affected[N]], reached: dict[N, Affected[N]]) -> None:
        self._trees = {Consequence.CONTAMINATES: contaminated, Consequence.EVIDENCE: reached}
        by_distance = sorted({**reached, **contaminated}.values(), key=lambda one: one.distance)
        self.affected = {one.artifact: one for one in by_distance}
        self._heads: dict[tuple[Consequence, int], dict[N, list[N]]] = {}

    def path(self, artifact: N) -> list[N]:
        """From an origin to the artifact, by a shortest path that has its consequence."""
        return self._back(artifact, self.affected[artifact].distance + 1)

    def trail(self, artifact: N, *, ends: int) -> Trail[N]:
        """The path with its roles; of a long one only the first and the last `ends` artifacts.

        A chain of n artifacts has paths of n²/2 artifacts in all, so whole paths do not scale.
        """
        one = self.affected[artifact]
        tree = self._trees[one.consequence]
        length = one.distance + 1
        if length <= 2 * ends:
            first, last = self._back(artifact, length), []
        else:
            first = self._first_steps(one.consequence, ends)[artifact]
            last = self._back(artifact, ends)
        return Trail(
            [(step, tree[step].role if step in tree else "") for step in first],
            length - len(first) - len(last),
            [(step, tree[step].role) for step in last],
        )

    def _back(self, artifact: N, count: int) -> list[N]:
        tree = self._trees[self.affected[artifact].consequence]
        path = [artifact]
        while len(path) < count:
            path.append(tree[path[-1]].via)
        return path[::-1]

    def _first_steps(self, consequence: Consequence, ends: int) -> dict[N, list[N]]:
        """How each path begins. A tree's artifacts stand nearest first, each after its `via`."""
        if (heads := self._heads.get((consequence, ends))) is None:
            heads = {}
            for one in self._trees[consequence].values():
                before = heads.get(one.via) or [one.via]
                heads[one.artifact] = before if len(before) == ends else [*before, one.artifact]
            self._heads[consequence, ends] = heads
        return heads


def blast_radius(links: Iterable[Link[N]], origins: Iterable[N]) -> BlastRadius[N]:
    """Everything downstream of the origins, with the strongest consequence over all paths.

    A path contaminates when each of its edges does; one edge that carries only evidence (a test
    set, a validation set) leaves evidence in doubt from there on. Of equally short paths the one
    whose links come first is taken, so sorted links give the same paths everywhere.

    >>> links = [("raw", "train", "derived"), ("train", "m1", "training"), ("raw", "m2", "testing")]
    >>> radius = blast_radius(links, ["raw"])
    >>> [(one.artifact, one.consequence.value) for one in radius.affected.values()]
    [('train', 'contaminates'), ('m2', 'evidence'), ('m1', 'contaminates')]
    >>> radius.path("m1")
    ['raw', 'train', 'm1']
    >>> radius.trail("m1", ends=5).first
    [('raw', ''), ('train', 'derived'), ('m1', 'training')]
    """
    contaminating: dict[N, list[tuple[N, str]]] = {}
    anything: dict[N, list[tuple[N, str]]] = {}
    contaminates: dict[str, bool] = {}
    for up, down, role in dict.fromkeys(links):
        if role not in contaminates:
            contaminates[role] = role_named(role).carries is Consequence.CONTAMINATES
        if contaminates[role]:
            contaminating.setdefault(up, []).append((down, role))
        anything.setdefault(up, []).append((down, role))
    starts = list(dict.fromkeys(origins))
    contaminated = _spread(starts, contaminating, Consequence.CONTAMINATES)
    reached = _spread(starts, anything, Consequence.EVIDENCE)
    return BlastRadius(contaminated, reached)


def _spread(
    starts: list[N], steps: Mapping[N, list[tuple[N, str]]], consequence: Consequence
) -> dict[N, Affected[N]]:
    found: dict[N, Affected[N]] = {}
    distance = dict.fromkeys(starts, 0)
    queue = deque(starts)
    while queue:
        here = queue.popleft()
        for there, role in steps.get(here, ()):
            if there not in distance:
                distance[there] = distance[here] + 1
                found[there] = Affected(there, consequence, distance[there], here, role)
                queue.append(there)
    return found
