"""The public API of Weights & Biases, on a server that holds the offline runs as synchronised."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from apps.catalog.models import Artifact, Edge
from apps.graph.records import ArtifactKey
from apps.ingest.connectors.contract import Access, ConnectorError, Reading
from apps.ingest.connectors.wandb import connector
from apps.ingest.jobs.recording import record_in_cuts
from apps.ingest.services import import_path
from tests.ingest.shared import of_path
from tests.ingest.wandb_server import KEY, WandbServer, serving
from tests.ingest.wandb_synchronised import synchronised

ORCHARD = Path(__file__).parent / "payloads" / "wandb" / "orchard"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ingest.connectors.service.time.sleep", lambda _: None)


@pytest.fixture
def server() -> Iterator[WandbServer]:
    found = synchronised(ORCHARD)
    with serving(found):
        yield found


def read(server: WandbServer, path: str = "orchard/apples", **more: Any) -> list[Reading]:
    access = Access(where=f"{server.base}/{path}", secret=KEY, **more)
    return list(connector.read(access))


def runs_told(readings: list[Reading]) -> list[str]:
    return [one.unit.rpartition("/")[2] for one in readings if one.unit]


def steps(reading: Reading) -> set[tuple[str, str, str]]:
    assert reading.batch is not None
    return {(one.upstream.name, one.role, one.downstream.name) for one in reading.batch.edges}


def environments(reading: Reading) -> list[ArtifactKey]:
    assert reading.batch is not None
    return [one.key for one in reading.batch.artifacts if one.kind == "environment"]


def derived() -> set[tuple[str, str, str]]:
    """The steps of the graph, by name."""
    live = Edge.objects.filter(retracted_in=None).select_related("upstream", "downstream")
    return {(one.upstream.name, one.role, one.downstream.name) for one in live}


def test_it_reads_each_run_once_in_the_order_of_their_changes(server: WandbServer) -> None:
    found = read(server)
    assert runs_told(found) == [
        *("prepare1", "train001", "prune001", "judge001", "failing1", "killed01", "dirty002")
    ]
    assert [one.complete for one in found][-2:] == ["orchard/apples/", ""]
    assert found[-3].cursor == {"read_up_to": {"apples": "2026-11-24T03:00:06"}}


def test_it_says_of_a_run_what_the_offline_reader_says(server: WandbServer) -> None:
    online = {one.unit: one for one in read(server)}
    offline = {one.unit: one for one in of_path(connector.read)(ORCHARD)}
    for unit in online.keys() & offline.keys() - {""}:
        assert steps(online[unit]) == steps(offline[unit]), unit
        ours, theirs = environments(online[unit]), environments(offline[unit])
        assert ours == theirs


@pytest.mark.django_db
def test_it_is_one_graph_with_the_offline_runs_that_were_synchronised(server: WandbServer) -> None:
    import_path(kind="wandb", path=ORCHARD)
    runs, steps = Artifact.objects.filter(kind="run").count(), derived()
    for reading in read(server):
        if reading.batch is not None:
            record_in_cuts(batch=reading.batch, actor=None)
    assert Artifact.objects.filter(kind="run").count() == runs
    assert derived() == steps
    every = Artifact.objects.filter(kind__in=["dataset", "model", "raw_data"], merged_into=None)
    names = sorted(one.name for one in every)
    assert names == ["apples", "apples-by-address", "apples-remote", "basket", "small-tree", "tree"]
    tree = every.get(name="tree")
    assert {one.version for one in [tree, *tree.merged.all()]} == {
        *("v0", "b0e87491b6d11b97139f1a68ebbe7f78")
    }


def test_it_asks_again_only_for_what_changed_or_goes_on(server: WandbServer) -> None:
    cursor = next(one.cursor for one in reversed(read(server)) if one.cursor)
    server.runs["prepare1"]["displayName"] = "renamed"
    server.runs["prepare1"]["updatedAt"] = "2026-11-24T04:00:00"
    server.runs["train001"]["state"] = "running"
    del server.runs["failing1"]
    found = read(server, cursor=cursor)
    assert runs_told(found) == ["train001", "dirty002", "prepare1"]
    present = {unit for one in found for unit in one.present}
    assert present == {f"orchard/apples/run/{one}" for one in ("prune001", "judge001", "killed01")}
    assert found[-1].complete == ""


def test_it_goes_on_where_it_was_broken_off(server: WandbServer) -> None:
    third = [one for one in read(server) if one.cursor][2]
    assert runs_told(read(server, cursor=third.cursor or {}))[0] == "prune001"


def test_it_knows_a_renamed_run_again(server: WandbServer) -> None:
    first = read(server)
    server.runs["train001"]["displayName"] = "grow-oak"
    again = read(server)
    before, after = (
        next(one for one in found if one.unit.endswith("train001")) for found in (first, again)
    )
    assert before.about == after.about
    assert after.batch is not None
    assert after.batch.artifacts[0].facets["run"]["name"] == "grow-oak"


def test_it_reads_the_same_twice(server: WandbServer) -> None:
    assert read(server) == read(server)


def test_it_reads_every_project_of_an_entity(server: WandbServer) -> None:
    found = read(server, "orchard")
    assert len(runs_told(found)) == 7
    assert found[-1].complete == ""


def test_it_follows_manifests_and_asks_for_each_once(server: WandbServer) -> None:
    found = {
        record.name: record
        for one in read(server)
        if one.batch
        for record in one.batch.artifacts
        if record.facets.get("wandb", {}).get("files")
    }
    assert found["apples"].digest == "md5:8bb2fc6b4a89e91ea1dce7d13df21506"
    assert found["apples-by-address"].digest == ""
    assert found["apples-remote"].facets["wandb"]["files"][0]["ref"].startswith("https://")
    manifests = [one for one, _ in server.asked if one == "FetchArtifactManifest"]
    assert len(manifests) == len(server.artifacts)


def test_it_names_what_a_registry_calls_a_version(server: WandbServer) -> None:
    registry = {"name": "wandb-registry-model", "entity": {"name": "orchard-org"}}
    portfolio = {"__typename": "ArtifactPortfolio", "name": "Trees", "project": registry}
    tree = next(
        one for one in server.artifacts.values() if one["artifactSequence"]["name"] == "tree"
    )
    tree["aliases"] += [
        {"alias": alias, "artifactCollection": portfolio} for alias in ("v3", "production")
    ]
    reading = next(one for one in read(server) if one.unit.endswith("train001"))
    assert reading.batch is not None
    record = next(one for one in reading.batch.artifacts if one.name == "tree")
    path = "orchard-org/wandb-registry-model/Trees"
    assert record.facets["wandb"]["linked"] == [f"{path}:production", f"{path}:v3"]
    assert record.facets["wandb"]["known_as"] == [
        *("orchard/apples/tree:candidate", "orchard/apples/tree:latest", f"{path}:production")
    ]
    assert f"{path}:v3" in {
        one.value for one in reading.batch.identifiers if one.scheme == "wandb_artifact"
    }


def test_it_holds_back_the_cursor_and_the_run_when_a_run_is_refused(server: WandbServer) -> None:
    server.failing = {"prune001"}
    found = read(server)
    refused = next(one for one in found if one.refused)
    assert refused.present == ("orchard/apples/run/prune001",)
    assert "permission denied" in refused.refused[0].message
    assert found[-3].unit.endswith("dirty002")
    assert found[-3].cursor == {"read_up_to": {"apples": "2026-11-24T03:00:01"}}


def test_it_uses_the_last_sign_of_a_run_where_changes_are_not_known(server: WandbServer) -> None:
    server.knows_changes = False
    for one in server.runs.values():
        del one["updatedAt"]
    assert len(runs_told(read(server))) == 7


@pytest.mark.parametrize(
    ("path", "secret", "said"),
    [
        ("orchard/apples", "wrong", "credentials were not accepted"),
        ("orchard/pears", KEY, "check the names"),
        ("elm", KEY, "no project of elm"),
        ("", KEY, "ENTITY/PROJECT"),
        ("a/b/c", KEY, "ENTITY/PROJECT"),
    ],
)
def test_it_says_why_nothing_can_be_read(
    server: WandbServer, path: str, secret: str, said: str
) -> None:
    access = Access(where=f"{server.base}/{path}", secret=secret)
    with pytest.raises(ConnectorError, match=said) as caught:
        list(connector.read(access))
    assert caught.value.permanent
    with pytest.raises(ConnectorError, match=said):
        connector.test(access)


def test_it_says_what_it_would_read(server: WandbServer) -> None:
    access = Access(where=f"{server.base}/orchard/apples", secret=KEY)
    assert connector.test(access).endswith("as pip: orchard/apples has 1 project, 7 runs.")
    assert connector.test(Access(where=str(ORCHARD))) == "9 logs of offline runs."


def test_it_waits_as_long_as_the_server_asks(
    server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("apps.ingest.connectors.service.time.sleep", waited.append)
    server.plan = [
        (429, {"Retry-After": "17"}, b'{"errors": [{"message": "rate limit exceeded"}]}'),
        (502, {}, b"<html>"),
    ]
    assert len(runs_told(read(server))) == 7
    assert waited == [17, 2]


@pytest.mark.parametrize(
    ("plan", "permanent"),
    [
        ([(429, {"Retry-After": "7200"}, b"")], False),
        ([(503, {}, b"")] * 4, False),
        ([(302, {"Location": "http://127.0.0.1:9/graphql"}, b"")], True),
        ([(200, {}, b"<html>")], True),
        ([(200, {}, b"5")], True),
        ([(200, {}, b'{"data": {"viewer": 5}}')] * 4, True),
        ([(200, {}, b'{"errors": [{"message": "Timeout, try again"}]}')], False),
        ([(200, {}, b'{"errors": 5, "data": []}')], True),
    ],
)
def test_it_ends_in_words_whatever_is_answered(
    server: WandbServer, plan: list[tuple[int, dict[str, str], bytes]], permanent: bool
) -> None:
    server.plan = list(plan)
    access = Access(where=f"{server.base}/orchard/apples", secret=KEY)
    with pytest.raises(ConnectorError) as caught:
        _ = connector.test(access), read(server)
    assert caught.value.permanent is permanent
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "odd",
    [
        {"config": "{", "summaryMetrics": "5", "createdAt": "yesterday", "tags": 5},
        {"displayName": 5, "user": [], "state": None, "heartbeatAt": 1},
        {"config": '{"a": {"value": NaN}}', "commit": "\x00", "displayName": "a\x1bb"},
    ],
)
def test_it_bears_odd_runs(server: WandbServer, odd: dict[str, Any]) -> None:
    server.runs["train001"] |= odd
    assert "train001" in runs_told(read(server))


def test_it_tells_no_other_host_the_key(server: WandbServer) -> None:
    heard: list[str | None] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing: tests are quiet."""

        def do_GET(self) -> None:
            heard.append(self.headers["Authorization"])
            self.send_response(404)
            self.end_headers()

    other = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = Thread(target=other.handle_request)
    thread.start()
    found = next(iter(server.artifacts))
    server.elsewhere[found] = f"http://127.0.0.1:{other.server_port}/m"
    readings = read(server)
    thread.join()
    other.server_close()
    assert heard == [None]
    assert "no_manifest" in {remark.code for one in readings for remark in one.adapted}
