"""Reading MLflow again: what is read anew, what is found to be gone, and going on in the middle."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from apps.ingest.connectors.contract import Access
from apps.ingest.connectors.errors import ConnectorError
from apps.ingest.connectors.mlflow import connector
from apps.ingest.connectors.mlflow.progress import AGAIN, Mark, mark_in
from apps.ingest.connectors.mlflow.store import Listed
from tests.ingest.mlflow_server import FakeMlflow, serving
from tests.ingest.mlflow_stores import changed, sqlite_store, told_by, told_of

LATER = 7 * AGAIN


@pytest.fixture
def server() -> Iterator[FakeMlflow]:
    with serving(FakeMlflow(page=50)) as fake:
        yield fake


@pytest.fixture
def aged(server: FakeMlflow) -> FakeMlflow:
    """The same with one run that ended a week after the others, and nothing still running."""
    running = server.runs[server.run_named("still-running")]["info"]
    running |= {"status": "FINISHED", "end_time": running["start_time"]}
    ended = max(run["info"]["end_time"] for run in server.runs.values()) + LATER
    server.add_run("f" * 32, like="search", run_name="latest", end_time=ended)
    return server


def runs_in(units: Any) -> set[str]:
    return {one for one in units if one.startswith("run/")}


def test_it_reads_what_is_settled_once(aged: FakeMlflow, monkeypatch: pytest.MonkeyPatch) -> None:
    # The week is still to come; a clock that is ahead is not believed.
    monkeypatch.setattr("time.time", lambda: 2_000_000_000)
    first = told_of(aged.url)
    assert len(runs_in(first.units)) == 12
    aged.asked.clear()
    second = told_of(aged.url, cursor=first.cursor)
    # What settled in the last day before the newest is read again, for clocks differ.
    assert runs_in(second.units) == {"run/" + "f" * 32}
    assert runs_in(second.present) == runs_in(first.units) - runs_in(second.units)
    assert aged.count("runs/get") == 1
    assert second.complete == ["model/", "run/", "version/", "files/", "aliases/"]
    # All models settled within a day of the newest.
    assert {one for one in second.units if one.startswith("version/")} == {
        one for one in first.units if one.startswith("version/")
    }


def test_it_reads_a_running_run_each_time_and_when_it_has_ended(aged: FakeMlflow) -> None:
    identity = aged.run_named("still-running")
    info = aged.runs[identity]["info"]
    info |= {"status": "RUNNING", "end_time": None}
    first = told_of(aged.url)
    second = told_of(aged.url, cursor=first.cursor)
    assert f"run/{identity}" in second.units
    # It ended by a clock that is a month behind.
    info |= {"status": "FINISHED", "end_time": info["start_time"] - 30 * AGAIN}
    third = told_of(aged.url, cursor=second.cursor)
    assert f"run/{identity}" in third.units
    assert f"run/{identity}" not in told_of(aged.url, cursor=third.cursor).units


@pytest.mark.parametrize(
    "change",
    [
        lambda run: run["info"].update(lifecycle_stage="deleted"),
        lambda run: run["data"]["tags"].append({"key": "late", "value": "1"}),
        lambda run: run["data"]["metrics"].append(
            {"key": "late", "value": 1.0, "timestamp": 1, "step": 0}
        ),
        lambda run: run["info"].update(run_name="renamed"),
    ],
    ids=["deleted", "tagged", "measured", "renamed"],
)
def test_it_sees_a_change_of_an_old_run_that_moves_no_time(
    aged: FakeMlflow, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 2_000_000_000)
    identity = aged.run_named("depth-3")
    first = told_of(aged.url)
    change(aged.runs[identity])
    second = told_of(aged.url, cursor=first.cursor)
    assert runs_in(second.units) == {f"run/{identity}", "run/" + "f" * 32}
    assert f"run/{identity}" in told_of(aged.url, cursor=first.cursor).units
    assert f"run/{identity}" not in told_of(aged.url, cursor=second.cursor).units


def test_it_reads_an_old_run_that_was_not_there_before(
    aged: FakeMlflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 2_000_000_000)
    first = told_of(aged.url)
    aged.add_run("e" * 32, like="depth-3", run_name="moved in", end_time=1_000)
    assert "run/" + "e" * 32 in told_of(aged.url, cursor=first.cursor).units


def test_it_reads_the_registry_whole_each_time(server: FakeMlflow) -> None:
    first = told_of(server.url)
    churn = next(one for one in server.told["registered"] if one["name"] == "churn")
    churn["aliases"] = [{"alias": "champion", "version": "1"}]
    second = told_of(server.url, cursor=first.cursor)
    assert first.aliases["models:/churn@champion"] == "churn@2"
    assert second.aliases["models:/churn@champion"] == "churn@1"


def test_it_does_not_name_what_is_gone(server: FakeMlflow) -> None:
    first = told_of(server.url)
    identity = server.run_named("mistake")
    del server.runs[identity]
    server.told["versions"] = [one for one in server.told["versions"] if one["name"] != "churn"]
    second = told_of(server.url, cursor=first.cursor)
    named = {*second.units, *second.present}
    assert set(first.units) - named == {f"run/{identity}", "version/churn/1", "version/churn/2"}
    assert {"run/", "version/"} <= set(second.complete)


@pytest.mark.parametrize("broken_off_after", [3, 6, 9, 14])
def test_it_goes_on_where_it_was_broken_off(
    server: FakeMlflow, monkeypatch: pytest.MonkeyPatch, broken_off_after: int
) -> None:
    monkeypatch.setattr(connector, "READINGS_A_CURSOR", 1)
    whole = told_of(server.url)
    readings = connector.read(Access(where=server.url))
    begun = told_by(islice(readings, broken_off_after))
    del readings
    rest = told_of(server.url, cursor=begun.cursor)
    assert {*begun.units, *rest.units} == set(whole.units)
    assert {*rest.units, *rest.present} == set(whole.units)
    assert rest.complete == whole.complete
    again = [one for one in rest.units if one in begun.units]
    # What is not settled, and what settled in the very millisecond of the last.
    assert len(again) <= 2
    assert rest.cursor.keys() == whole.cursor.keys()


def test_it_says_nothing_is_gone_when_it_is_broken_off(server: FakeMlflow) -> None:
    server.told["runs"][server.run_named("prune")]["info"]["run_id"] = ""
    readings = connector.read(Access(where=server.url))
    assert told_by(islice(readings, 4)).complete == []


def test_it_reads_everything_by_a_cursor_that_is_damaged(server: FakeMlflow) -> None:
    whole = told_of(server.url)
    cursor = {"runs": {"since": "soon", "groups": "zz", "open": 7}, "models": [], "files": {}}
    assert sorted(told_of(server.url, cursor=cursor).units) == sorted(whole.units)


def test_it_reads_tables_again_only_where_they_changed(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    changed(store, "update runs set end_time = start_time where end_time is null")
    changed(store, "update runs set status = 'FINISHED'")
    changed(store, "update runs set end_time = end_time - ? where name <> 'prune'", LATER)
    changed(
        store,
        "update logged_models set last_updated_timestamp_ms = last_updated_timestamp_ms - ? "
        "where name = 'model'",
        LATER,
    )
    first = told_of(store)
    changed(store, "insert into tags select 'late', '1', run_uuid from runs where name = 'depth-7'")
    changed(
        store,
        "insert into logged_model_tags select model_id, experiment_id, 'late', '1' "
        "from logged_models order by model_id limit 1",
    )
    second = told_of(store, cursor=first.cursor)
    names = {key.name for key in second.artifacts if f"run/{key.version}" in second.units}
    assert names == {"prune", "depth-7"}
    # That one, and those that come from the two runs.
    assert sum(one.startswith("model/") for one in second.units) == 3
    third = told_of(store, cursor=second.cursor)
    assert len(runs_in(third.units)) == 1


def test_it_stops_where_a_store_seems_to_be_empty(server: FakeMlflow) -> None:
    """Else a proxy that answers `{}` to everything would have everything be gone."""
    server.told["experiments"] = []
    with pytest.raises(ConnectorError, match="shows no experiment"):
        told_of(server.url)


def test_it_does_not_take_a_list_that_is_not_offered_for_an_empty_one(server: FakeMlflow) -> None:
    server.missing = {"logged-models/search", "model-versions/search"}
    told = told_of(server.url)
    assert told.complete == ["run/"]
    assert "no_registry" in told.codes()


def test_a_mark_survives_as_json() -> None:
    listed = [Listed(id=str(n), name="", settled=n if n % 7 else None, state=n) for n in range(50)]
    mark = Mark().begun(listed).whole(listed, now=100)
    assert mark_in({"runs": mark.told()}, "runs") == mark
    assert mark.since == 48
    assert [one.id for one in mark.due(listed) if one.settled is None] == sorted(
        one.id for one in listed if one.settled is None
    )
