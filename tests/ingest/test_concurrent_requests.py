"""Events of one run that arrive at once."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from apps.catalog.models import Artifact, Edge
from apps.ingest.models import OpenLineageEvent
from apps.ingest.services import receive_events
from tests.ingest.events import run_event


def receive(event: dict[str, object]) -> None:
    try:
        receive_events(payload=event)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_it_folds_a_run_whose_events_arrive_at_once() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one writer; there is nothing to interleave")
    events = [run_event("START", "01:00", inputs=["a"]), run_event("COMPLETE", "09:00")]
    events += [run_event("RUNNING", f"0{n}:00", outputs=[f"x{n}"]) for n in range(2, 8)]
    arriving = [*events, *events, *events]
    random.Random(7).shuffle(arriving)  # noqa: S311
    with ThreadPoolExecutor(max_workers=6) as writers:
        list(writers.map(receive, arriving))
    run = Artifact.objects.get(kind="run")
    assert OpenLineageEvent.objects.count() == len(events)
    assert run.facets["run"]["state"] == "completed"
    assert run.facets["run"]["started_at"] == "2026-10-01T01:00:00+00:00"
    assert Edge.objects.filter(upstream=run, role="output", retracted_in=None).count() == 6
