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


class BlastRadius(Generic[N]):
    """The affected artifacts, nearest first; the origins are left out.

    Two breadth-first trees stand behind it: over contaminating edges, and over all edges for what
    is only in doubt. A path follows one of them to the origin, so its length is the distance.
    """

    def __init__(self, contaminated: dict[N, Affected[N]], reached: dict[N, Affected[N]]) -> None:
        self._trees = {Consequence.CONTAMINATES: contaminated, Consequence.EVIDENCE: reached}
        by_distance = sorted({**reached, **contaminated}.values(), key=lambda one: one.distance)
        self.affected = {one.artifact: one for one in by_distance}

    def path(self, artifact: N) -> list[N]:
        """From an origin to the artifact, by a shortest path that has its consequence."""
        tree = self._trees[self.affected[artifact].consequence]
        path = [artifact]
        while path[-1] in tree:
            path.append(tree[path[-1]].via)
        return path[::-1]


def blast_radius(links: Iterable[Link[N]], origins: Iterable[N]) -> BlastRadius[N]:
    """Everything downstream of the origins, with the strongest consequence over all paths.

    A path contaminates when each of its edges does; one edge that carries only evidence (a test
    set, a validation set) leaves evidence in doubt from there on.

    >>> links = [("raw", "train", "derived"), ("train", "m1", "training"), ("raw", "m2", "testing")]
    >>> radius = blast_radius(links, ["raw"])
    >>> [(one.artifact, one.consequence.value) for one in radius.affected.values()]
    [('train', 'contaminates'), ('m2', 'evidence'), ('m1', 'contaminates')]
    >>> radius.path("m1")
    ['raw', 'train', 'm1']
    """
    contaminating: dict[N, list[tuple[N, str]]] = {}
    doubtful: dict[N, list[tuple[N, str]]] = {}
    for up, down, role in sorted(set(links), key=lambda link: link[2]):
        carries = role_named(role).carries
        steps = contaminating if carries is Consequence.CONTAMINATES else doubtful
        steps.setdefault(up, []).append((down, role))
    starts = list(dict.fromkeys(origins))
    contaminated = _spread(starts, contaminating, Consequence.CONTAMINATES)
    anything = {
        up: contaminating.get(up, []) + doubtful.get(up, [])
        for up in contaminating.keys() | doubtful.keys()
    }
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
