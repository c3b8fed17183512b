"""Edges, identifiers, revisions, conflicts and imports."""

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.audit.selectors import entries_for
from apps.catalog.models import Edge
from apps.catalog.services import record_batch
from apps.graph.records import ArtifactRecord, LineageBatch
from apps.ingest.models import ImportRun
from tests.api.conftest import Script
from tests.catalog.lineage import record, stored

pytestmark = pytest.mark.usefixtures("bakery")


def count(answer: object) -> int:
    body = answer.json()  # type: ignore[attr-defined]
    assert body["count"] == len(body["results"])
    return int(body["count"])


def test_it_lists_edges_with_both_ends(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = script(viewer)
    with django_assert_num_queries(2):
        answer = client.get("/api/v1/edges?role=testing").json()

    [edge] = answer["results"]
    assert (edge["upstream"]["name"], edge["downstream"]["name"]) == ("apples", "bake")
    assert (edge["phrase"], edge["producer"]) == ("was tested on", "test")
    assert (edge["added_in"], edge["retracted_in"]) == (1, None)


def test_it_filters_edges(viewer: User, script: Script) -> None:
    client, bake = script(viewer), stored("run:bake@1").pk

    assert count(client.get(f"/api/v1/edges?artifact={bake}")) == 3
    assert count(client.get(f"/api/v1/edges?downstream={bake}")) == 2
    assert count(client.get(f"/api/v1/edges?upstream={bake}")) == 1
    assert count(client.get("/api/v1/edges?producer=nobody")) == 0


def test_it_retracts_edges_and_still_shows_them_as_of_before(
    reviewer: User, script: Script
) -> None:
    client = script(reviewer)
    edge = Edge.objects.get(role="testing")

    answer = client.post(
        "/api/v1/edges/retract", {"edge_ids": [edge.pk, 999_999], "reason": "wrong table"}
    )

    assert (answer.status_code, answer.json()) == (200, {"retracted": 1})
    assert count(client.get("/api/v1/edges?role=testing")) == 0
    assert count(client.get("/api/v1/edges?role=testing&as_of=1")) == 1
    assert count(client.get("/api/v1/edges?role=testing&as_of=2")) == 0
    assert count(client.get("/api/v1/edges?state=retracted")) == 1
    assert client.get(f"/api/v1/edges/{edge.pk}").json()["retract_reason"] == "wrong table"
    assert [entry.action for entry in entries_for(subject=f"edge:{edge.pk}")] == ["edge.retracted"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"edge_ids": [], "reason": "x"}, "$.edge_ids"),
        ({"edge_ids": [0], "reason": "x"}, "$.edge_ids[0]"),
        ({"edge_ids": [2**63], "reason": "x"}, "$.edge_ids[0]"),
        ({"edge_ids": ["x"], "reason": "x"}, "$.edge_ids[0]"),
        ({"edge_ids": 1, "reason": "x"}, "$.edge_ids"),
        ({"edge_ids": [1] * 1001, "reason": "x"}, "$.edge_ids"),
        ({"edge_ids": [1]}, "$.reason"),
        ({"edge_ids": [1], "reason": "a\0"}, "$.reason"),
        ({"edge_ids": [1], "reason": "x", "force": True}, "$.force"),
        ([], "$"),
    ],
)
def test_it_refuses_bad_retractions(
    reviewer: User, script: Script, body: object, path: str
) -> None:
    answer = script(reviewer).post("/api/v1/edges/retract", body)

    assert (answer.status_code, answer.json()["path"]) == (400, path)
    assert not Edge.objects.filter(retracted_in__isnull=False).exists()


def test_it_lists_identifiers(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    said = ArtifactRecord(namespace="shop", kind="model", name="pie", version="1", digest="md5:ab")
    record_batch(batch=LineageBatch(artifacts=(said,)))
    client = script(viewer)
    with django_assert_num_queries(2):
        answer = client.get("/api/v1/identifiers?scheme=md5").json()

    [identifier] = answer["results"]
    assert (identifier["value"], identifier["artifact"]) == ("ab", stored("model:pie@1").pk)


def test_it_lists_revisions_newest_first(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    record("flour > cake", producer="mill")
    client = script(viewer)
    with django_assert_num_queries(2):
        answer = client.get("/api/v1/revisions").json()

    assert [one["number"] for one in answer["results"]] == [2, 1]
    assert count(client.get("/api/v1/revisions?producer=mill")) == 1
    one = client.get("/api/v1/revisions/2").json()
    assert (one["producer"], one["edges_added"], one["actor"]) == ("mill", 1, None)


def test_it_lists_conflicts(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    record("model:pie@1 > flour", atomic=False)
    client = script(viewer)
    with django_assert_num_queries(2):
        answer = client.get("/api/v1/conflicts").json()

    [conflict] = answer["results"]
    assert (conflict["code"], conflict["first"]["name"]) == ("cycle", "pie")
    assert conflict["path"][0] == conflict["path"][-1]
    assert count(client.get(f"/api/v1/conflicts?artifact={stored('flour').pk}")) == 1
    assert count(client.get("/api/v1/conflicts?code=digest")) == 0


def test_it_lists_imports(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    note = {"path": "$", "message": "left out", "code": "odd"}
    run = ImportRun.objects.create(kind="openlineage", where="/data/events", notes=[note])
    client = script(viewer)
    with django_assert_num_queries(2):
        [listed] = client.get("/api/v1/imports?kind=openlineage").json()["results"]

    assert (listed["where"], listed["state"]) == ("/data/events", "pending")
    assert "notes" not in listed
    assert client.get(f"/api/v1/imports/{run.pk}").json()["notes"] == [note]


@pytest.mark.parametrize(
    "address",
    [
        "edges?artifact=0",
        "edges?artifact=99999999999999999999",
        "edges?artifact=1.5e400",
        "edges?artifact=NaN",
        "edges?artifact=1.5",
        "edges?artifact=1%00",
        "edges?as_of=-1",
        "edges?state=dead",
        "edges?ordering=pk",
        "identifiers?artifact=x",
        "identifiers?value=%00",
        "revisions?committed_after=soon",
        "conflicts?artifact=-1",
        "imports?state=lost",
        "flags?state=lost",
        "flags?ordering=artifact__owner",
        "reports?flag=-1",
        "obligations?flag=1.5e400",
        "obligations?ordering=note",
    ],
)
def test_it_refuses_bad_filters(viewer: User, script: Script, address: str) -> None:
    answer = script(viewer).get(f"/api/v1/{address}")

    assert answer.status_code == 400
    assert answer.json()["path"].startswith("$.")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_it_says_what_an_address_does_not_do(viewer: User, script: Script, method: str) -> None:
    answer = getattr(script(viewer), method)("/api/v1/revisions", {})

    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")
