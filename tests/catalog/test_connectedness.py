"""Which models and deployments are connected, where not, and what would mend it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.catalog.models import Revision
from apps.catalog.selectors import (
    ConnectedList,
    Explained,
    Question,
    connected_list,
    connectedness,
    connectedness_of,
    explained,
    walk,
)
from apps.catalog.services import record_batch, tombstone_artifact
from apps.graph.connectedness import Answer, Aspect, Gap
from apps.graph.records import LineageBatch
from tests.catalog.lineage import edges, record, state, stored

pytestmark = pytest.mark.django_db
WHOLE = (
    "orders > run:fit@1 [training]",
    "code:repo@c1 > run:fit@1 [code]",
    "environment:image@1 > run:fit@1 [environment]",
    "run:fit@1 > model:fraud@1 [output]",
    "model:fraud@1 > deployment:api@1 [deployment]",
)


def listed(as_of: int | None = None, **asked: Any) -> ConnectedList:
    return connected_list(question=Question(**asked), as_of=as_of)


def told(text: str, as_of: int | None = None) -> Explained:
    wanted = stored(text)
    rows = [one for one in listed(as_of).rows if one.pk == wanted.pk]
    return explained(rows=rows, as_of=as_of)[0]


def answers(text: str, as_of: int | None = None) -> dict[str, str]:
    verdicts = told(text, as_of).connected.verdicts
    return {one.aspect.value: (one.gap or one.answer).value for one in verdicts}


def said(text: str) -> list[str]:
    return [one.sentence for one in told(text).breaks]


def test_it_finds_every_way_from_a_deployment_and_its_model() -> None:
    record(*WHOLE)
    connected = dict.fromkeys(["run", "data", "code", "environment"], "connected")
    assert answers("deployment:api@1") == connected
    assert answers("model:fraud@1") == {**connected, "deployment": "connected"}
    assert listed().counts == {"model": 1, "deployment": 1}


def test_it_names_the_run_that_names_no_code_and_says_what_its_tracker_would_take() -> None:
    record("orders > run:fit@1 > model:fraud@1", producer="wandb")
    first = told("model:fraud@1").breaks[0]
    assert first.sentence == "Its run fit@1 names no code."
    assert first.said_by == ["wandb"]
    assert first.advice.text.startswith("W&B records the commit")


def test_it_says_unknown_behind_a_placeholder_and_names_it() -> None:
    state("model:tuned@1", producer="huggingface")
    batch = LineageBatch(producer="card", edges=edges("model:base > model:tuned@1 [fine_tuning]"))
    record_batch(batch=batch)
    verdicts = told("model:tuned@1").connected.verdicts
    assert {one.answer for one in verdicts[:4]} == {Answer.UNKNOWN}
    assert said("model:tuned@1")[0] == (
        "It leads back to the model base, a placeholder of unknown making."
    )
    assert answers("model:base")["run"] == "named_only"


def test_it_tells_a_tombstone_on_the_way_from_what_is_missing(reviewer: User) -> None:
    record("model:base@1 > model:tuned@1 [fine_tuning]")
    assert answers("model:tuned@1")["run"] == "no_run"
    tombstone_artifact(artifact=stored("model:base@1"), reason="privacy", actor=reviewer)
    assert answers("model:tuned@1")["run"] == "removed_upstream"
    assert answers("model:base@1")["run"] == "removed"
    assert answers("model:tuned@1", as_of=1)["run"] == "no_run"


def test_it_does_not_take_test_data_for_data() -> None:
    record("holdout > model:fraud@1 [testing]")
    assert answers("model:fraud@1")["data"] == "only_tested"


def test_it_does_not_take_the_code_of_the_data_for_the_code_of_the_model() -> None:
    record("code:etl@1 > run:etl@1 > orders > model:fraud@1")
    found = answers("model:fraud@1")
    assert (found["data"], found["run"], found["code"]) == ("connected", "no_run", "no_run")


def test_it_says_of_a_card_that_only_it_says_so() -> None:
    record("orders > model:fraud@1 [training]", producer="huggingface")
    assert said("model:fraud@1")[0] == "No run is recorded: stated only by huggingface."


def test_it_tells_an_image_without_a_model_from_nothing_at_all() -> None:
    facet = {"deployment": {"environment": "production", "image_digest": "sha256:" + "a" * 64}}
    state("deployment:imaged@1", facets=facet)
    record("environment:image@2 > deployment:built@1 [environment]")
    state("deployment:bare@1")
    assert answers("deployment:imaged@1")["data"] == "image_without_model"
    assert answers("deployment:built@1") == {
        **dict.fromkeys(["run", "data", "code"], "image_without_model"),
        "environment": "connected",
    }
    assert answers("deployment:bare@1")["data"] == "no_model"


def test_it_tells_nothing_upstream_from_no_run() -> None:
    state("model:alone@1")
    assert answers("model:alone@1") == {
        **dict.fromkeys(["run", "data", "code", "environment"], "nothing_upstream"),
        "deployment": "not_deployed",
    }


def test_it_counts_exactly_over_all_that_is_asked() -> None:
    record(*WHOLE)
    state("model:alone@1")
    record("run:other@1 > model:half@1 [output]")
    found = listed(breaks_at="code")
    assert found.totals["model"][Aspect.DATA] == {
        Answer.CONNECTED: 1,
        Answer.MISSING: 2,
        Answer.UNKNOWN: 0,
    }
    assert len(found.rows) == 2
    assert [one.pk for one in listed(breaks_at=Gap.NOTHING_UPSTREAM).rows] == [
        stored("model:alone@1").pk
    ]


def test_it_puts_what_runs_in_production_and_breaks_first() -> None:
    record(*WHOLE)
    live = {"deployment": {"environment": "Prod"}}
    state("deployment:shaky@1", facets=live)
    state("deployment:lab@1", facets={"deployment": {"environment": "lab"}})
    state("deployment:ended@1", facets={"deployment": {**live["deployment"], **ENDED}})
    record("model:risky@1 > deployment:shaky@1 [deployment]")
    names = [one.artifact.name for one in explained(rows=listed().rows)]
    assert names == ["shaky", "risky", "ended", "lab", "api", "fraud"]
    production = [one.artifact.name for one in explained(rows=listed(production=True).rows)]
    assert production == ["shaky", "risky"]


ENDED = {"live_until": datetime(2020, 1, 1, tzinfo=UTC).isoformat()}


def test_it_filters_by_what_stands_on_the_artifact() -> None:
    record(*WHOLE)
    state("model:owned@1", owner="risk")
    state("deployment:web@1", facets={"deployment": {"environment": "staging"}})
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"owner": "risk"}, {"owned"}),
        ({"owner": "none", "kind": "model"}, {"fraud"}),
        ({"environment": "staging"}, {"web"}),
        ({"namespace": "elsewhere"}, set()),
        ({"status": "placeholder"}, set()),
    ]
    for asked, names in cases:
        assert {stored_name(one.pk) for one in listed(**asked).rows} == names


def stored_name(pk: int) -> str:
    return {one.pk: one.name for one in map(stored, NAMES)}[pk]


NAMES = ("model:fraud@1", "deployment:api@1", "model:owned@1", "deployment:web@1")


def test_it_answers_as_of_a_revision() -> None:
    record("run:fit@1 > model:fraud@1 [output]")
    record(*WHOLE)
    assert answers("model:fraud@1")["data"] == "connected"
    assert answers("model:fraud@1", as_of=1)["data"] == "run_without_data"
    assert listed(as_of=1).counts == {"model": 1}
    assert listed(as_of=0).rows == []


def test_it_counts_a_merged_artifact_once_and_as_of_before_twice() -> None:
    state("model:fraud@1", content="weights " * 20, producer="registry")
    record("run:fit@1 > model:scores@1 [output]")
    state("model:scores@1", content="weights " * 20)
    assert (listed().counts, listed(as_of=2).counts) == ({"model": 1}, {"model": 2})
    assert answers("model:fraud@1", as_of=2)["run"] == "nothing_upstream"
    assert answers("model:fraud@1")["run"] == "connected"


def test_it_works_out_a_revision_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    record(*WHOLE)
    connectedness()
    with django_assert_num_queries(1):
        connectedness()
    state("model:new@1")
    assert stored("model:new@1").pk in connectedness().marks


def test_it_says_unknown_where_the_graph_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    record(*WHOLE)
    monkeypatch.setattr("apps.catalog.selectors.connections.MAX_LINKS", 1)
    found = listed()
    assert found.truncated
    gaps = {each.gap for one in found.rows for each in one.breaks}
    assert gaps == {Gap.CUT_SHORT}


@pytest.mark.parametrize("text", ["model:fraud@1", "deployment:api@1", "model:half@1"])
def test_it_says_the_same_of_one_as_of_all(text: str) -> None:
    record(*WHOLE, "run:other@1 > model:half@1 [output]")
    one = stored(text)
    up, down = (walk(origins=[one.pk], direction=way) for way in ("upstream", "downstream"))
    alone = connectedness_of(artifact=one, up=up, down=down)
    assert alone is not None
    assert alone.connected.verdicts == told(text).connected.verdicts
    assert [each.sentence for each in alone.breaks] == said(text)


def test_it_says_nothing_of_other_kinds() -> None:
    record(*WHOLE)
    one = stored("orders")
    found = walk(origins=[one.pk], direction="both")
    assert connectedness_of(artifact=one, up=found, down=found) is None


def test_it_costs_no_more_for_more_rows(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    record(*(f"run:fit@{one} > model:fraud@{one} [output]" for one in range(40)))
    rows = listed().rows
    # The revision, two layers of the walk, marks, artifacts, producers of both ends.
    with django_assert_num_queries(7):
        assert len(explained(rows=rows)) == 40


def test_it_answers_of_an_empty_graph() -> None:
    assert not Revision.objects.exists()
    found = listed()
    assert (found.rows, found.totals, found.revision, found.truncated) == ([], {}, 0, False)
    assert explained(rows=[]) == []
