"""Requests with events: all or nothing, once, and in few queries."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.catalog.models import Artifact, Edge, Revision
from apps.graph.errors import RecordError
from apps.ingest.models import OpenLineageEvent, RunTelling
from apps.ingest.selectors import events_in_evidence, events_of
from apps.ingest.services import receive_events
from tests.ingest.events import run_event

pytestmark = pytest.mark.django_db


def test_it_takes_nothing_of_an_array_with_one_bad_event() -> None:
    bad = {**run_event("START", "02:00"), "eventTime": 5}
    with pytest.raises(RecordError, match=r"\$\[1\]\.eventTime"):
        receive_events(payload=[run_event("START", "01:00"), bad])
    assert not OpenLineageEvent.objects.exists()
    assert not Artifact.objects.exists()


def test_it_knows_a_duplicate() -> None:
    event = run_event("START", "01:00", inputs=["a"])
    first = receive_events(payload=[event, event])
    second = receive_events(payload=event)
    assert (first.accepted, first.duplicates) == (1, 1)
    assert (second.accepted, second.duplicates, second.revision) == (0, 1, None)
    assert Revision.objects.count() == 1


def test_it_says_who_sent_what(contributor: User) -> None:
    receive_events(payload=run_event("START", "01:00", inputs=["a"]), actor=contributor)
    assert Revision.objects.get().actor == contributor


def test_it_leads_from_an_edge_and_from_a_run_to_the_events() -> None:
    receive_events(payload=run_event("START", "01:00", inputs=["a"]))
    receive_events(payload=run_event("COMPLETE", "02:00", outputs=["b"]))
    read, written = Edge.objects.get(role="input"), Edge.objects.get(role="output")
    assert [one.event_type for one in events_in_evidence(evidence=read.evidence)] == ["START"]
    assert [one.event_type for one in events_in_evidence(evidence=written.evidence)] == ["COMPLETE"]
    run = Artifact.objects.get(kind="run")
    assert [one.event_type for one in events_of(artifact=run)] == ["START", "COMPLETE"]
    assert not events_of(artifact=Artifact.objects.get(name="a")).exists()


def test_it_can_lose_what_it_derived_and_derive_it_again() -> None:
    events = [run_event("START", "01:00", inputs=["a"]), run_event("COMPLETE", "02:00")]
    receive_events(payload=events[0])
    RunTelling.objects.all().delete()
    receive_events(payload=events[1])
    facet = Artifact.objects.get(kind="run").facets["run"]
    assert facet["started_at"] == "2026-10-01T01:00:00+00:00"
    assert facet["state"] == "completed"


def test_it_reads_no_earlier_event_again_to_take_in_one_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receive_events(payload=[run_event("RUNNING", f"{n % 24:02}:{n // 24:02}") for n in range(99)])
    parsed: list[object] = []
    monkeypatch.setattr("apps.ingest.models.events.stored_event", parsed.append)
    receive_events(payload=run_event("COMPLETE", "23:59"))
    assert parsed == []


def test_it_takes_an_empty_array() -> None:
    assert receive_events(payload=[]).accepted == 0


def test_it_refuses_more_events_than_it_takes_at_once() -> None:
    with pytest.raises(RecordError, match="send at most"):
        receive_events(payload=[{}] * 10_001)


def test_it_needs_hardly_more_queries_for_a_hundred_runs_than_for_one() -> None:
    def batch(first: int, count: int) -> list[object]:
        return [
            run_event("COMPLETE", "02:00", run=f"r{n}", inputs=["a"], outputs=["b"])
            for n in range(first, first + count)
        ]

    with CaptureQueriesContext(connection) as one:
        receive_events(payload=batch(0, 1))
    with CaptureQueriesContext(connection) as hundred:
        receive_events(payload=batch(1, 100))
    # PostgreSQL takes its lock twice; SQLite rows in pieces of 999 values, hence the few more.
    assert len(one) <= 30
    assert len(hundred) <= 34


def test_it_takes_a_thousand_events_in_a_few_seconds() -> None:
    events = [
        run_event(
            kind, f"{n % 24:02}:{n % 60:02}", run=f"r{n}", inputs=["a"], outputs=[f"b{n % 9}"]
        )
        for n in range(500)
        for kind in ("START", "COMPLETE")
    ]
    started = time.perf_counter()
    assert receive_events(payload=events).accepted == 1000
    assert time.perf_counter() - started < 20
