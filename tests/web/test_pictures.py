"""From artifacts and statuses to a picture; from a walk to what of it is drawn."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.models import Artifact
from apps.web.card_facts import card_facts
from apps.web.folding import folded
from apps.web.graph_reading import Brief
from apps.web.pictures import Scene, folded_picture_of, picture_of
from apps.web.subgraphs import Bridge, bridged

LINKS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda one: one[0] < one[1]), max_size=24
)


@given(LINKS, st.sets(st.integers(0, 9)))
def test_it_bridges_what_is_joined_through_hidden_ones_only(
    pairs: list[tuple[int, int]], shown: set[int]
) -> None:
    graph: nx.DiGraph[int] = nx.DiGraph(pairs)
    found = {
        (one.upstream, one.downstream) for one in bridged([(*p, "input") for p in pairs], shown)
    }
    for up in shown & set(graph):
        for down in (shown & set(graph)) - {up}:
            between = graph.subgraph({up, down} | (set(graph) - shown))
            assert ((up, down) in found) == nx.has_path(between, up, down)


def test_it_lets_the_way_that_contaminates_win() -> None:
    links = [(1, 2, "testing"), (2, 4, "output"), (1, 3, "training"), (3, 4, "output")]
    assert bridged(links, {1, 4}) == [Bridge(1, 4, "training", 1)]


def artifact(pk: int, kind: str = "dataset", **values: object) -> Artifact:
    return Artifact(pk=pk, kind=kind, name=f"name-{pk}", version="1", **values)


def test_it_writes_the_status_in_words_and_marks_the_origin() -> None:
    scene = Scene(
        origins={1},
        bridges=[Bridge(1, 2, "training"), Bridge(2, 9, "output")],
        address=lambda pk: f"/artifacts/{pk}",
        statuses={1: "flagged", 2: "affected"},
        stubs={2: "+3 downstream"},
        on_path={(1, 2)},
    )
    picture = picture_of([artifact(1), artifact(2, "model")], scene)
    first, second = picture.cards
    assert (first.status_label, first.is_origin, second.is_origin) == ("Flagged", True, False)
    assert (second.status_label, second.stub, second.url) == (
        "Affected",
        "+3 downstream",
        "/artifacts/2",
    )
    (link,) = picture.links
    assert (link.status, link.highlighted) == ("affected", True)


def test_it_says_how_many_of_a_fold_are_affected() -> None:
    rows = [Brief(pk, "run", "ns", "fit", str(pk), False, None) for pk in (1, 2, 3, 4)]
    folds = folded(rows, by="name", origin=1)
    scene = Scene(
        origins={1},
        bridges=[Bridge(1, pk, "input") for pk in (2, 3, 4)] + [Bridge(2, 3, "input")],
        address=str,
        statuses={2: "affected", 3: "affected"},
    )
    picture = folded_picture_of(folds, scene, lambda fold: "/artifacts")
    assert [card.count for card in picture.cards] == [1, 3]
    assert picture.cards[1].status_label == "2 affected"
    assert len(picture.links) == 1


@pytest.mark.parametrize(
    ("kind", "facet", "words"),
    [
        ("dataset", {"rows": 12_400, "size_bytes": 4_200_000}, "12,400 rows · 4.2 MB"),
        ("dataset", {"format": "csv"}, "csv"),
        ("feature_set", {"features": ["a"]}, "1 feature"),
        (
            "code",
            {"commit": "664a6c909e42fd68", "dirty": True},
            "664a6c909e · changed since the commit",
        ),
        ("environment", {"python": "3.11.7", "packages": {"a": "1"}}, "Python 3.11.7 · 1 package"),
        ("run", {"state": "failed", "metrics": {"loss": 0.25, "AUC": 0.9}}, "failed · AUC 0.9"),
        ("model", {"format": "onnx", "size_bytes": 48_000_000}, "onnx · 48.0 MB"),
        ("deployment", {"environment": "prod", "replicas": 12}, "prod · 12 replicas"),
        ("application", {"team": "risk"}, "risk"),
        ("prompt_template", {"text": "hi"}, ""),
        ("dataset", {"rows": "many"}, ""),
        ("dataset", ["not", "a", "facet"], ""),
        ("run", {"metrics": {"ok": True, "note": "fine"}}, ""),
    ],
)
def test_it_says_one_line_of_facts(kind: str, facet: object, words: str) -> None:
    assert card_facts(artifact(1, kind, facets={kind: facet})) == words
