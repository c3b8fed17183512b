"""`.wandb` files that are cut off, damaged or made to harm."""

import struct
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.wandb import connector
from apps.ingest.connectors.wandb.log import (
    RECORD,
    Fault,
    LogError,
    decoded,
    log_records,
    moment,
)
from apps.ingest.services import import_path
from tests.ingest.shared import of_path
from tests.ingest.wandb_logs import (
    BLOCK,
    HEAD,
    a_run,
    artifact,
    finished,
    folder_with,
    framed,
    message,
    part,
    settings,
    summary,
)

read = of_path(connector.read)


def found_in(data: bytes) -> list[bytes | Fault]:
    return list(log_records(BytesIO(data)))


def codes(reading: Reading) -> set[str]:
    return {one.code for one in reading.refused}


@given(st.lists(st.integers(0, 3 * BLOCK), max_size=6))
def test_it_reads_back_records_of_any_size(sizes: list[int]) -> None:
    records = [bytes([number % 251]) * size for number, size in enumerate(sizes)]
    assert found_in(framed(*records)) == records


@given(st.integers(7, 2 * BLOCK + 400))
def test_it_reads_what_is_whole_before_a_cut(length: int) -> None:
    records = [b"a" * 300, b"b" * BLOCK, b"c" * 40, b"d" * BLOCK]
    found = found_in(framed(*records)[:length])
    whole = [one for one in found if isinstance(one, bytes)]
    assert whole == records[: len(whole)]
    assert [one.code for one in found if isinstance(one, Fault)] in ([], ["truncated"])


def test_it_goes_on_in_the_next_block_after_damage() -> None:
    data = bytearray(framed(b"a" * 100, b"b" * BLOCK, b"c" * 100, b"d" * BLOCK, b"e" * 9))
    data[50] ^= 1
    found = found_in(bytes(data))
    assert [one.code for one in found if isinstance(one, Fault)] == ["damaged"]
    assert [one[:1] for one in found if isinstance(one, bytes)] == [b"c", b"d", b"e"]


def test_it_says_when_a_record_has_no_end() -> None:
    found = found_in(HEAD + part(2, b"begun") + part(1, b"whole"))
    assert [one.code if isinstance(one, Fault) else one for one in found] == [
        "unfinished",
        b"whole",
    ]


def test_it_does_not_gather_a_record_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ingest.connectors.wandb.log.MAX_RECORD_BYTES", 5 * BLOCK)
    found = found_in(framed(b"a" * 9 * BLOCK, b"b"))
    assert [one.code if isinstance(one, Fault) else one for one in found] == ["too_large", b"b"]


@pytest.mark.parametrize("data", [b"", b":W&B", b"x" * 100, b"\x00" * BLOCK])
def test_it_refuses_what_is_no_log(data: bytes) -> None:
    with pytest.raises(LogError):
        found_in(data)


@given(st.binary(max_size=400))
def test_it_decodes_any_bytes_or_says_that_it_cannot(data: bytes) -> None:
    with suppress(LogError):
        assert isinstance(decoded(data, RECORD), dict)


@pytest.mark.parametrize(
    "data",
    [b"\x08" + b"\xff" * 11, b"\x0b", b"\x12\xff\x01a", b"\x8a\x01\x02\x08\x01", b"\x0d\x01"],
)
def test_it_refuses_messages_that_are_none(data: bytes) -> None:
    with pytest.raises(LogError):
        decoded(data, RECORD)


def test_it_reads_negative_numbers_and_refuses_times_beyond_the_calendar() -> None:
    assert decoded(message((18, message((1, -1)))), RECORD) == {"exit": {"exit_code": -1}}
    with pytest.raises(LogError):
        moment({"seconds": 2**62})


def test_it_keeps_the_run_when_some_of_its_records_are_bad(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        b"\x0b",
        a_run(),
        settings(deep="[" * 5000, twice='{"a": 1, "a": 2}', good="1", huge="9" * 200),
        summary(odd='"\\ud800"', wide="1e999", auc="0.5"),
        message((8, message((4, "model")))),
        message((25, message((2, "model"), (3, "tree:latest")))),
        artifact("tree", "d", message((2, "not base64"), (4, -5))),
        message((17, message((1, "another")))),
        finished(),
    )
    (reading,) = read(folder)
    assert codes(reading) == {"not_a_record", "not_json", "no_name", "no_version", "another_run"}
    assert reading.batch is not None
    run = reading.batch.artifacts[0].facets["run"]
    assert run["parameters"]["good"] == 1
    assert run["metrics"]["auc"] == 0.5


@pytest.mark.django_db
def test_it_records_what_remains_of_hostile_values(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        a_run(),
        summary(odd='"\\ud800\\u0000"', auc="0.5"),
        settings(**{"a\nb": "1", "seed": "true"}),
        artifact("tree", "d\x00", message((1, "../../etc/passwd"), (2, "x"))),
        artifact("t" * 5000, "d"),
        finished(),
    )
    run = import_path(kind="wandb", path=folder)
    assert run.written["artifacts_added"] == 1
    assert set(run.refused) == {"invalid"}


def test_it_tells_a_few_faults_and_counts_the_rest(tmp_path: Path) -> None:
    (reading,) = read(folder_with(tmp_path, a_run(), *[b"\x0b"] * 500))
    assert len(reading.refused) == 21
    assert reading.refused[-1].message == "480 more that cannot be read."


def test_it_does_not_follow_links_out_of_the_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter==2")
    folder = folder_with(tmp_path, a_run(), finished())
    for name in ("requirements.txt", "diff.patch", "wandb-metadata.json"):
        (folder / "files" / name).symlink_to(secret)
    (folder / "more.wandb").symlink_to(secret)
    outside, reading = read(folder)
    assert (codes(outside), codes(reading)) == ({"outside"}, {"outside"})
    assert "hunter" not in str(reading)


def test_it_says_what_requirements_it_leaves_out(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, a_run(), finished())
    (folder / "files" / "requirements.txt").write_bytes(
        b"# made by hand\n\na==1\nb @ https://x.example/b.whl\n-e .\n\xff\xfe\n"
    )
    (reading,) = read(folder)
    assert reading.batch is not None
    (made,) = [one for one in reading.batch.artifacts if one.kind == "environment"]
    assert made.facets["environment"]["packages"] == {"a": "1", "b": "@ https://x.example/b.whl"}
    assert {one.code for one in reading.adapted} == {"not_pinned"}


def test_it_refuses_a_file_without_a_run_and_reads_the_others(tmp_path: Path) -> None:
    folder_with(tmp_path, a_run(), finished(), name="a")
    folder_with(tmp_path, message((18, b"")), name="b")
    (tmp_path / "c.wandb").write_bytes(struct.pack("<4sHB", b"nope", 0, 0))
    readings = list(read(tmp_path))
    assert [codes(one) for one in readings] == [{"no_run"}, {"not_a_log"}, set()]


def test_it_cuts_a_manifest_that_would_be_too_long(tmp_path: Path) -> None:
    entries = [message((1, f"{'f' * 100}{number}"), (4, 1)) for number in range(20_000)]
    (reading,) = read(folder_with(tmp_path, a_run(), artifact("tree", "d", *entries), finished()))
    assert [one.code for one in reading.adapted] == ["files_left_out"]
