"""Which merges the graph can bear, against networkx on random graphs."""

import hashlib

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.graph.identity import clusters_of, proves, refuse_merges

NODES = st.integers(0, 9)
STEPS = st.lists(
    st.tuples(NODES, NODES).filter(lambda pair: pair[0] < pair[1]), max_size=14, unique=True
)
GROUPS = st.lists(st.lists(NODES, min_size=2, max_size=3, unique=True), max_size=4)


def as_one(steps: list[tuple[int, int]], clusters: list[list[int]]) -> "nx.DiGraph[int]":
    first = {member: cluster[0] for cluster in clusters for member in cluster}
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(first.values())
    graph.add_edges_from((first.get(up, up), first.get(down, down)) for up, down in steps)
    return graph


@given(STEPS, GROUPS)
def test_what_it_accepts_leaves_the_graph_acyclic(
    steps: list[tuple[int, int]], groups: list[list[int]]
) -> None:
    clusters = clusters_of(groups)
    refused = refuse_merges(clusters, steps)
    accepted = [one for place, one in enumerate(clusters) if place not in refused]
    assert nx.is_directed_acyclic_graph(as_one(steps, accepted))


@given(STEPS, GROUPS)
def test_what_it_refuses_would_close_a_cycle_with_what_it_accepts(
    steps: list[tuple[int, int]], groups: list[list[int]]
) -> None:
    clusters = clusters_of(groups)
    refused = refuse_merges(clusters, steps)
    accepted = [one for place, one in enumerate(clusters) if place not in refused]
    for place, path in refused.items():
        graph = as_one(steps, [*accepted, clusters[place]])
        assert not nx.is_directed_acyclic_graph(graph)
        assert {path[0], path[-1]} <= set(clusters[place])
        assert path[0] != path[-1]


@given(STEPS, GROUPS)
def test_a_path_of_the_graph_itself_is_refused_whatever_else_is_merged(
    steps: list[tuple[int, int]], groups: list[list[int]]
) -> None:
    clusters = clusters_of(groups)
    refused = refuse_merges(clusters, steps)
    graph: nx.DiGraph[int] = nx.DiGraph(steps)
    graph.add_nodes_from(range(10))
    for place, cluster in enumerate(clusters):
        if any(
            nx.has_path(graph, one, other) for one in cluster for other in cluster if one != other
        ):
            assert place in refused


@given(st.lists(st.lists(NODES, min_size=1, max_size=4, unique=True), max_size=6))
def test_clusters_are_the_connected_components(groups: list[list[int]]) -> None:
    graph: nx.Graph[int] = nx.Graph()
    for group in groups:
        nx.add_path(graph, group)
    found = {frozenset(cluster) for cluster in clusters_of(groups)}
    assert found == {frozenset(component) for component in nx.connected_components(graph)}


# Scheme, what stands before the digits, how many there are, and of which kinds it proves something.
WHOLE = [
    ("md5", "", 32, {"code", "environment", "model"}),
    ("sha1", "", 40, {"code", "environment", "model"}),
    ("sha256", "", 64, {"code", "environment", "model"}),
    ("git_commit", "", 40, {"code"}),
    ("git_commit", "", 64, {"code"}),
    ("oci_image", "sha256:", 64, {"environment"}),
    ("mlflow", "", 64, set()),
]
HEX = "0123456789abcdef"
LENGTHS = st.integers(0, 130)


@pytest.mark.parametrize(("scheme", "before", "length", "kinds"), WHOLE)
@given(data=st.data(), kind=st.sampled_from(["code", "environment", "model"]))
def test_nothing_but_a_whole_digest_proves(
    scheme: str, before: str, length: int, kinds: set[str], kind: str, data: st.DataObject
) -> None:
    count = data.draw(st.just(length) | LENGTHS)
    digits = data.draw(
        st.text(HEX, min_size=count, max_size=count)
        | st.just("0" * count)
        | st.text(f"{HEX}Ag\n", min_size=count, max_size=count)
    )
    lengths = [one for each, _, one, _ in WHOLE if each == scheme]
    whole = len(digits) in lengths and not set(digits) - set(HEX) and len(set(digits)) > 1
    assert proves(kind, scheme, before + digits) == (whole and kind in kinds)


@pytest.mark.parametrize("scheme", ["md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize("kind", ["run", "evaluation", "deployment", "application"])
def test_a_digest_proves_nothing_of_what_is_not_its_content(kind: str, scheme: str) -> None:
    digest = hashlib.new(scheme, b"weights").hexdigest()
    assert proves("model", scheme, digest)
    assert not proves(kind, scheme, digest)
