"""Job events: derivation as designed, apart from any run."""

from typing import Any

import pytest

from apps.catalog.models import Artifact, Edge
from apps.ingest.services import receive_events
from tests.ingest.events import dataset

pytestmark = pytest.mark.django_db


def job_event(clock: str, job: str, inputs: list[str], outputs: list[str]) -> dict[str, Any]:
    return {
        "eventTime": f"2026-10-01T{clock}:00Z",
        "job": {"namespace": "jobs", "name": job},
        "inputs": [dataset(name) for name in inputs],
        "outputs": [dataset(name) for name in outputs],
    }


def live_edges() -> set[tuple[str, str, str]]:
    live = Edge.objects.filter(retracted_in=None).select_related("upstream", "downstream")
    return {(edge.upstream.name, edge.downstream.name, edge.role) for edge in live}


def test_it_derives_every_output_from_every_input() -> None:
    receive_events(payload=job_event("01:00", "mix", ["a", "b"], ["c", "a"]))
    assert live_edges() == {
        ("a", "c", "derived"),
        ("b", "c", "derived"),
        ("b", "a", "derived"),
    }


def test_it_goes_by_the_latest_event_of_a_job() -> None:
    receive_events(payload=job_event("02:00", "mix", ["b"], ["c"]))
    receive_events(payload=job_event("01:00", "mix", ["a"], ["c"]))
    assert live_edges() == {("b", "c", "derived")}


def test_it_withdraws_only_what_the_job_itself_said() -> None:
    receive_events(payload=job_event("01:00", "mix", ["a"], ["c"]))
    receive_events(payload=job_event("01:00", "blend", ["a"], ["c"]))
    receive_events(payload=job_event("02:00", "mix", ["b"], ["c"]))
    assert live_edges() == {("a", "c", "derived"), ("b", "c", "derived")}


def test_it_records_a_cycle_of_jobs_as_a_conflict() -> None:
    receive_events(payload=job_event("01:00", "there", ["a"], ["b"]))
    received = receive_events(payload=job_event("01:00", "back", ["b"], ["a"]))
    assert received.conflicts == 1
    assert [refusal.code for refusal in received.refusals] == ["cycle"]


def test_it_takes_facts_of_a_dataset_from_a_dataset_event() -> None:
    told = dataset("x", "v1", documentation={"description": "Known"})
    receive_events(payload={"eventTime": "2026-10-01T01:00:00Z", "dataset": told})
    found = Artifact.objects.get(name="x")
    assert (found.version, found.description, found.is_placeholder) == ("v1", "Known", False)
