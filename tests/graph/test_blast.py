"""The blast radius against networkx, on graphs nobody thought of."""

from itertools import pairwise

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from apps.graph.blast import BlastRadius, Link, blast_radius
from apps.graph.vocabulary import ROLES, Consequence, role_named

ROLE_NAMES = [*sorted(ROLES), "brewing"]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Link[int]], list[int]]:
    """Links of an acyclic graph (upstream < downstream), and one to three origins."""
    size = draw(st.integers(2, 14))
    pair = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(
        lambda ends: ends[0] < ends[1]
    )
    link = st.tuples(pair, st.sampled_from(ROLE_NAMES)).map(lambda one: (*one[0], one[1]))
    links = draw(st.lists(link, max_size=40))
    origins = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=3, unique=True))
    return links, origins


def contaminates(role: str) -> bool:
    return role_named(role).carries is Consequence.CONTAMINATES


def nearest(links: list[Link[int]], origins: list[int]) -> dict[int, int]:
    graph: nx.DiGraph[int] = nx.DiGraph([(up, down) for up, down, _ in links])
    graph.add_nodes_from(origins)
    steps = nx.multi_source_dijkstra_path_length(graph, set(origins), weight=None)
    return {one: int(count) for one, count in steps.items() if one not in origins}


def found(radius: BlastRadius[int], consequence: Consequence) -> dict[int, int]:
    return {
        one.artifact: one.distance
        for one in radius.affected.values()
        if one.consequence is consequence
    }


@given(graphs())
def test_it_contaminates_what_contaminating_edges_reach(
    drawn: tuple[list[Link[int]], list[int]],
) -> None:
    links, origins = drawn
    spoiling = [link for link in links if contaminates(link[2])]
    radius = blast_radius(links, origins)
    assert found(radius, Consequence.CONTAMINATES) == nearest(spoiling, origins)


@given(graphs())
def test_it_leaves_the_rest_of_what_is_reached_in_doubt(
    drawn: tuple[list[Link[int]], list[int]],
) -> None:
    links, origins = drawn
    radius = blast_radius(links, origins)
    contaminated = found(radius, Consequence.CONTAMINATES)
    everything = nearest(links, origins)
    doubtful = {one: steps for one, steps in everything.items() if one not in contaminated}
    assert found(radius, Consequence.EVIDENCE) == doubtful
    assert list(radius.affected) == sorted(
        radius.affected, key=lambda one: radius.affected[one].distance
    )


@given(graphs())
def test_it_proves_each_with_a_path_of_real_links(
    drawn: tuple[list[Link[int]], list[int]],
) -> None:
    links, origins = drawn
    radius = blast_radius(links, origins)
    for one in radius.affected.values():
        trail = radius.trail(one.artifact, ends=20)
        path = [step for step, _ in trail.first]
        assert path == radius.path(one.artifact)
        assert path[0] in origins
        assert path[-1] == one.artifact
        assert len(path) == one.distance + 1
        roles = [role for _, role in trail.first[1:]]
        steps = [(up, down, role) for (up, down), role in zip(pairwise(path), roles, strict=True)]
        assert set(steps) <= set(links)
        assert all(map(contaminates, roles)) == (one.consequence is Consequence.CONTAMINATES)


@given(graphs(), st.integers(1, 3))
def test_it_keeps_both_ends_of_a_long_path(
    drawn: tuple[list[Link[int]], list[int]], ends: int
) -> None:
    radius = blast_radius(*drawn)
    for artifact in radius.affected:
        path = radius.path(artifact)
        trail = radius.trail(artifact, ends=ends)
        shown = [step for step, _ in trail.first], [step for step, _ in trail.last]
        if len(path) <= 2 * ends:
            assert (shown, trail.omitted) == ((path, []), 0)
        else:
            assert shown == (path[:ends], path[-ends:])
            assert trail.omitted == len(path) - 2 * ends


@given(graphs())
def test_it_does_not_depend_on_who_asserted_an_edge_twice(
    drawn: tuple[list[Link[int]], list[int]],
) -> None:
    links, origins = drawn
    once, twice = blast_radius(links, origins), blast_radius(links + links, origins)
    assert once.affected == twice.affected


def test_it_walks_a_chain_of_26000_steps() -> None:
    links = [(step, step + 1, "derived") for step in range(26_000)]
    radius = blast_radius(links, [0])
    assert radius.affected[26_000].distance == 26_000
    shown = sum(len(radius.trail(one, ends=12).first) for one in radius.affected)
    assert shown <= 24 * 26_000


def test_it_leaves_out_an_origin_that_lies_under_another() -> None:
    radius = blast_radius([(1, 2, "derived"), (2, 3, "derived")], [1, 2])
    assert list(radius.affected) == [3]
    assert radius.path(3) == [2, 3]


def test_it_finds_nothing_below_a_stranger() -> None:
    assert blast_radius([(1, 2, "training")], [9]).affected == {}
