"""The client's questions, answered by the real server."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from apps.accounts.services import create_token
from apps.catalog.models import Artifact
from apps.impact.jobs import compute_report
from apps.impact.models import Report
from model_lineage import (
    ApiError,
    ArtifactRecord,
    Batch,
    Client,
    EdgeRecord,
    Key,
    NotFoundError,
    answers,
)

pytestmark = pytest.mark.django_db(transaction=True)

Clients = Callable[..., Client]
DIGEST = "sha256:" + "9f" * 32


@pytest.fixture
def client(reviewer: User, live_server: LiveServer) -> Client:
    scopes = ["read", "record", "flag", "review"]
    _, secret = create_token(owner=reviewer, name="script", scopes=scopes, actor=reviewer)
    return Client(live_server.url, secret)


def key(kind: str, name: str, version: str = "1") -> Key:
    return Key("shop", kind, name, version)


FLOUR, RUN, PIE = key("dataset", "flour"), key("run", "bake"), key("model", "pie")
BAKERY = Batch(
    producer="bakery",
    artifacts=(ArtifactRecord(PIE, digest=DIGEST, facets={"model": {"format": "onnx"}}),),
    edges=(EdgeRecord(FLOUR, RUN, "training"), EdgeRecord(RUN, PIE, "output")),
)


@pytest.fixture
def pie(client: Client) -> answers.Artifact:
    assert client.record(BAKERY).wrote
    (found,) = client.find(DIGEST)
    return found


def test_it_records_and_says_what_became_of_it(client: Client) -> None:
    first, second = client.record(BAKERY), client.record(BAKERY.to_json())
    assert (first.wrote, first.edges_added) == (True, 2)
    assert (second.wrote, second.revision) == (False, first.revision)


def test_it_records_the_rest_when_some_is_refused(client: Client) -> None:
    circle = Batch(edges=(EdgeRecord(FLOUR, RUN, "input"), EdgeRecord(RUN, FLOUR, "output")))
    with pytest.raises(ApiError) as raised:
        client.record(circle)
    assert (raised.value.status, raised.value.code) == (409, "refused")
    (refused,) = client.record(circle, atomic=False).refused
    assert refused.code == "cycle"
    assert refused.cycle


def test_it_says_which_field_is_wrong(client: Client) -> None:
    with pytest.raises(ApiError) as raised:
        client.record({"artifacts": [{"namespace": "n", "kind": "Big Table", "name": "x"}]})
    assert raised.value.path == "$.artifacts[0].kind"


def test_it_finds_by_identifier_and_by_name(client: Client, pie: answers.Artifact) -> None:
    assert (pie.name, pie.kind, str(pie)) == ("pie", "model", "pie@1")
    assert client.named("shop", "model", "pie", "1") == pie
    assert client.named("shop", "model", "cake") is None
    assert client.find("sha256:" + "00" * 32) == []


def test_it_reads_one_artifact(client: Client, pie: answers.Artifact) -> None:
    found = client.describe(pie, owner="risk", tags=["a"])
    assert client.artifact(pie.id) == found
    assert (found.owner, found.tags, found.facets["model"]) == ("risk", ["a"], {"format": "onnx"})
    assert [one.role for one in found.upstream_edges] == ["output"]
    assert found.upstream_edges[0].upstream.name == "bake"
    assert {one.scheme for one in found.identifiers} == {"sha256"}
    with pytest.raises(NotFoundError):
        client.artifact(10**6)


def test_it_walks_up_and_down(client: Client, pie: answers.Artifact) -> None:
    up = client.ancestors(pie)
    assert [(one.distance, one.artifact.name) for one in up.results] == [(1, "bake"), (2, "flour")]
    assert (up.counts, up.truncated, up.as_of) == ({"run": 1, "dataset": 1}, False, None)
    flour = up.results[1].artifact
    assert flour.is_placeholder
    assert client.descendants(flour, kinds=["model"]).count == 1
    assert [[str(one) for one in path] for path in client.paths(flour, pie).paths] == [
        ["flour@1", "bake@1", "pie@1"]
    ]
    around = client.graph(pie, direction="upstream", depth=1)
    assert [one.role for one in around.edges] == ["output"]
    assert client.ancestors(pie, as_of=0).count == 0


def test_it_reads_page_after_page(client: Client, pie: answers.Artifact) -> None:
    many = [EdgeRecord(PIE, key("evaluation", f"slice-{i}"), "evaluation") for i in range(7)]
    client.record(Batch(edges=tuple(many)))
    assert len(list(client.artifacts(kind="evaluation", limit=3))) == 7
    assert len(list(client.all_descendants(pie, limit=2))) == 7
    assert [one.distance for one in client.all_ancestors(pie)] == [1, 2]
    assert len(list(client.edges(upstream=pie, limit=5))) == 7
    assert [one.number for one in client.revisions()] == [2, 1]
    assert [str(one) for one in client.versions(pie)] == ["pie@1"]
    assert {one.value for one in client.identifiers(artifact=pie)} == {"9f" * 32}


def test_it_flags_and_follows_the_report(client: Client, pie: answers.Artifact) -> None:
    flour = client.ancestors(pie, kinds="dataset").results[0].artifact
    assert "1 model" in client.blast_radius(flour).headline
    flag = client.flag(flour, reason="leakage", severity="high", detail="as seen")
    assert (flag.state, flag.artifact, flag.raised_by) == ("open", flour, "rita")
    if not Report.objects.get(flag=flag.id).is_complete:
        compute_report(report_id=Report.objects.get(flag=flag.id).pk)
    report = client.wait_for_report(flag, seconds=5)
    assert report.state == "complete"
    assert {one.artifact.name for one in client.findings(report)} == {"bake", "pie"}
    assert [one.artifact.name for one in client.obligations(flag=flag.id)] == ["pie"]
    assert client.report(report).content_hash == report.content_hash
    assert client.withdraw(flag, reason="was none").state == "withdrawn"
    assert [one.state for one in client.flags()] == ["withdrawn"]


def test_it_is_led_on_to_what_an_artifact_proved_to_be(
    client: Client, pie: answers.Artifact
) -> None:
    client.record(Batch(artifacts=(ArtifactRecord(key("model", "tart")),)))
    tart = client.named("shop", "model", "tart", "1")
    assert tart is not None
    client.record(Batch(artifacts=(ArtifactRecord(key("model", "tart"), digest=DIGEST),)))
    assert Artifact.objects.get(pk=tart.id).merged_into_id == pie.id
    assert client.artifact(tart).id == pie.id
    assert client.ancestors(tart).artifact.id == pie.id


def test_it_sends_openlineage_events(client: Client) -> None:
    event = {
        "eventTime": "2026-10-01T02:00:00Z",
        "eventType": "COMPLETE",
        "producer": "https://example.org/bakery",
        "run": {"runId": "0190a5c0-0000-7000-8000-000000000001"},
        "job": {"namespace": "shop", "name": "bake"},
        "inputs": [{"namespace": "shop", "name": "flour"}],
    }
    client.openlineage(event)
    client.openlineage([event])
    assert [one.name for one in client.artifacts(kind="run")] == ["bake"]


def test_it_knows_who_it_is(client: Client) -> None:
    me = client.me()
    assert (me.username, me.role) == ("rita", "reviewer")
    assert set(me.scopes) == {"read", "record", "flag", "review"}


def test_it_knows_every_field_of_the_real_answers(client: Client, pie: answers.Artifact) -> None:
    """A field that the server has and the dataclass lacks would be lost without a word."""
    raw = client._ask
    shown: dict[Any, Any] = {
        answers.Me: raw("GET", "/me"),
        answers.ArtifactDetail: raw("GET", f"/artifacts/{pie.id}"),
        answers.Reach: raw("GET", f"/artifacts/{pie.id}/ancestors"),
        answers.Graph: raw("GET", f"/artifacts/{pie.id}/graph"),
        answers.Edge: raw("GET", "/edges")["results"][0],
        answers.Revision: raw("GET", "/revisions")["results"][0],
    }
    left_out = {
        shape.__name__: missing
        for shape, told in shown.items()
        if (missing := set(told) - {one.name for one in fields(shape)})
    }
    assert left_out == {}
