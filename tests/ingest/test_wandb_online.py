"""The public API of Weights & Biases, on a server that holds the offline runs as synchronised."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from apps.accounts.models import User
from apps.catalog.models import Artifact, Edge
from apps.graph.records import ArtifactKey
from apps.ingest.connectors.contract import Access, Reading
from apps.ingest.connectors.wandb import connector
from apps.ingest.jobs.recording import record_in_cuts
from apps.ingest.services import SourceSettings, add_source, import_path, import_source
from apps.work.models import WorkState
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


@pytest.mark.django_db
@override_settings(SOURCE_NETWORKS=["127.0.0.0/8"])
def test_it_marks_runs_that_are_gone_and_leaves_alone_what_has_not_changed(
    server: WandbServer, administrator: User
) -> None:
    settings = SourceSettings(where=f"{server.base}/orchard", secret=KEY)
    source = add_source(name="orchard", kind="wandb", settings=settings, actor=administrator)
    first = import_source(source=source)
    assert (first.state, first.refused) == (WorkState.COMPLETE, {})
    source.refresh_from_db()
    del server.runs["failing1"]
    server.asked.clear()
    second = import_source(source=source)
    assert [one["name"] for asked, one in server.asked if asked == "Run"] == ["dirty002"]
    assert second.written["deleted_at_source"] == 1
    gone = Artifact.objects.get(kind="run", name="failing1")
    assert gone.facets["deleted_at_source"]["deleted"] is True
