"""Ways from models and deployments over random graphs, and what is said where they break."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.graph.advice import (
    COMMANDS,
    GENERAL,
    LABELS,
    OF_PRODUCER,
    SENTENCES,
    Advice,
    advice_for,
    sentence,
    summary,
)
from apps.graph.connectedness import (
    BREAKS_AT,
    DATA_KINDS,
    Answer,
    Aspect,
    Gap,
    Mark,
    marks_of,
    own_mark,
    place_of,
    steps_of_making,
    verdicts,
)
from apps.graph.vocabulary import Consequence, Kind, role_named
from apps.ingest.connectors import KINDS

ROLES = ("training", "testing", "output", "code", "quantization", "validation", "input")
PRODUCERS = {"mlflow", *KINDS}
Graph = tuple[list[str], list[tuple[int, int, str]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Kinds by number, and links from lower to higher numbers."""
    kinds = draw(st.lists(st.sampled_from([*map(str, Kind), "prompt"]), min_size=2, max_size=12))
    ends = st.integers(0, len(kinds) - 1)
    links = draw(st.lists(st.tuples(ends, ends, st.sampled_from(ROLES)), max_size=30))
    return kinds, [(min(one, two), max(one, two), role) for one, two, role in links if one != two]


@given(graphs())
def test_it_marks_what_a_walk_to_each_artifact_meets(graph: Graph) -> None:
    kinds, links = graph
    own = {number: own_mark(kind) for number, kind in enumerate(kinds)}
    found = marks_of(links, own)
    making = [
        (up, down)
        for up, down, role in links
        if role_named(role).carries is Consequence.CONTAMINATES
    ]
    for subject in range(len(kinds)):
        if kinds[subject] in DATA_KINDS:
            continue
        # The inner artifacts of a path are no data; what they lead to at once may be.
        open_graph: nx.DiGraph[int] = nx.DiGraph(
            step for step in making if kinds[step[1]] not in DATA_KINDS
        )
        open_graph.remove_edges_from([s for s in making if kinds[s[0]] in DATA_KINDS])
        open_graph.add_nodes_from(range(len(kinds)))
        inner = {subject, *nx.ancestors(open_graph, subject)}
        met = (inner - {subject}) | {up for up, down in making if down in inner}
        mark = found.get(subject, 0)
        for aspect, kind in ((Mark.CODE, "code"), (Mark.RUN, "run"), (Mark.MODEL, "model")):
            assert bool(mark & aspect) == any(kinds[one] == kind for one in met)
        assert bool(mark & Mark.DATA) == any(kinds[one] in DATA_KINDS for one in met)
        below = nx.descendants(open_graph, subject)
        assert bool(mark & Mark.DEPLOYED) == any(kinds[one] == "deployment" for one in below)


def test_it_walks_a_long_chain_whatever_the_order() -> None:
    own: dict[int, int] = {0: own_mark("code"), 5000: own_mark("deployment")}
    links = [(number, number + 1, "derived") for number in range(5000)]
    found = marks_of(reversed(links), own)
    assert found[5000] & Mark.CODE
    assert found[0] & Mark.DEPLOYED


def test_it_survives_a_cycle() -> None:
    found = marks_of([("a", "b", "derived"), ("b", "a", "derived")], {"a": own_mark("run")})
    assert found["b"] & Mark.RUN


@pytest.mark.parametrize("gap", Gap)
def test_it_has_words_and_advice_for_every_gap(gap: Gap) -> None:
    assert SENTENCES[gap].endswith(".")
    assert LABELS[gap]
    assert GENERAL[gap].text.endswith(".")
    assert ("{at}" in SENTENCES[gap]) == (gap in BREAKS_AT)
    assert "{" not in sentence(gap, at="fit", said_by=["wandb"])


@pytest.mark.parametrize("advice", [*GENERAL.values(), *OF_PRODUCER.values()])
def test_it_advises_only_sources_that_there_are(advice: Advice) -> None:
    assert set(advice.sources) <= COMMANDS | set(KINDS)


def test_it_knows_producers_that_there_are() -> None:
    assert {producer for _, producer in OF_PRODUCER} <= PRODUCERS
    assert advice_for(Gap.RUN_WITHOUT_CODE, {"somebody"}) is GENERAL[Gap.RUN_WITHOUT_CODE]
    assert "git repository" in advice_for(Gap.RUN_WITHOUT_CODE, {"a", "mlflow"}).text


def test_it_can_come_to_every_gap() -> None:
    """By all combinations of marks: a gap that nothing leads to would be dead words."""
    reached = {
        one.gap
        for kind in ("model", "deployment")
        for own in (0, Mark.PLACEHOLDER, Mark.TOMBSTONE, Mark.IMAGE)
        for mark in range(int(Mark.STATED) * 2)
        for one in verdicts(kind, own=own, mark=mark)
    }
    truncated = {one.gap for one in verdicts("model", own=0, mark=0, truncated=True)}
    assert reached | truncated == {None, *Gap}


def test_it_finds_the_nearest_place() -> None:
    links = [("far", "fit", "derived"), ("fit", "fraud", "output")]
    own = {"far": own_mark("run"), "fit": own_mark("run"), "fraud": own_mark("model")}
    upstream = {"fraud": ["fit"], "fit": ["far"]}
    assert list(steps_of_making(links, own)) == [("far", "fit"), ("fit", "fraud")]
    assert place_of(Gap.RUN_WITHOUT_CODE, "fraud", upstream, own) == "fit"
    assert place_of(Gap.NO_RUN, "fraud", upstream, own) == "fraud"
    assert place_of(Gap.RUN_WITHOUT_CODE, "fraud", {}, own) is None


def test_it_says_all_answers_in_one_line() -> None:
    found = verdicts("model", own=int(Mark.PLACEHOLDER), mark=int(Mark.DATA))
    assert {one.answer for one in found} == set(Answer)
    assert summary(found) == "Connected to data; no deployment; code, environment, run unknown"
    assert {one.aspect for one in found} == set(Aspect)
