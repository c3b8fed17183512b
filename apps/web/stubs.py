"""What lies beyond the border of a picture: `+312 downstream, 4 in production` on a card."""

from collections.abc import Collection, Iterable

from apps.catalog.selectors import Walk
from apps.graph.traverse import adjacency, distances
from apps.web.graph_answers import GraphAnswer
from apps.web.graph_reading import direct_counts, in_production
from apps.web.subgraphs import neighbour_counts

# Links looked at for all exact counts of one page together; beyond it, direct ones are counted.
MOST_LOOKED_AT = 1_500_000


def stubs_of(answer: GraphAnswer, cards: Collection[int]) -> dict[int, str]:
    """For each card with more beyond it, the words for it, exact.

    On its own side, away from the origin, everything behind it is counted, or when the graph is
    too large for that the direct neighbours only ("+3 more downstream, directly").
    """
    found: dict[int, list[str]] = {}
    for way, side in (("upstream", answer.up), ("downstream", answer.down)):
        on_side = [pk for pk in cards if answer.sides.get(pk) == way or pk == answer.origin.pk]
        words = _beyond(answer, side, on_side, way)
        for pk, said in words.items():
            found.setdefault(pk, []).append(said)
    beside = [pk for pk in cards if answer.sides.get(pk) == "beside"]
    if beside:
        for way in ("upstream", "downstream"):
            for pk, said in _direct(answer, beside, way).items():
                found.setdefault(pk, []).append(said)
    return {pk: ", ".join(said) for pk, said in found.items()}


def _beyond(answer: GraphAnswer, side: Walk, cards: list[int], way: str) -> dict[int, str]:
    if not side.distance:
        return {}
    upstream = way == "upstream"
    if side.truncated:
        return _direct(answer, cards, way)
    next_to = adjacency(((up, down) for up, down, _ in side.links), backwards=upstream)
    border = [pk for pk in cards if any(one not in answer.within for one in next_to.get(pk, ()))]
    if len(border) * len(side.links) > MOST_LOOKED_AT:
        return _direct(answer, border, way)
    behind = {pk: set(distances(next_to, [pk])) - answer.within for pk in border}
    running = _running(behind.values()) if not upstream and border else set()
    return {pk: _words(len(ids), len(ids & running), way) for pk, ids in behind.items()}


def _running(sets: Iterable[set[int]]) -> set[int]:
    every = set().union(*sets)
    return in_production(every) if every else set()


def _words(count: int, running: int, way: str) -> str:
    said = f"+{count:,} {way}"
    return f"{said}, {running:,} in production" if running else said


def _direct(answer: GraphAnswer, cards: list[int], way: str) -> dict[int, str]:
    upstream = way == "upstream"
    shown = neighbour_counts(answer.links, upstream=upstream)
    every = direct_counts(cards, upstream=upstream, as_of=answer.as_of)
    return {
        pk: f"+{more:,} more {way}, directly"
        for pk, count in every.items()
        if (more := count - shown.get(pk, 0)) > 0
    }
