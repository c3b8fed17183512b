"""Walks of the stored graph, held against networkx on random graphs and random revisions."""

import networkx as nx
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import (
    ancestors,
    current_revision,
    descendants,
    shortest_paths_between,
    walk,
)
from apps.catalog.services import record_batch
from apps.graph.records import LineageBatch
from tests.catalog.lineage import edges, record, stored

pytestmark = pytest.mark.django_db

# Pairs (a, b) with a < b always form a DAG. Each history is a few revisions of adding and removing.
PAIRS = st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1])
HISTORIES = st.lists(
    st.tuples(st.sets(PAIRS, max_size=10), st.sets(PAIRS, max_size=3)), min_size=1, max_size=4
)
DATABASE = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def play(
    history: list[tuple[set[tuple[int, int]], set[tuple[int, int]]]],
) -> "dict[int, nx.DiGraph[int]]":
    """Record the history; the expected graph after each revision."""
    expected: dict[int, nx.DiGraph[int]] = {}
    graph: nx.DiGraph[int] = nx.DiGraph()
    for added, removed in history:
        record(*(f"n{up} > n{down}" for up, down in sorted(added)))
        taken_back = edges(*(f"n{up} > n{down}" for up, down in sorted(removed)))
        record_batch(batch=LineageBatch(producer="test", retractions=taken_back))
        graph.add_edges_from(added)
        graph.remove_edges_from(removed)
        expected[current_revision()] = graph.copy()
    return expected


@DATABASE
@given(HISTORIES, st.sampled_from([None, 1, 2, 3, 9]))
def test_it_agrees_with_networkx_at_every_revision(
    history: list[tuple[set[tuple[int, int]], set[tuple[int, int]]]], depth: int | None
) -> None:
    with transaction.atomic():
        expected = play(history)
        number = {pk: int(name[1:]) for pk, name in Artifact.objects.values_list("pk", "name")}
        for revision, graph in expected.items():
            for pk, start in number.items():
                if start in graph:
                    check(graph, number, pk, depth, revision)
        transaction.set_rollback(True)


def check(
    graph: "nx.DiGraph[int]", number: dict[int, int], pk: int, depth: int | None, revision: int
) -> None:
    for direction, view in (("downstream", graph), ("upstream", graph.reverse(copy=False))):
        found = walk(origins=[pk], direction=direction, depth=depth, as_of=revision)  # type: ignore[arg-type]
        lengths = nx.single_source_shortest_path_length(view, number[pk], cutoff=depth)
        lengths.pop(number[pk])
        assert {number[one]: steps for one, steps in found.distance.items()} == lengths
        walked = {(number[up], number[down]) for up, down, _ in found.links}
        kept = {number[pk], *lengths}
        assert walked <= {(up, down) for up, down in graph.edges if {up, down} <= kept}
        assert set(nx.DiGraph(walked)) | {number[pk]} == kept


@DATABASE
@given(st.sets(PAIRS, max_size=20))
def test_it_finds_all_shortest_paths(pairs: set[tuple[int, int]]) -> None:
    graph: nx.DiGraph[int] = nx.DiGraph(pairs)
    with transaction.atomic():
        record("n0 > n1", *(f"n{up} > n{down}" for up, down in sorted(pairs)))
        graph.add_edge(0, 1)
        for target in sorted(graph)[1:]:
            if f"n{target}" not in set(Artifact.objects.values_list("name", flat=True)):
                continue
            found = shortest_paths_between(upstream=stored("n0"), downstream=stored(f"n{target}"))
            expected = (
                list(nx.all_shortest_paths(graph, 0, target))
                if target and nx.has_path(graph, 0, target)
                else []
            )
            names = sorted([[int(one.name[1:]) for one in path] for path in found.paths])
            assert names == sorted(expected)
        transaction.set_rollback(True)


def test_it_filters_what_is_returned_not_what_is_walked() -> None:
    record("raw > run:train > model:fraud > deployment:api")
    reach = descendants(artifact=stored("raw"), kinds=["model", "deployment"])
    assert [(one.artifact.name, one.distance) for one in reach.artifacts] == [
        ("fraud", 2),
        ("api", 3),
    ]
    assert reach.counts == {"run": 1, "model": 1, "deployment": 1}


def test_it_says_nothing_upstream_of_a_source() -> None:
    record("raw > train")
    reach = ancestors(artifact=stored("raw"))
    assert (reach.artifacts, reach.truncated, reach.revision) == ([], False, 1)


def test_it_reports_that_a_limit_cut_the_answer() -> None:
    record(*(f"raw > d{i}" for i in range(5)))
    found = walk(origins=[stored("raw").pk], direction="downstream", limit=3)
    assert (len(found.distance), found.truncated) == (3, True)
    assert len(found.links) == 3


def test_it_never_loops_on_a_cycle_that_hostile_data_holds() -> None:
    record("a > b > c")
    c, a = stored("c"), stored("a")
    Edge.objects.create(
        upstream=c,
        downstream=a,
        stated_upstream=c,
        stated_downstream=a,
        role="derived",
        producer="x",
        added_in_id=1,
    )
    found = walk(origins=[stored("a").pk], direction="downstream")
    assert sorted(found.distance.values()) == [1, 2]


def test_it_walks_a_chain_of_30_000_steps() -> None:
    names = [f"s{i}" for i in range(30_001)]
    for start in range(0, 30_000, 4_000):
        record(" > ".join(names[start : start + 4_001]))
    found = walk(origins=[stored("s0").pk], direction="downstream")
    assert max(found.distance.values()) == 30_000
    assert not found.truncated
    paths = shortest_paths_between(upstream=stored("s0"), downstream=stored("s30000"))
    assert [len(path) for path in paths.paths] == [30_001]


def test_it_needs_one_query_however_deep(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    record(" > ".join(f"s{i}" for i in range(100)))
    start = stored("s0").pk
    with django_assert_num_queries(2):  # The current revision, and the walk.
        walk(origins=[start], direction="downstream")
