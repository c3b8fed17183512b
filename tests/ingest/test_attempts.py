"""A runId used again: each attempt is a run of its own."""

from itertools import permutations
from typing import Any

import pytest
from django.db import transaction

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import ancestors, graph_hash
from apps.ingest.selectors import events_of
from apps.ingest.services import receive_events
from tests.ingest.events import dataset, run_event

pytestmark = pytest.mark.django_db

AGAIN = "r1~2026-10-01T05:00:00.000000Z"


def receive(*events: dict[str, Any]) -> None:
    receive_events(payload=list(events))


def two_attempts() -> list[dict[str, Any]]:
    return [
        run_event("START", "01:00", inputs=[dataset("a", "v1")], outputs=["x"]),
        run_event("FAIL", "02:00", run_facets={"errorMessage": {"message": "out of memory"}}),
        run_event("START", "05:00", inputs=[dataset("a", "v2")]),
        run_event("COMPLETE", "06:00", outputs=[dataset("x", custom={"n": 2}), "y"]),
    ]


def live() -> set[tuple[str, str, str, str]]:
    rows = Edge.objects.filter(retracted_in=None).select_related("upstream", "downstream")
    return {
        (one.upstream.name, one.upstream.version, one.downstream.name, one.downstream.version)
        for one in rows
    }


def test_what_an_attempt_wrote_was_made_of_what_that_attempt_read() -> None:
    receive(*two_attempts())
    assert live() == {
        ("a", "v1", "train", "r1"),
        ("train", "r1", "x", "r1"),
        ("a", "v2", "train", AGAIN),
        ("train", AGAIN, "x", AGAIN),
        ("train", AGAIN, "y", AGAIN),
    }
    behind = ancestors(artifact=Artifact.objects.get(name="x", version="r1")).artifacts
    assert {one.artifact.version for one in behind} == {"r1", "v1"}


def test_each_attempt_has_a_state_and_facets_of_its_own() -> None:
    receive(*two_attempts())
    first, second = Artifact.objects.filter(kind="run").order_by("version")
    assert first.facets["errorMessage"] == {"message": "out of memory"}
    assert "errorMessage" not in second.facets
    assert [
        (one.facets["run"]["state"], one.facets["run"]["attempt"]) for one in (first, second)
    ] == [
        ("failed", 1),
        ("completed", 2),
    ]
    assert "custom" not in Artifact.objects.get(name="x", version="r1").facets
    assert Artifact.objects.get(name="x", version=AGAIN).facets["custom"] == {"n": 2}


def test_the_order_of_arrival_does_not_tell_the_attempts_apart() -> None:
    hashes = set()
    for order in permutations(two_attempts()):
        with transaction.atomic():
            for event in order:
                receive(event)
            hashes.add(graph_hash())
            transaction.set_rollback(True)
    assert len(hashes) == 1


def test_a_reader_in_between_read_what_the_first_attempt_wrote() -> None:
    receive(
        run_event("COMPLETE", "02:00", outputs=["x"]),
        run_event("START", "03:00", run="before", job="read", inputs=["x"]),
        run_event("START", "05:00"),
        run_event("COMPLETE", "06:00", outputs=["x"]),
        run_event("START", "07:00", run="after", job="read", inputs=["x"]),
    )
    assert {("x", "r1", "read", "before"), ("x", AGAIN, "read", "after")} <= live()


def test_what_it_started_hangs_below_the_attempt_that_ran() -> None:
    parent = {"parent": {"run": {"runId": "r1"}, "job": {"namespace": "jobs", "name": "train"}}}
    tasks = [
        run_event("START", clock, run=task, job="task", run_facets=parent)
        for clock, task in (("01:30", "t1"), ("05:30", "t2"))
    ]
    receive(*tasks)
    receive(*two_attempts())
    assert {("train", "r1", "task", "t1"), ("train", AGAIN, "task", "t2")} <= live()
    assert ("train", "r1", "task", "t2") not in live()


@pytest.mark.parametrize(
    "kinds",
    [["START", "COMPLETE", "OTHER"], ["COMPLETE", "FAIL"], ["START", "FAIL", "FAIL"]],
)
def test_nothing_but_a_start_begins_another_attempt(kinds: list[str]) -> None:
    receive(*(run_event(kind, f"0{n}:00") for n, kind in enumerate(kinds)))
    assert Artifact.objects.filter(kind="run").count() == 1


def test_a_start_that_arrives_late_begins_none() -> None:
    receive(run_event("COMPLETE", "02:00"))
    receive(run_event("START", "01:00"))
    run = Artifact.objects.get(kind="run")
    assert (run.version, run.facets["run"]["state"]) == ("r1", "completed")


def test_each_attempt_leads_to_the_events_of_the_run() -> None:
    receive(*two_attempts())
    for run in Artifact.objects.filter(kind="run"):
        assert events_of(artifact=run).count() == 4
