"""What is accepted as an event, and what is refused with the place of the fault."""

from typing import Any

import pytest

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.openlineage.envelope import read_event
from apps.ingest.openlineage.moments import read_moment
from tests.ingest.events import dataset, run_event


def without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-01T02:00:00Z", "2026-10-01T02:00:00+00:00"),
        ("2026-10-01T02:00:00.123456789Z", "2026-10-01T02:00:00.123456+00:00"),
        ("2026-10-01T02:00:00.5+02:00", "2026-10-01T00:00:00.500000+00:00"),
        ("2026-10-01 02:00:00-0130", "2026-10-01T03:30:00+00:00"),
        ("2026-10-01T02:00:00.1Z[UTC]", "2026-10-01T02:00:00.100000+00:00"),
        ("2026-10-01T02:00", "2026-10-01T02:00:00+00:00"),
    ],
)
def test_it_reads_times_as_producers_write_them(text: str, expected: str) -> None:
    assert read_moment(text, "$")[0].isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [None, 5, "", "yesterday", "2026-13-01T00:00:00Z", "2026-10-01", "{{START}}",
     "0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59Z",
     "2026-10-01T02:00:00+99:00", "٢٠٢٦-10-01T02:00:00Z"],
)  # fmt: skip
def test_it_refuses_what_is_no_time(text: object) -> None:
    with pytest.raises(RecordError, match=r"\$\.eventTime"):
        read_moment(text, "$.eventTime")


def test_it_notes_a_time_without_an_offset() -> None:
    _, notes = read_event(run_event("START", "02:00") | {"eventTime": "2026-10-01T02:00:00"})
    assert [(note.path, note.code) for note in notes] == [("$.eventTime", "no_offset")]


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (run_event(None, "02:00"), "run"),
        (run_event("START", "02:00") | {"producer": "feast"}, "run"),
        (run_event("START", "02:00") | {"dataset": dataset("stray")}, "run"),
        (without(run_event(None, "02:00"), "run"), "job"),
        ({"eventTime": "2026-10-01T02:00:00Z", "dataset": dataset("x")}, "dataset"),
        (without(run_event("complete", "02:00"), "producer", "inputs", "schemaURL"), "run"),
    ],
)
def test_it_goes_by_the_shape_of_an_event(data: dict[str, Any], shape: str) -> None:
    assert read_event(data)[0].shape == shape


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([], r"\$:"),
        ({}, r"\$:"),
        (without(run_event("START", "02:00"), "eventTime"), r"\$\.eventTime"),
        (without(run_event("START", "02:00"), "job"), r"\$\.job"),
        (without(run_event("START", "02:00"), "run"), r"\$\.run"),
        (run_event("START", "02:00", run=""), r"\$\.run\.runId"),
        (run_event("START", "02:00", run="x" * 501), r"\$\.run\.runId"),
        (run_event("START", "02:00", job="a\x00b"), r"\$\.job\.name"),
        (run_event("START", "02:00", job="\ud800"), r"\$\.job\.name"),
        (run_event("START", "02:00", run_facets={"x": "text"}), r"\$\.run\.facets"),
        (run_event("START", "02:00", inputs=[{"namespace": "a"}]), r"\$\.inputs\[0\]"),
        (run_event("START", "02:00", outputs=[dataset("x", "v" * 501)]), r"datasetVersion"),
        (run_event("START", "02:00", run_facets={"x": {"y": "z" * 2_000_001}}), r"\$"),
    ],
)
def test_it_refuses_with_the_place_of_the_fault(data: object, place: str) -> None:
    with pytest.raises(RecordError, match=place):
        read_event(data)


def test_it_keeps_bare_nan_as_that_word() -> None:
    text = strict_json.canonical(run_event("START", "02:00", run_facets={"m": {"auc": 0.5}}))
    data = strict_json.loads(text.replace("0.5", "NaN"), keep_non_finite=True)
    assert read_event(data)[0].body["run"]["facets"]["m"]["auc"] == "NaN"


def test_it_knows_an_event_again_however_it_is_spelled() -> None:
    first = run_event("START", "02:00", job="caf\u00e9", run_facets={"m": {"n": 1e22, "z": -0.0}})
    second = run_event(
        "START", "02:00", job="cafe\u0301", run_facets={"m": {"z": 0.0, "n": 10**22}}
    )
    assert read_event(first)[0].digest == read_event(second)[0].digest
