"""Folders that Neptune's clients left behind: logs of 2.x, databases of 3.x."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from apps.ingest.connectors.neptune import connector
from tests.ingest.neptune_exports import PROJECT, adaptations, artifacts, codes, edges
from tests.ingest.shared import of_path

read = of_path(connector.read)

PAYLOADS = Path(__file__).parent / "payloads" / "neptune"


def offline(tmp_path: Path) -> Path:
    shutil.copytree(PAYLOADS / "offline", tmp_path / "copy")
    return next((tmp_path / "copy").rglob("data-1.log"))


def test_it_reads_the_log_of_the_2x_client() -> None:
    found = artifacts(PAYLOADS / "offline")
    (run,) = [one for key, one in found.items() if key[0] == "run"]
    assert (run.namespace, run.description, run.tags) == (
        *("neptune://offline", "apple-pie", ("autumn",)),
    )
    assert run.facets["run"]["parameters"] == {"oven/heat": 180.5, "seed": 7, "sugar": 120}
    assert run.facets["run"]["metrics"] == {"test/taste": 0.9, "valid/taste": 0.7}
    assert run.occurred_at is not None
    assert run.stated_at is not None
    assert run.occurred_at < run.stated_at
    assert "scratch" not in json.dumps(run.facets)
    label = next(one for key, one in found.items() if key[1] == "model/label")
    assert label.digest.startswith("sha256:")
    assert sorted(adaptations(PAYLOADS / "offline")) == ["file_missing", "no_hash"]


def test_it_reads_a_log_that_was_cut(tmp_path: Path) -> None:
    log = offline(tmp_path)
    whole = log.read_bytes()
    log.write_bytes(whole[: whole.index(b'"AssignFloat"')])
    assert "truncated" in adaptations(tmp_path / "copy")
    assert codes(list(read(tmp_path / "copy"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "no json",
        '{"obj": {"type": "AssignInt", "path": "a", "value": 1}}',
        '{"obj": {"type": "AssignInt", "path": ["a"], "value": {"b": 1}}}',
        '{"obj": {"type": "AssignFloat", "path": ["a"], "value": "many"}}',
        '{"obj": {"type": "LogFloats", "path": ["a"], "values": 5}}',
        '{"obj": {"type": "TrackFilesToArtifact", "path": ["a"], "entries": [5]}}',
        '{"obj": ' + "[" * 100 + "]" * 100 + "}",
    ],
)
def test_it_refuses_a_line_that_is_no_operation(tmp_path: Path, text: str) -> None:
    log = offline(tmp_path)
    log.write_text(text + "\n" + log.read_text(encoding="utf-8"), encoding="utf-8")
    assert codes(list(read(tmp_path / "copy"))) == ["not_an_operation"]
    assert len(artifacts(tmp_path / "copy")) == 4


def test_it_reads_no_upload_from_elsewhere(tmp_path: Path) -> None:
    log = offline(tmp_path)
    (tmp_path / "secret").write_bytes(b"secret " * 100)
    value = {"type": "UploadFile", "path": ["model", "x"], "tmp_file_name": "../../../../../secret"}
    log.write_text(json.dumps({"obj": value}) + "\n")
    assert codes(list(read(tmp_path / "copy"))) == ["outside"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"containerId": 5}'])
def test_it_refuses_a_log_of_nobody(tmp_path: Path, text: str) -> None:
    log = offline(tmp_path)
    log.with_name("metadata.json").write_text(text)
    assert codes(list(read(tmp_path / "copy"))) == ["no_metadata"]


def test_it_reads_the_database_of_the_3x_client() -> None:
    found = artifacts(PAYLOADS / "scale")
    run = found["run", "grandmother", "grandmother"]
    assert (run.namespace, run.tags) == (f"neptune://{PROJECT}", ("apple",))
    expected = {"fan": True, "heat": 180.5, "seed": 7, "sugar": 120}
    assert run.facets["run"]["parameters"] == expected
    assert run.facets["run"]["metrics"] == {"valid/taste": 0.7}
    assert edges(PAYLOADS / "scale") == {
        ("source_code@" + "0123456789abcdef" * 2 + "01234567", "code", "grandmother@grandmother"),
        ("grandmother@grandmother", "output", "model/pie@grandmother"),
        ("grandmother@grandmother", "derived", "granddaughter@granddaughter"),
    }


def database(tmp_path: Path) -> Path:
    shutil.copytree(PAYLOADS / "scale", tmp_path / "copy")
    return next((tmp_path / "copy").rglob("*grandmother*/*.sqlite3"))


@pytest.mark.parametrize("blob", [b"", b"\xff" * 20, b"\x0a\xff\x01", b"\x42\x02\x12\x09", b"\x0b"])
def test_it_refuses_an_operation_that_is_none(tmp_path: Path, blob: bytes) -> None:
    path = database(tmp_path)
    with sqlite3.connect(path) as opened:
        opened.execute("UPDATE run_operations SET operation = ? WHERE sequence_id = 7", (blob,))
    opened.close()
    assert codes(list(read(tmp_path / "copy"))) == (["not_an_operation"] if blob else [])


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\xff" * 500, b"no database"])
def test_it_refuses_a_database_that_is_none(tmp_path: Path, content: bytes) -> None:
    database(tmp_path).write_bytes(content)
    assert codes(list(read(tmp_path / "copy"))) == ["not_readable"]


def test_it_does_not_run_a_view_in_place_of_the_table(tmp_path: Path) -> None:
    path = database(tmp_path)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    with sqlite3.connect(path) as opened:
        opened.execute("DROP TABLE run_operations")
        opened.execute("CREATE VIEW run_operations AS " + endless)
    opened.close()
    assert codes(list(read(tmp_path / "copy"))) == ["not_readable"]
