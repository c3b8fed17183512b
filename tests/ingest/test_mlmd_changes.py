"""What is read of an ML Metadata store the second time: what changed, and nothing else."""

# ruff: noqa: S608 - the statements are written here.

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from apps.ingest.connectors.contract import Access, Reading
from apps.ingest.connectors.mlmd import connector
from tests.ingest.mlmd_stores import STORE, changed

# Later than anything in the recorded store.
LATER = 1_999_999_999_999
AGE = "create_time_since_epoch = 1000, last_update_time_since_epoch = 1000"
AGED = (
    "update Execution set last_known_state = 3",
    *(f"update {name} set {AGE}" for name in ("Execution", "Artifact", "Context")),
    "update Event set milliseconds_since_epoch = 1000",
)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute after LATER, and no room for rows that arrive late."""
    monkeypatch.setattr("time.time_ns", lambda: (LATER + 60_000) * 1_000_000)
    monkeypatch.setattr("apps.ingest.connectors.mlmd.reading.LATE_MS", 0)


def read(path: Path, cursor: Mapping[str, Any] | None = None) -> list[Reading]:
    return list(connector.read(Access(where=str(path), cursor=cursor or {})))


def last_cursor(readings: list[Reading]) -> Mapping[str, Any]:
    return [one.cursor for one in readings if one.cursor is not None][-1]


def units(readings: list[Reading]) -> set[str]:
    named = [one.unit for one in readings if one.unit]
    assert len(named) == len(set(named))
    return set(named)


def named(readings: list[Reading]) -> set[str]:
    return {name for one in readings for name in one.present}


def executions(names: set[str]) -> set[str]:
    return {name for name in names if name.startswith("execution/")}


def test_it_reads_each_execution_as_a_unit_about_its_run() -> None:
    found = read(STORE)
    whole = executions(units(found))
    assert len(whole) == len(executions(units(found) | named(found))) > 15
    (boil,) = [one for one in found if one.unit == "execution/14"]
    assert [str(key) for key in boil.about] == ["jam/boil@5ce1b0c4-7a53-4a43-9d5f-1f7f0a3d2b11#14"]
    assert boil.batch is not None
    assert {"jam/boil/pot@7"} <= {str(one.key) for one in boil.batch.artifacts}
    assert [one.complete for one in found if one.complete is not None] == [
        "execution/",
        "artifact/",
    ]


@pytest.mark.parametrize(
    ("statement", "again"),
    [
        ("select 1", set()),
        (f"update Execution set last_update_time_since_epoch = {LATER} where id = 4", {4}),
        ("update Execution set last_known_state = 2 where id = 6", {6}),
        (f"update Artifact set last_update_time_since_epoch = {LATER} where id = 6", {6, 12}),
        (f"insert into Event values (999, 8, 15, 3, {LATER})", {15}),
    ],
    ids=["nothing", "execution", "running", "artifact", "event"],
)
def test_it_reads_again_only_what_changed(tmp_path: Path, statement: str, again: set[int]) -> None:
    path = changed(tmp_path, *AGED)
    cursor = {"store.db": {"until": 2000}}
    whole = executions(units(read(path)))
    changed(tmp_path, statement)
    found = read(path, cursor)
    assert executions(units(found)) == {f"execution/{number}" for number in again}
    assert executions(units(found) | named(found)) == whole


def test_it_reads_again_what_a_changed_context_groups(tmp_path: Path) -> None:
    path = changed(tmp_path, *AGED)
    changed(
        tmp_path,
        f"update Context set last_update_time_since_epoch = {LATER} where name like '5ce1b0c4%'",
    )
    found = executions(units(read(path, {"store.db": {"until": 2000}})))
    assert "execution/14" in found
    assert "execution/4" not in found


def test_it_leaves_out_what_is_gone(tmp_path: Path) -> None:
    path = changed(tmp_path, *AGED)
    cursor = last_cursor(read(path))
    changed(tmp_path, "delete from Execution where id = 4", "delete from Artifact where id = 11")
    found = read(path, cursor)
    assert not {"execution/4", "artifact/11"} & (units(found) | named(found))
    assert [one.complete for one in found if one.complete is not None] == [
        "execution/",
        "artifact/",
    ]


@pytest.mark.parametrize("until", [None, 2000])
@pytest.mark.parametrize("count", [1, 7, 13])
def test_it_goes_on_where_it_was_broken_off(tmp_path: Path, count: int, until: int | None) -> None:
    path = changed(tmp_path, *AGED)
    changed(
        tmp_path, f"update Execution set last_update_time_since_epoch = {LATER - 5} where id > 2"
    )
    start = {} if until is None else {"store.db": {"until": until}}
    whole = executions(units(read(path, start)))
    before = list(
        islice((one for one in connector.read(Access(where=str(path), cursor=start))), count)
    )
    cursor = last_cursor([Reading(cursor=start), *before])
    # Written while nobody reads: one that was read already, one that was not.
    changed(
        tmp_path, f"update Execution set last_update_time_since_epoch = {LATER} where id in (3, 16)"
    )
    after = read(path, cursor)
    assert units(before) | executions(units(after)) == whole
    assert "execution/3" in units(after)
    assert whole <= executions(units(after) | named(after))
    done = last_cursor(after)["store.db"]
    assert done == {"until": done["until"]}
    assert executions(units(read(path, {"store.db": done}))) <= whole


def test_it_is_not_misled_by_a_clock_that_runs_ahead(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        *AGED,
        f"update Execution set last_update_time_since_epoch = {LATER * 1000} where id = 4",
    )
    assert last_cursor(read(path)) == {"store.db": {"until": LATER + 60_000}}


@pytest.mark.parametrize("odd", [7, "x", {"until": "now"}, {"after": 5}, {"until": True}, None])
def test_it_reads_all_of_a_store_whose_cursor_says_nothing(odd: Any) -> None:
    assert units(read(STORE, {"store.db": odd})) == units(read(STORE))


def test_it_names_the_file_in_the_units_of_a_folder(tmp_path: Path) -> None:
    changed(tmp_path)
    found = read(tmp_path)
    assert "store.db/execution/14" in units(found)
    assert found[-1].complete == ""
    (tmp_path / "bad.db").write_bytes(b"SQLite format 3\0")
    again = read(tmp_path, last_cursor(found))
    assert "" not in [one.complete for one in again]


def test_it_says_what_is_there(tmp_path: Path) -> None:
    assert connector.test(Access(where=str(STORE))) == (
        "ML Metadata, schema version 10, at store.db: 17 executions, 12 artifacts."
    )
    changed(tmp_path)
    assert connector.test(Access(where=str(tmp_path))).startswith("1 file in ")
