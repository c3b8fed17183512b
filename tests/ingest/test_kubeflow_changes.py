"""A Kubeflow Pipelines server read again: what changed, page by page, and what it may send."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pytest

from apps.ingest.connectors.contract import Access, ConnectorError, Reading
from apps.ingest.connectors.kubeflow import connector
from tests.ingest.kubeflow_answers import RUN, native_tasks, run, steps
from tests.ingest.kubeflow_server import Kubeflow, serving
from tests.ingest.mlmd_stores import artifacts, edges, joined


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ingest.connectors.service.PAUSES", (0.0,))
    monkeypatch.setattr("apps.ingest.connectors.kubeflow.server.READ_BETWEEN_CURSORS", 1)


@pytest.fixture
def kubeflow() -> Iterator[Kubeflow]:
    with serving(Kubeflow()) as server:
        server.runs = [run(f"run-{minute}", minute=minute) for minute in range(6)]
        yield server


def begun(kubeflow: Kubeflow, cursor: Mapping[str, Any] | None = None) -> Iterator[Reading]:
    return connector.read(Access(where=kubeflow.url, cursor=cursor or {}))


def read(kubeflow: Kubeflow, cursor: Mapping[str, Any] | None = None) -> list[Reading]:
    return list(begun(kubeflow, cursor))


def units(found: list[Reading]) -> list[str]:
    return [one.unit.removeprefix("run/") for one in found if one.unit.startswith("run/")]


def named(found: list[Reading]) -> set[str]:
    return {name.removeprefix("run/") for one in found for name in one.present}


def last_cursor(found: list[Reading]) -> Mapping[str, Any]:
    return next((one.cursor for one in reversed(found) if one.cursor is not None), {})


def test_it_reads_a_run_as_a_unit_and_says_when_all_were_read(kubeflow: Kubeflow) -> None:
    found = read(kubeflow)
    assert units(found) == [f"run-{minute}" for minute in range(6)]
    assert [one.complete for one in found if one.complete is not None] == ["version/", "run/"]
    (first,) = [one for one in found if one.unit == "run/run-0"]
    assert [str(key) for key in first.about] == ["jam@run-0"]
    assert first.batch is not None
    assert first.batch.evidence == f"{kubeflow.url}/apis/v2beta1/runs/run-0"


def test_it_reads_no_run_again_that_had_ended(kubeflow: Kubeflow) -> None:
    cursor = last_cursor(read(kubeflow))
    kubeflow.asked.clear()
    found = read(kubeflow, cursor)
    assert units(found) == []
    assert named(found) == {f"run-{minute}" for minute in range(6)}
    assert not [one for one in kubeflow.asked if "/runs/" in one]


def test_it_reads_again_what_is_new_was_open_or_is_tried_again(kubeflow: Kubeflow) -> None:
    kubeflow.runs[1] = run("run-1", minute=1, state="RUNNING")
    cursor = last_cursor(read(kubeflow))
    # It ended before others that had been read already, and was reported late.
    kubeflow.runs[1] = run("run-1", minute=1)
    kubeflow.runs[3] = run("run-3", minute=9, state="FAILED")
    kubeflow.runs.append(run("run-new", minute=8))
    found = read(kubeflow, cursor)
    assert set(units(found)) == {"run-1", "run-3", "run-new"}
    assert units(read(kubeflow, last_cursor(found))) == []


def test_it_counts_how_often_a_run_was_tried_again(kubeflow: Kubeflow) -> None:
    one = run()
    states = ("RUNNING", "FAILED", "RUNNING", "SUCCEEDED")
    one["state_history"] = [{"state": state} for state in states]
    kubeflow.runs = [one]
    assert artifacts(joined(read(kubeflow)))[f"run jam@{RUN}"].facets["kubeflow"]["retries"] == 1


def test_it_tells_later_that_a_run_was_archived_and_taken_back(kubeflow: Kubeflow) -> None:
    cursor: Mapping[str, Any] = {}
    told = []
    for state in ("AVAILABLE", "ARCHIVED", "ARCHIVED", "AVAILABLE"):
        kubeflow.runs[2]["storage_state"] = state
        found = read(kubeflow, cursor)
        cursor = last_cursor(found)
        if "run-2" in units(found):
            record = artifacts(joined(found))["run jam@run-2"]
            told.append((record.stated_at, record.facets["kubeflow"]["storage_state"]))
    assert [state for _, state in told] == ["AVAILABLE", "ARCHIVED", "AVAILABLE"]
    assert [at for at, _ in told] == sorted({at for at, _ in told if at})


def test_it_leaves_out_what_was_deleted(kubeflow: Kubeflow) -> None:
    cursor = last_cursor(read(kubeflow))
    del kubeflow.runs[4], kubeflow.versions[0]
    found = read(kubeflow, cursor)
    assert "run-4" not in named(found) | set(units(found))
    assert not [one.unit for one in found if one.unit.startswith("version/")]
    assert [one.complete for one in found if one.complete is not None] == ["version/", "run/"]


def test_it_goes_on_where_it_was_broken_off(kubeflow: Kubeflow) -> None:
    kubeflow.runs[0] = run("run-0", minute=0, state="RUNNING")
    for count in range(1, 12):
        before = list(islice(begun(kubeflow), count))
        after = read(kubeflow, last_cursor(before))
        twice = set(units(before)) & set(units(after))
        assert twice <= {"run-0"}
        assert set(units(before)) | set(units(after)) == {f"run-{at}" for at in range(6)}
        assert {*units(after), *named(after)} == {f"run-{at}" for at in range(6)}


@pytest.mark.parametrize("cursor", [{"until": 5}, {"until": ["a"], "open": 7, "turned": []}])
def test_it_reads_all_when_its_cursor_says_nothing(
    kubeflow: Kubeflow, cursor: dict[str, Any]
) -> None:
    assert len(units(read(kubeflow, cursor))) == 6


def test_it_is_not_misled_by_a_clock_that_runs_ahead(kubeflow: Kubeflow) -> None:
    kubeflow.runs[0]["finished_at"] = "9999-01-01T00:00:00Z"
    cursor = last_cursor(read(kubeflow))
    assert str(cursor["until"][0]) < "2100"


def test_it_reads_every_page(kubeflow: Kubeflow) -> None:
    kubeflow.runs.append(run(minute=30, tasks=native_tasks()))
    whole = joined(read(kubeflow))
    kubeflow.page, kubeflow.apart = 1, True
    assert edges(joined(read(kubeflow))) == edges(whole)


def test_it_does_not_go_round_in_pages_for_ever(
    kubeflow: Kubeflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = {"runs": [], "next_page_token": "again"}
    monkeypatch.setattr(kubeflow, "paged", lambda *_: page)
    with pytest.raises(ConnectorError, match="again and again"):
        read(kubeflow)


def test_it_asks_again_when_the_server_is_busy(kubeflow: Kubeflow) -> None:
    kubeflow.failures = [(503, "busy")]
    assert len(units(read(kubeflow))) == 6
    kubeflow.failures = [(500, "x"), (500, "x")]
    with pytest.raises(ConnectorError) as caught:
        read(kubeflow)
    assert not caught.value.permanent


@pytest.mark.parametrize("answer", [(200, "<html>"), (200, "[]"), (302, ""), (403, "no")])
def test_it_bears_answers_that_are_none(kubeflow: Kubeflow, answer: tuple[int, str]) -> None:
    kubeflow.failures = [answer, answer]
    with pytest.raises(ConnectorError):
        read(kubeflow)


ODD: list[dict[str, Any]] = [
    {"run_id": 5},
    {"run_id": "a\0b"},
    {"run_id": "../../x"},
    {"run_id": "x" * 3000},
    {"created_at": "yesterday", "finished_at": 7, "state_history": [5, {"update_time": []}]},
    {"state": ["x"], "storage_state": 5, "error": "x", "state_history": "x"},
    {"runtime_config": {"parameters": [1]}},
    {"runtime_config": {"parameters": {"a\0": 1, "b": "\ud800", "c": 1e999}}},
    {"pipeline_version_reference": "x"},
    {"experiment_id": {}, "recurring_run_id": ["x"], "display_name": 5},
    {"run_details": []},
    {"run_details": {"task_details": [5, {}, {"display_name": "fit", "state": 5}]}},
    {
        "run_details": {
            "task_details": [
                {
                    "display_name": "fit",
                    "state": "SUCCEEDED",
                    "execution_id": "x",
                    "inputs": {"a": [1]},
                    "outputs": 5,
                    "child_tasks": "x",
                }
            ]
        }
    },
    {"tasks": [5, {"task_id": "t"}]},
    {"tasks": [{"task_id": "t", "parent_task_id": "t", "type": "RUNTIME"}]},
    {"tasks": [{"task_id": "t", "name": "a\0b", "type": "RUNTIME", "inputs": [], "outputs": 5}]},
    {
        "tasks": [
            {
                "task_id": "t",
                "name": "a",
                "type": "RUNTIME",
                "outputs": {
                    "artifacts": [
                        {
                            "artifact_key": "m",
                            "artifacts": [
                                {"artifact_id": 5},
                                {"artifact_id": "a\0"},
                                {
                                    "artifact_id": "b",
                                    "type": 5,
                                    "uri": 7,
                                    "metadata": [],
                                    "number_value": "x",
                                    "created_at": 5,
                                },
                            ],
                        }
                    ]
                },
            }
        ]
    },
    {
        "tasks": [
            {
                "task_id": "t",
                "name": "a",
                "type": "IMPORTER",
                "outputs": {"artifacts": [{"artifacts": [{"artifact_id": "b"}]}]},
            }
        ]
    },
]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_it_reads_the_other_runs_beside_an_odd_one(kubeflow: Kubeflow, odd: Any) -> None:
    kubeflow.runs.append({**run(minute=20, **steps()), **odd})
    found = read(kubeflow)
    assert {f"run-{minute}" for minute in range(6)} <= set(units(found))
    assert found[-1].complete == "run/"
