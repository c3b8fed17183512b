"""What lies up and down from an artifact, asked over REST."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.catalog.models import Edge, Revision
from apps.catalog.services import retract_edges
from tests.api.conftest import Script
from tests.catalog.lineage import record, stored

pytestmark = pytest.mark.usefixtures("bakery")


def address(text: str, question: str, **query: str | int) -> str:
    """Of the artifact that `text` names: `address("flour", "descendants", depth=1)`."""
    return f"/api/v1/artifacts/{stored(text).pk}/{question}?{urlencode(query)}"


def test_it_reaches_the_application(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, asked = script(viewer), address("flour", "descendants")
    # The token, the artifact, the revision, the walk, the kinds, the artifacts.
    with django_assert_num_queries(6):
        answer = client.get(asked).json()

    found = [(one["distance"], one["artifact"]["name"]) for one in answer["results"]]
    assert found == [(1, "train"), (2, "bake"), (3, "pie"), (4, "pie-api"), (5, "shop")]
    assert answer["counts"] == {
        "application": 1,
        "dataset": 1,
        "deployment": 1,
        "model": 1,
        "run": 1,
    }
    assert (answer["revision"], answer["as_of"], answer["truncated"]) == (1, None, False)
    assert answer["artifact"]["name"] == "flour"


def test_it_returns_the_kinds_asked_for_and_counts_all(viewer: User, script: Script) -> None:
    answer = script(viewer).get(address("flour", "descendants", kinds="model,deployment")).json()

    assert [one["artifact"]["name"] for one in answer["results"]] == ["pie", "pie-api"]
    assert (answer["count"], sum(answer["counts"].values())) == (2, 5)


def test_it_pages_and_bounds_the_depth(viewer: User, script: Script) -> None:
    answer = (
        script(viewer)
        .get(address("application:shop", "ancestors", depth=3, limit=1, offset=1))
        .json()
    )

    assert [one["artifact"]["name"] for one in answer["results"]] == ["pie"]
    assert answer["count"] == 3


def test_it_tells_nothing_from_not_found(viewer: User, script: Script) -> None:
    client = script(viewer)

    nothing = client.get(address("application:shop", "descendants"))
    missing = client.get("/api/v1/artifacts/999999/descendants")

    assert (nothing.status_code, nothing.json()["results"]) == (200, [])
    assert (missing.status_code, missing.json()["message"]) == (404, "There is no artifact 999999.")


def test_it_answers_as_of_a_revision_and_a_time(
    viewer: User, reviewer: User, script: Script
) -> None:
    before = Revision.objects.get().committed_at
    edge = Edge.objects.get(upstream=stored("flour"))
    retract_edges(edge_ids=[edge.pk], reason="mistaken", actor=reviewer)
    client = script(viewer)

    now = client.get(address("flour", "descendants")).json()
    then = client.get(address("flour", "descendants", as_of=1)).json()
    by_time = client.get(
        address("flour", "descendants", as_of_time=before.astimezone(UTC).isoformat())
    ).json()
    empty = client.get(
        address("flour", "descendants", as_of_time=(before - timedelta(days=1)).isoformat())
    ).json()

    assert (now["count"], then["count"], by_time["count"], empty["count"]) == (0, 5, 5, 0)
    assert (now["revision"], then["as_of"], by_time["as_of"], empty["as_of"]) == (2, 1, 1, 0)


def test_it_gives_the_graph_around(viewer: User, script: Script) -> None:
    client, asked = script(viewer), address("run:bake@1", "graph", depth=1)
    answer = client.get(asked).json()

    named = {one["artifact"]["id"]: one["artifact"]["name"] for one in answer["artifacts"]}
    edges = {(named[one["upstream"]], named[one["downstream"]]) for one in answer["edges"]}
    assert answer["artifacts"][0]["distance"] == 0
    assert edges == {("train", "bake"), ("apples", "bake"), ("bake", "pie")}
    assert answer["truncated"] is False


def test_it_says_when_the_graph_is_cut(viewer: User, script: Script) -> None:
    record(*(f"flour > cake{one}" for one in range(5)))
    asked = address("flour", "graph", direction="downstream", limit=2)
    answer = script(viewer).get(asked).json()

    assert (len(answer["artifacts"]), answer["truncated"]) == (3, True)


def test_it_costs_no_more_for_a_wider_graph(viewer: User, script: Script) -> None:
    client, costs = script(viewer), []
    for width in (1, 30):
        record(*(f"flour > cake{one}" for one in range(width)))
        asked = address("flour", "graph", direction="downstream", depth=1)
        with CaptureQueriesContext(connection) as queries:
            client.get(asked)
        costs.append(len(queries))

    assert costs == [5, 5]  # The token, the artifact, the revision, one layer, the artifacts.


def test_it_gives_every_shortest_path(viewer: User, script: Script) -> None:
    record("train@1 > run:other@1 > model:pie@1")
    asked = address("flour", "paths", to=stored("model:pie@1").pk)
    answer = script(viewer).get(asked).json()

    paths = {tuple(one["name"] for one in path) for path in answer["paths"]}
    assert paths == {("flour", "train", "bake", "pie"), ("flour", "train", "other", "pie")}
    assert (answer["to"]["name"], answer["truncated"]) == ("pie", False)


def test_it_gives_no_path_where_there_is_none(viewer: User, script: Script) -> None:
    client = script(viewer)
    backwards = client.get(address("model:pie@1", "paths", to=stored("flour").pk))
    missing = client.get(address("flour", "paths", to=999_999))

    assert (backwards.status_code, backwards.json()["paths"]) == (200, [])
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("question", "query", "path"),
    [
        ("descendants", "depth=0", "$.depth"),
        ("descendants", "depth=x", "$.depth"),
        ("descendants", "depth=99999999999999999999999", "$.depth"),
        ("descendants", "kinds=MODEL", "$.kinds"),
        ("descendants", "kinds=model,,run", "$.kinds"),
        ("descendants", "kinds=%00", "$.kinds"),
        ("descendants", "as_of=2", "$.as_of"),
        ("descendants", "as_of=-1", "$.as_of"),
        ("descendants", "as_of_time=yesterday", "$.as_of_time"),
        ("descendants", "as_of=1&as_of_time=2026-10-01T02:00:00Z", "$"),
        ("ancestors", "kind=model", "$.kind"),
        ("graph", "direction=sideways", "$.direction"),
        ("graph", "limit=5001", "$.limit"),
        ("paths", "", "$.to"),
        ("paths", "to=9223372036854775808", "$.to"),
    ],
)
def test_it_refuses_bad_questions(
    viewer: User, script: Script, question: str, query: str, path: str
) -> None:
    answer = script(viewer).get(f"{address('flour', question)}{query}")

    assert (answer.status_code, answer.json()["path"]) == (400, path)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_it_survives_the_ends_of_time(viewer: User, script: Script, moment: str) -> None:
    answer = script(viewer).get(address("flour", "descendants", as_of_time=moment))

    assert answer.status_code in {200, 400}


def test_it_takes_a_time_to_come_for_the_present(viewer: User, script: Script) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    asked = address("flour", "descendants", as_of_time=tomorrow.isoformat())

    assert script(viewer).get(asked).json()["as_of"] == 1
