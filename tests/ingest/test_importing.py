"""Files and folders: what was written, adapted and refused, or nothing at all."""

import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.catalog.models import Artifact, Edge, Revision
from apps.catalog.selectors import graph_hash
from apps.ingest.connectors import KINDS
from apps.ingest.models import ImportRun, OpenLineageEvent
from apps.ingest.services import import_path
from apps.work.models import WorkState
from tests.ingest.events import run_event

pytestmark = pytest.mark.django_db

PAYLOADS = Path(__file__).parent / "payloads"
RECORDED = [
    (kind, path)
    for kind in KINDS
    for path in sorted((PAYLOADS / kind).iterdir() if (PAYLOADS / kind).is_dir() else ())
]


def written(path: Path, *values: Any) -> Path:
    path.write_text("\n".join(json.dumps(value) for value in values), encoding="utf-8")
    return path


def test_it_has_recorded_payloads_of_every_kind() -> None:
    assert {kind for kind, _ in RECORDED} == set(KINDS)


@pytest.mark.parametrize(("kind", "path"), RECORDED, ids=str)
def test_it_imports_what_was_recorded_and_nothing_the_second_time(kind: str, path: Path) -> None:
    first = import_path(kind=kind, path=path)
    before = graph_hash(), Revision.objects.count()
    second = import_path(kind=kind, path=path)
    assert (first.state, second.state) == (WorkState.COMPLETE, WorkState.COMPLETE)
    assert first.written["artifacts_added"] > 0
    assert (graph_hash(), Revision.objects.count()) == before
    assert second.revision is None


def test_it_names_the_import_as_evidence() -> None:
    run = import_path(kind="batch", path=PAYLOADS / "batch" / "churn.json")
    edge = Edge.objects.get()
    assert (edge.evidence, edge.producer) == (f"import:{run.pk}", "handwritten")


def test_it_reads_batches_line_by_line_and_refuses_a_bad_one_alone(tmp_path: Path) -> None:
    good = {"artifacts": [{"namespace": "n", "kind": "dataset", "name": "a"}]}
    bad = {"artifacts": [{"namespace": "n", "kind": "dataset", "name": "b", "colour": 1}]}
    path = written(
        tmp_path / "b.jsonl", good, bad, {"artifacts": [good["artifacts"][0] | {"name": ""}]}
    )
    path.write_text(path.read_text() + "\n{oops\n")
    run = import_path(kind="batch", path=path)
    assert run.written["artifacts_added"] == 1
    assert run.refused == {"not_a_batch": 1, "invalid": 1, "not_json": 1}
    assert "b.jsonl:2" in run.notes[0]["place"]


def test_it_cuts_a_batch_of_more_than_ten_thousand_records(tmp_path: Path) -> None:
    artifacts = [{"namespace": "n", "kind": "dataset", "name": str(n)} for n in range(10_050)]
    run = import_path(kind="batch", path=written(tmp_path / "b.json", {"artifacts": artifacts}))
    assert run.written["artifacts_added"] == 10_050


def test_it_reads_events_from_an_array_and_from_gzipped_lines(tmp_path: Path) -> None:
    events = [run_event("START", "01:00"), run_event("COMPLETE", "02:00"), {"eventTime": 5}]
    (tmp_path / "e.json").write_text(json.dumps(events, indent=1))
    with gzip.open(tmp_path / "e.jsonl.gz", "wt") as file:
        file.write("\n".join(json.dumps(event) for event in events))
    first = import_path(kind="openlineage", path=tmp_path / "e.json")
    second = import_path(kind="openlineage", path=tmp_path / "e.jsonl.gz")
    assert (first.records, first.written["events_accepted"], first.refused) == (
        2,
        2,
        {"not_an_event": 1},
    )
    assert second.written["events_known_already"] == 2
    assert OpenLineageEvent.objects.count() == 2


def test_it_reads_a_folder_with_an_event_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    folder.mkdir()
    written(folder / "2.json", run_event("COMPLETE", "02:00"))
    written(folder / "1.json", run_event("START", "01:00"))
    written(folder / "notes.txt", "not read")
    (folder / "3.json").symlink_to(written(tmp_path / "outside.json", run_event("FAIL", "03:00")))
    run = import_path(kind="openlineage", path=folder)
    assert (run.records, run.refused) == (2, {"outside": 1})


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("batch", b""),
        ("batch", b"{}"),
        ("batch", b"\xff\xfe"),
        ("openlineage", b'{"a": 1}'),
        ("openlineage", b"\x1f\x8bnot gzip at all"),
        ("openlineage", b"[" * 100_000),
        ("ecosystem-graphs", b"- name: a file, not a folder"),
        ("unheard-of", b"{}"),
    ],
)
def test_it_fails_when_nothing_can_be_read(tmp_path: Path, kind: str, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    run = import_path(kind=kind, path=path)
    assert run.state == WorkState.FAILED
    assert run.error
    assert run.finished_at is not None
    assert not Revision.objects.exists()


def test_it_keeps_what_was_read_whole_before_an_import_broke_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {"artifacts": [{"namespace": "n", "kind": "dataset", "name": "a"}]}
    monkeypatch.setattr("apps.ingest.connectors.formats.documents.MAX_LINE_BYTES", 100)
    run = import_path(
        kind="batch", path=written(tmp_path / "b.jsonl", good, {"producer": "x" * 200})
    )
    assert (run.state, Artifact.objects.count()) == (WorkState.FAILED, 1)
    assert ImportRun.objects.get() == run
    assert "b.jsonl:2" in run.error


def test_it_reports_names_that_no_database_takes(tmp_path: Path) -> None:
    folder = tmp_path / "caf\udce9"
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system has no such names")
    odd = run_event("START", "02:00", run_facets={"a\x00b": {"c\ud800": "d"}})
    written(folder / "e\udce9.jsonl", run_event("START", "01:00"), odd)
    run = import_path(kind="openlineage", path=folder)
    run.refresh_from_db()
    assert (run.state, run.refused) == (WorkState.COMPLETE, {"not_an_event": 1})
    assert "\N{REPLACEMENT CHARACTER}" in run.notes[0]["place"]
    assert import_path(kind="batch", path=folder / "gone\udce9").state == WorkState.FAILED


def test_it_bounds_the_notes_that_it_keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ingest.jobs.ledger.MAX_NOTES", 3)
    run = import_path(
        kind="openlineage",
        path=written(
            tmp_path / "e.jsonl", run_event("START", "01:00"), *[{"n": n} for n in range(9)]
        ),
    )
    assert (len(run.notes), run.notes_left_out, run.refused) == (3, 6, {"not_an_event": 9})


def test_it_tells_the_outcome_in_words_and_as_json() -> None:
    path = str(PAYLOADS / "ecosystem-graphs" / "assets")
    words, data = StringIO(), StringIO()
    call_command("import_lineage", "ecosystem-graphs", path, stdout=words)
    call_command("import_lineage", "ecosystem-graphs", path, "--json", stdout=data)
    assert ": complete\n" in words.getvalue()
    assert "model" in words.getvalue()
    assert "Refused: " in words.getvalue()
    assert json.loads(data.getvalue())["state"] == "complete"


def test_it_exits_with_1_when_nothing_could_be_read(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="does not exist") as caught:
        call_command("import_lineage", "batch", str(tmp_path / "gone"), stdout=StringIO())
    assert caught.value.returncode == 1
