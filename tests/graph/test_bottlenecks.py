"""Bottlenecks against the plain definition: take one away and see what is still reached."""

import time

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from apps.graph.bottlenecks import bottlenecks

Steps = list[tuple[int, int]]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Steps, list[int]]:
    size = draw(st.integers(2, 12))
    ends = st.integers(0, size - 1)
    steps = draw(st.lists(st.tuples(ends, ends).filter(lambda s: s[0] < s[1]), max_size=36))
    return steps, draw(st.lists(ends, min_size=1, max_size=3, unique=True))


def reached(steps: Steps, origins: list[int], without: int | None = None) -> set[int]:
    graph: nx.DiGraph[int] = nx.DiGraph(steps)
    graph.add_nodes_from(origins)
    if without is not None:
        graph.remove_node(without)
    below = {one for origin in origins for one in nx.descendants(graph, origin)}
    return below - set(origins)


@given(graphs())
def test_it_counts_what_would_be_clean(drawn: tuple[Steps, list[int]]) -> None:
    steps, origins = drawn
    everything = reached(steps, origins)
    counts = bottlenecks(steps, origins).count_below(everything)
    assert counts == {
        one: len(everything - reached(steps, origins, without=one)) for one in everything
    }


@given(graphs())
def test_it_knows_what_lies_below_what(drawn: tuple[Steps, list[int]]) -> None:
    steps, origins = drawn
    everything = reached(steps, origins)
    found = bottlenecks(steps, origins)
    for top in everything:
        cleaned = everything - reached(steps, origins, without=top)
        assert {one for one in everything if found.is_below(one, {top})} == cleaned - {top}


def test_it_is_quick_on_two_long_chains_that_keep_meeting() -> None:
    length = 10_000
    steps = [(0, 1), (0, 2)]
    for step in range(1, length, 2):
        steps += [(step, step + 2), (step + 1, step + 3), (step, step + 3)]
    began = time.monotonic()
    found = bottlenecks(steps, [0])
    assert len(found.above) == length + 2
    assert time.monotonic() - began < 2
