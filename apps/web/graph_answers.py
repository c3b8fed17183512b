"""What the graph page shows for a question: which artifacts, how far away, with what beyond."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from apps.catalog.models import Artifact
from apps.catalog.selectors import Direction, Walk, current_revision, walk
from apps.graph.traverse import adjacency, shortest_paths
from apps.impact.selectors import affected_status
from apps.web.graph_questions import GraphQuestion, Side
from apps.web.graph_reading import (
    MOST_REACHED,
    Brief,
    bounded_walk,
    briefs_of,
    in_production,
    links_among,
)
from apps.web.subgraphs import Link, on_ways_between

# From here on the walk's own links do: it leaves out only those that pass the origin by.
MOST_ASKED_AGAIN = 5000
MOST_PATHS = 50


@dataclass(slots=True, kw_only=True)
class GraphAnswer:
    """`shown` are the artifacts within reach and of a kind that is not hidden, the origin first.

    `within` is all that the steps asked for reach, hidden kinds included; `distance` the steps
    from the origin, `sides` on which side of it each lies (`upstream`, `downstream`, `beside`).
    `total` counts everything on the sides asked for, at any distance.
    """

    question: GraphQuestion
    origin: Artifact
    up: Walk
    down: Walk
    revision: int
    total: int = 0
    distance: dict[int, int] = field(default_factory=dict)
    sides: dict[int, str] = field(default_factory=dict)
    within: set[int] = field(default_factory=set)
    shown: list[int] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    briefs: dict[int, Brief] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    statuses: dict[int, str] = field(default_factory=dict)
    production: set[int] = field(default_factory=set)
    on_path: set[tuple[int, int]] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    @property
    def truncated(self) -> bool:
        return self.up.truncated or self.down.truncated

    @property
    def as_of(self) -> int | None:
        return self.question.as_of

    @property
    def path_end(self) -> str:
        """The name of what a path is shown to, or its number while it is not within reach."""
        one = self.briefs.get(self.question.path_to or 0)
        return f"{one.name} {one.version}".strip() if one else str(self.question.path_to)

    @property
    def shown_count(self) -> int:
        """Without the origin, as `total` is."""
        return len(self.shown) - 1


def graph_answer(*, question: GraphQuestion, origin: Artifact) -> GraphAnswer:
    """Walk, cut to what is asked for, and describe it. A handful of queries, however large."""
    either = question.path_to is not None
    nothing = Walk(origins=[origin.pk])
    up, down = (
        bounded_walk(origin=origin.pk, upstream=upstream, as_of=question.as_of)
        if either or question.direction in (way, "both")
        else nothing
        for way, upstream in (("upstream", True), ("downstream", False))
    )
    answer = GraphAnswer(
        question=question, origin=origin, up=up, down=down, revision=current_revision()
    )
    answer.remarks.extend(question.troubles)
    _remark_on_revision(answer)
    answer.sides = dict.fromkeys(up.distance, "upstream") | dict.fromkeys(
        down.distance, "downstream"
    )
    answer.distance = {origin.pk: 0, **up.distance, **down.distance}
    asked = [side for way, side in (("upstream", up), ("downstream", down)) if _asks(question, way)]
    answer.total = sum(len(side.distance) for side in asked)
    _choose_within(answer, asked)
    _describe(answer)
    return answer


def _asks(question: GraphQuestion, way: str) -> bool:
    return question.direction in (way, "both")


def _choose_within(answer: GraphAnswer, asked: Iterable[Walk]) -> None:
    question, origin = answer.question, answer.origin.pk
    answer.within = {
        pk
        for side in asked
        for pk, steps in side.distance.items()
        if question.depth is None or steps <= question.depth
    } | {origin}
    if question.expanded:
        _expand(answer)
    if question.path_to is not None:
        _add_path(answer, question.path_to)
    if len(answer.within) > MOST_REACHED:
        nearest = sorted(answer.within, key=lambda pk: (answer.distance[pk], pk))
        answer.within = set(nearest[: MOST_REACHED + 1])
    answer.links = _links(answer)
    if question.production_only:
        answer.production = in_production(answer.within)
        answer.within = on_ways_between(answer.links, {origin}, answer.production)
        answer.links = [one for one in answer.links if {one[0], one[1]} <= answer.within]
        if not answer.production:
            answer.remarks.append(
                "Nothing shown here runs in production. Ask for more steps to look further."
            )


def _expand(answer: GraphAnswer) -> None:
    """Add the direct neighbours of what is expanded, in the order in which it was."""
    expanded = answer.question.expanded
    sides: tuple[tuple[Side, Direction], ...] = (("u", "upstream"), ("d", "downstream"))
    beyond = {
        side: walk(
            origins=[pk for pk, wanted in expanded if wanted in (side, "")],
            direction=way,
            depth=1,
            as_of=answer.as_of,
            limit=MOST_REACHED,
        )
        for side, way in sides
    }
    up = adjacency(((one, two) for one, two, _ in beyond["u"].links), backwards=True)
    down = adjacency((one, two) for one, two, _ in beyond["d"].links)
    for pk, side in expanded:
        if pk not in answer.within:
            continue
        found = [
            *(up.get(pk, ()) if side != "d" else ()),
            *(down.get(pk, ()) if side != "u" else ()),
        ]
        for one in found:
            answer.within.add(one)
            answer.distance.setdefault(one, answer.distance[pk] + 1)
            answer.sides.setdefault(one, "beside")
    answer.sides.pop(answer.origin.pk, None)


def _add_path(answer: GraphAnswer, target: int) -> None:
    """Show every shortest path between the origin and another artifact, whatever the steps."""
    origin = answer.origin.pk
    found: list[list[int]] = []
    truncated = False
    for side, ends in ((answer.down, (origin, target)), (answer.up, (target, origin))):
        if target in side.distance:
            steps = adjacency((up, down) for up, down, _ in side.links)
            paths = shortest_paths(steps, *ends, limit=MOST_PATHS)
            found, truncated = paths.paths, paths.truncated
    if not found:
        answer.remarks.append(
            f"No path: artifact {target} lies neither upstream nor downstream of this one"
            + (", as far as it was followed." if answer.truncated else ".")
        )
    if truncated:
        answer.remarks.append(f"There are more shortest paths than the {MOST_PATHS} shown.")
    for path in found:
        answer.within.update(path)
        answer.on_path.update(pairwise(path))


def _links(answer: GraphAnswer) -> list[Link]:
    if len(answer.within) <= MOST_ASKED_AGAIN:
        return links_among(answer.within, answer.as_of)
    every = dict.fromkeys([*answer.up.links, *answer.down.links])
    return [one for one in every if one[0] in answer.within and one[1] in answer.within]


def _describe(answer: GraphAnswer) -> None:
    question, origin = answer.question, answer.origin.pk
    order = sorted(answer.within, key=lambda pk: (answer.distance[pk], pk))
    answer.briefs = briefs_of(order)
    answer.kinds = Counter(one.kind for pk, one in answer.briefs.items() if pk != origin)
    answer.shown = [
        pk for pk, one in answer.briefs.items() if pk == origin or one.kind not in question.hidden
    ]
    said = affected_status(artifact_ids=answer.shown)
    for pk in answer.shown:
        if status := said.get(pk) or answer.briefs[pk].standing:
            answer.statuses[pk] = status


def _remark_on_revision(answer: GraphAnswer) -> None:
    as_of = answer.as_of
    if as_of is None:
        return
    if as_of > answer.revision:
        answer.remarks.append(
            f"Revision {as_of:,} has not been reached; the newest is {answer.revision:,} "
            "and is what you see."
        )
    elif answer.origin.added_in_id > as_of:
        answer.remarks.append(
            f"At revision {as_of:,} this artifact was not recorded yet: "
            f"it came with revision {answer.origin.added_in_id:,}."
        )
