"""What holds for every connector that reads files, on the payloads recorded for it."""

import shutil
from pathlib import Path

import pytest

from apps.graph.records import ArtifactKey, ArtifactRecord, LineageBatch
from apps.ingest.connectors import KINDS, connector_for
from apps.ingest.connectors.contract import Access, Reading, Remark
from apps.ingest.connectors.units import all_told

PAYLOADS = Path(__file__).parent / "payloads"
RECORDED = [(kind, path) for kind in KINDS for path in sorted((PAYLOADS / kind).iterdir())]
# What is told there stays true when the file is gone, or has tests of its own.
WITHOUT_UNITS = {
    "batch": "a batch takes back what it means to take back, by its retractions",
    "marquez": "its answers hold events",
    "mlflow": "recorded as what a store is made of, and read by the tests of MLflow",
    "mlmd": "says what is gone by sort; the tests of sources of pipelines hold it",
    "openlineage": "an event is a fact; that its file is gone takes nothing back",
}
WITH_UNITS = [(kind, path) for kind, path in RECORDED if kind not in WITHOUT_UNITS]
KEY = ArtifactKey("n", "model", "m")
BATCH = LineageBatch(artifacts=(ArtifactRecord(namespace="n", kind="model", name="m"),))
every = pytest.mark.parametrize(
    ("kind", "path"), WITH_UNITS, ids=lambda one: getattr(one, "name", one)
)


def told(kind: str, path: Path) -> list[Reading]:
    return list(connector_for(kind)(Access(where=str(path))))


@every
def test_it_reads_one_reading_a_unit(kind: str, path: Path) -> None:
    readings = told(kind, path)
    units = [one.unit for one in readings if one.batch is not None]
    assert units
    assert all(units)
    assert len(set(units)) == len(units)
    assert not {one.unit for one in readings if one.unit} & {
        unit for one in readings for unit in one.present
    }


@every
def test_it_reads_the_same_twice(kind: str, path: Path) -> None:
    assert told(kind, path) == told(kind, path)


@every
def test_it_states_what_a_unit_is_about(kind: str, path: Path) -> None:
    for reading in told(kind, path):
        stated = {one.key for one in reading.batch.artifacts} if reading.batch else set()
        assert set(reading.about) <= stated


@every
def test_it_says_last_that_these_were_all(kind: str, path: Path) -> None:
    *others, last = told(kind, path)
    assert last.complete == ""
    assert {one.complete for one in others} <= {None}


@every
def test_it_says_nothing_of_where_on_this_machine_it_read(
    kind: str, path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / path.name
    if path.is_dir():
        shutil.copytree(path, copy, symlinks=True)
    else:
        shutil.copy(path, copy)
    here, there = told(kind, path), told(kind, copy)
    assert [one.unit for one in here] == [one.unit for one in there]
    assert str(tmp_path) not in repr(there)
    assert str(PAYLOADS) not in repr(here)


def test_it_explains_who_has_no_units() -> None:
    assert WITHOUT_UNITS.keys() <= KINDS.keys()


def test_it_reads_what_stands_twice_under_two_names() -> None:
    first, second, last = all_told([Reading(unit="a", batch=BATCH, about=(KEY,))] * 2)
    assert (first.unit, first.about) == ("a", (KEY,))
    assert (second.unit, second.about) == ("a (2)", ())
    assert last == Reading(complete="")


def test_it_takes_what_was_refused_whole_for_still_there() -> None:
    refused = Reading(unit="a", refused=(Remark("a", "invalid", "No."),))
    first, last = all_told([refused])
    assert (first.unit, first.present, last.complete) == ("", ("a",), "")


def test_it_does_not_say_that_these_were_all_when_it_cannot_know() -> None:
    unreadable = Reading(refused=(Remark("b.json", "not_json", "No."),))
    assert [one.complete for one in all_told([unreadable])] == [None]
