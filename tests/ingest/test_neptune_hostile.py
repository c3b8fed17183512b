"""Exports of Neptune that are cut, broken or meant to do harm."""

import os
from pathlib import Path

import pytest

from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.neptune import connector
from tests.ingest.neptune_exports import (
    PROJECT,
    adaptations,
    artifacts,
    codes,
    file,
    sanitised,
    system,
    write_export,
    write_file,
    write_part,
)
from tests.ingest.shared import of_path

read = of_path(connector.read)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    write_export(tmp_path)
    return tmp_path


def test_it_refuses_a_run_whose_export_was_not_finished(tmp_path: Path) -> None:
    write_part(tmp_path, "PIE-1", system("PIE-1"), part=1)
    whole = write_part(tmp_path, "PIE-2", system("PIE-2"))
    whole.rename(whole.with_name(whole.name + ".tmp"))
    write_part(tmp_path, "PIE-3", system("PIE-3"))
    write_part(tmp_path, "PIE-3", system("PIE-3"), part=2)
    write_part(tmp_path, "PIE-4", system("PIE-4"))
    found = list(read(tmp_path))
    assert codes(found) == ["incomplete"] * 3
    assert list(artifacts(tmp_path)) == [("run", "PIE-4", "PIE-4")]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\xff" * 400 + b"PAR1", b"{}" * 99])
def test_it_refuses_what_is_no_parquet(tmp_path: Path, content: bytes) -> None:
    write_part(tmp_path, "PIE-1", system("PIE-1")).write_bytes(content)
    write_part(tmp_path, "PIE-2", system("PIE-2"))
    assert codes(list(read(tmp_path))) == ["not_readable"]


def test_it_refuses_every_truncation_without_half_a_run(export: Path) -> None:
    path = next((export / "data").rglob("*PIE-1*.parquet"))
    whole = path.read_bytes()
    for size in range(0, len(whole), 211):
        path.write_bytes(whole[:size])
        assert codes(list(read(export))) == ["not_readable"]


@pytest.mark.parametrize("where", ["../secret", "/etc/hostname", "a/../../../secret", "link", ""])
def test_it_never_leaves_the_export(tmp_path: Path, where: str) -> None:
    root = tmp_path / "export"
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret " * 100)
    write_file(root, "inside", b"x")
    (root / "files" / sanitised(PROJECT) / "link").symlink_to(secret)
    write_part(root, "PIE-1", [*system("PIE-1"), file("model/pie", where)])
    assert codes(list(read(root))) == ["outside"]
    assert [kind for kind, _, _ in artifacts(root)] == ["run"]


def test_it_does_not_read_parts_through_links_that_lead_out(tmp_path: Path) -> None:
    outside = write_part(tmp_path / "other", "PIE-1", system("PIE-1"))
    inside = write_part(tmp_path / "export", "PIE-2", system("PIE-2"))
    inside.with_name(outside.name).symlink_to(outside)
    assert codes(list(read(tmp_path / "export"))) == ["outside"]


def test_it_takes_a_model_without_its_file(tmp_path: Path) -> None:
    write_part(tmp_path, "PIE-1", [*system("PIE-1"), file("model/pie", "gone")])
    assert artifacts(tmp_path)["model", "model/pie", "PIE-1"].digest == ""
    assert adaptations(tmp_path) == ["file_missing"]


def test_it_does_not_open_what_is_no_plain_file(tmp_path: Path) -> None:
    write_file(tmp_path, "inside", b"x")
    os.mkfifo(tmp_path / "files" / sanitised(PROJECT) / "pipe")
    rows = [file("model/a", "pipe"), file("data/b", "pipe", "artifact"), file("data/c", ".")]
    write_part(tmp_path, "PIE-1", system("PIE-1") + rows)
    assert codes(list(read(tmp_path))) == ["not_a_file", "no_list", "not_a_file"]


def test_it_reads_series_and_sets_of_files(tmp_path: Path) -> None:
    for name in ("set/a", "set/b", "1", "2"):
        write_file(tmp_path, f"w/{name}", name.encode() * 100)
    rows = [file("checkpoints", f"w/{one}", "file_series", one) for one in (1, 2)]
    rows.append(file("data/all", "w/set", "file_set"))
    write_part(tmp_path, "PIE-1", system("PIE-1") + rows)
    found = artifacts(tmp_path)
    assert {key[2] for key in found if key[1] == "checkpoints"} == {"PIE-1:1", "PIE-1:2"}
    whole = found["dataset", "data/all", "PIE-1"]
    assert whole.digest.startswith("neptune_files:")
    assert whole.facets["neptune"]["number_of_files"] == 2


@pytest.mark.parametrize("text", ["", "{}", "[1]", "[" * 5000, '[{"a": NaN}]', '[{"a":1,"a":2}]'])
def test_it_refuses_a_list_of_files_that_is_none(tmp_path: Path, text: str) -> None:
    where = write_file(tmp_path, "files_list.json", text.encode())
    write_part(tmp_path, "PIE-1", [*system("PIE-1"), file("data/a", where, "artifact")])
    assert codes(list(read(tmp_path))) == ["no_list"]


def test_it_says_which_folder_it_needs(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="neither"):
        list(read(tmp_path))
