"""Digests of files and folders."""

import hashlib
import os
from pathlib import Path

import pytest

from model_lineage.hashing import content_of, signature_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    (made / "b").mkdir(parents=True)
    (made / "b" / "two.csv").write_bytes(b"two")
    (made / "a.csv").write_bytes(b"one")
    return made


def test_a_file_s_digest_is_that_of_its_bytes(folder: Path) -> None:
    found = content_of(folder / "a.csv")
    assert found.digest == f"sha256:{hashlib.sha256(b'one').hexdigest()}"
    assert (found.size_bytes, found.files) == (3, 0)


def test_a_folder_s_digest_is_as_it_is_stated(folder: Path) -> None:
    lines = [
        hashlib.sha256(b"one").hexdigest().encode() + b"  a.csv\0",
        hashlib.sha256(b"two").hexdigest().encode() + b"  b/two.csv\0",
    ]
    found = content_of(folder)
    assert found.digest == f"folder_sha256:{hashlib.sha256(b''.join(lines)).hexdigest()}"
    assert (found.size_bytes, found.files) == (6, 2)


def test_it_does_not_depend_on_where_the_folder_lies(folder: Path) -> None:
    before = content_of(folder).digest
    (folder / "empty").mkdir()
    assert content_of(folder.rename(folder.parent / "elsewhere")).digest == before


@pytest.mark.parametrize("change", ["content", "name", "more", "fewer"])
def test_any_change_of_a_folder_changes_it(folder: Path, change: str) -> None:
    digest, signature = content_of(folder).digest, signature_of(folder)
    match change:
        case "content":
            (folder / "a.csv").write_bytes(b"onf")
        case "name":
            (folder / "a.csv").rename(folder / "A.csv")
        case "more":
            (folder / "c.csv").write_bytes(b"")
        case "fewer":
            (folder / "a.csv").unlink()
    assert content_of(folder).digest != digest
    assert signature_of(folder) != signature


def test_names_cannot_be_shifted_into_each_other(tmp_path: Path) -> None:
    for name, files in {"x": ["a\nb", "c"], "y": ["a", "b\nc"]}.items():
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).touch()
    assert content_of(tmp_path / "x").digest != content_of(tmp_path / "y").digest


def test_links_to_files_count_as_files_and_loops_end(folder: Path, tmp_path: Path) -> None:
    plain = content_of(folder).digest
    cached = (folder / "a.csv").rename(tmp_path / "cached")
    (folder / "a.csv").symlink_to(cached)
    assert content_of(folder).digest == plain
    (folder / "loop").symlink_to(folder)
    (folder / "gone").symlink_to("nowhere")
    assert content_of(folder).files == 4


def test_it_reads_names_that_are_no_text(folder: Path) -> None:
    (folder / "a.csv").rename(folder / os.fsdecode(b"\xff\xfe.csv"))
    assert content_of(folder).files == 2


@pytest.mark.parametrize("strange", ["pipe", "device"])
def test_it_waits_for_no_pipe_and_reads_no_device(tmp_path: Path, strange: str) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OSError, match="neither a file nor a folder"):
        content_of(path if strange == "pipe" else Path("/dev/zero"))
