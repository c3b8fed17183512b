"""A run, from whatever part of its events arrived, in whatever order."""

from datetime import UTC, datetime
from functools import reduce
from itertools import permutations
from typing import Any

import pytest

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import graph_hash
from apps.ingest.openlineage.envelope import read_event
from apps.ingest.openlineage.fold import RunFold, fold_run
from apps.ingest.openlineage.telling import join, told_by
from apps.ingest.services import receive_events
from tests.ingest.events import run_event


def folded(*events: dict[str, Any]) -> RunFold:
    return fold_run(reduce(join, (told_by(read_event(event)[0]) for event in events)))


def hour(number: int) -> datetime:
    return datetime(2026, 10, 1, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (["START"], "running"),
        (["START", "OTHER"], "running"),
        (["OTHER", "START"], "running"),
        (["START", "COMPLETE"], "completed"),
        (["START", "COMPLETE", "OTHER"], "completed"),
        (["FAIL"], "failed"),
        (["START", "ABORT"], "aborted"),
        (["START", "COMPLETE", "START"], "running"),
        (["START", "FAIL", "START", "COMPLETE"], "completed"),
        (["OTHER"], ""),
        (["START", "BREWING"], "running"),
    ],
)
def test_it_is_in_the_state_that_the_last_event_by_time_tells(
    events: list[str], state: str
) -> None:
    every = [run_event(kind, f"{place:02}:00") for place, kind in enumerate(events)]
    assert {folded(*some).state for some in permutations(every)} == {state}


def test_it_ends_after_it_started_when_both_bear_one_time() -> None:
    fold = folded(run_event("COMPLETE", "02:00"), run_event("START", "02:00"))
    assert (fold.state, fold.started_at, fold.ended_at) == ("completed", hour(2), hour(2))


def test_it_has_no_end_while_it_runs_again() -> None:
    fold = folded(
        *(run_event(kind, f"0{n}:00") for n, kind in enumerate(["START", "FAIL", "START"]))
    )
    assert (fold.state, fold.started_at, fold.ended_at) == ("running", hour(0), None)


def test_it_reads_parameters_and_the_seed() -> None:
    given = [{"key": "lr", "value": "0.1"}, {"key": "seed", "value": "7"}, "junk", {"key": 5}]
    fold = folded(
        run_event("START", "01:00", run_facets={"executionParameters": {"parameters": given}}),
        run_event("COMPLETE", "02:00"),
    )
    assert (fold.parameters, fold.seed) == ({"lr": "0.1", "seed": "7"}, "7")


@pytest.mark.django_db
def test_it_unites_the_datasets_of_all_its_events() -> None:
    receive_events(
        payload=[
            run_event("START", "01:00", inputs=["a"], outputs=["x"]),
            run_event("RUNNING", "02:00", inputs=["b"]),
            run_event("COMPLETE", "03:00", outputs=["y"]),
        ]
    )
    run = Artifact.objects.get(kind="run")
    assert {edge.upstream.name for edge in run.upstream_edges.all()} == {"a", "b"}
    assert {
        (one.downstream.name, one.downstream.version) for one in run.downstream_edges.all()
    } == {
        ("x", "r1"),
        ("y", "r1"),
    }
    assert run.facets["run"] == {
        "state": "completed",
        "started_at": "2026-10-01T01:00:00+00:00",
        "ended_at": "2026-10-01T03:00:00+00:00",
    }


@pytest.mark.django_db
def test_it_keeps_jobs_apart_that_share_a_run_id() -> None:
    receive_events(
        payload=[
            run_event("COMPLETE", "01:00", run="shared", job="asset"),
            run_event("FAIL", "01:00", run="shared", job="check"),
        ]
    )
    states = {one.name: one.facets["run"]["state"] for one in Artifact.objects.filter(kind="run")}
    assert states == {"asset": "completed", "check": "failed"}


@pytest.mark.django_db
def test_it_hangs_below_the_run_that_started_it() -> None:
    parent = {"run": {"runId": "dag"}, "job": {"namespace": "jobs", "name": "nightly"}}
    receive_events(payload=run_event("START", "01:00", run_facets={"parent": parent}))
    edge = Edge.objects.get()
    assert (edge.upstream.name, edge.role, edge.upstream.is_placeholder) == (
        "nightly",
        "orchestration",
        True,
    )


@pytest.mark.django_db
def test_it_is_the_same_graph_after_a_late_start_and_after_one_in_time() -> None:
    start, complete = run_event("START", "01:00", inputs=["a"]), run_event("COMPLETE", "02:00")
    receive_events(payload=complete)
    receive_events(payload=start)
    late = graph_hash()
    receive_events(payload=[start, complete])
    assert graph_hash() == late
    assert Artifact.objects.get(kind="run").facets["run"]["state"] == "completed"
