"""Which new edges close a cycle, held against networkx."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from apps.graph.cycles import could_close_a_cycle, refuse_cycles
from apps.graph.traverse import adjacency

PAIRS = st.tuples(st.integers(0, 7), st.integers(0, 7))
FORWARD = PAIRS.filter(lambda pair: pair[0] < pair[1])


@given(st.sets(FORWARD, max_size=12), st.lists(PAIRS, max_size=8, unique=True))
def test_it_keeps_the_graph_acyclic_and_refuses_no_more_than_needed(
    known: set[tuple[int, int]], new: list[tuple[int, int]]
) -> None:
    refused = refuse_cycles(new, adjacency(known))
    graph: nx.DiGraph[int] = nx.DiGraph(known)
    for up, down in new:
        if (up, down) in known:
            continue
        closes = up == down or (up in graph and down in graph and nx.has_path(graph, down, up))
        assert closes == ((up, down) in refused)
        if not closes:
            graph.add_edge(up, down)
    assert nx.is_directed_acyclic_graph(graph)
    for (up, down), path in refused.items():
        assert path[0] == path[-1] == up
        assert path[1] == down
        assert all(graph.has_edge(*step) for step in list(nx.utils.pairwise(path))[1:])


@given(st.sets(FORWARD, max_size=12), st.lists(PAIRS, max_size=8, unique=True))
def test_it_never_overlooks_an_edge_that_could_close_one(
    known: set[tuple[int, int]], new: list[tuple[int, int]]
) -> None:
    suspects = could_close_a_cycle(
        new,
        has_downstream={up for up, _ in known},
        has_upstream={down for _, down in known},
    )
    assert refuse_cycles(new, adjacency(known)).keys() <= set(suspects)


def test_it_clears_a_long_new_chain_without_looking_further() -> None:
    chain = [(i, i + 1) for i in range(50_000)]
    assert could_close_a_cycle(chain, has_downstream=set(), has_upstream={0}) == []
