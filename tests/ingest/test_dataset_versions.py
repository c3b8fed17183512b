"""Which version a run wrote, and which one a versionless read was."""

import pytest

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import ancestors, current_revision
from apps.ingest.services import receive_events
from tests.ingest.events import dataset, run_event

pytestmark = pytest.mark.django_db


def write(run: str, clock: str, *, ended: str = "COMPLETE") -> None:
    receive_events(payload=run_event(ended, clock, run=run, job="write", outputs=["x"]))


def read(run: str, clock: str) -> None:
    receive_events(payload=run_event("START", clock, run=run, job="read", inputs=["x"]))


def version_read(run: str = "reader") -> str:
    edge = Edge.objects.get(downstream__version=run, role="input", retracted_in=None)
    return edge.upstream.version


def test_it_reads_the_version_last_complete_before_it_started() -> None:
    write("w1", "01:00")
    write("w2", "02:00")
    write("w3", "04:00")
    read("reader", "03:00")
    assert version_read() == "w2"


def test_it_reads_an_unknown_version_when_none_was_complete() -> None:
    write("w1", "03:00")
    read("reader", "03:00")
    assert version_read() == ""


@pytest.mark.parametrize("ended", ["FAIL", "ABORT", "RUNNING"])
def test_it_does_not_count_what_never_completed(ended: str) -> None:
    write("w1", "01:00", ended=ended)
    read("reader", "03:00")
    assert version_read() == ""


def test_it_moves_the_edge_when_an_earlier_version_becomes_known_late() -> None:
    read("reader", "03:00")
    before = current_revision()
    write("w1", "01:00")
    assert version_read() == "w1"
    run = Artifact.objects.get(version="reader")
    known_then = {one.artifact.version for one in ancestors(artifact=run, as_of=before).artifacts}
    assert known_then == {""}


def test_it_folds_again_only_the_readers_concerned() -> None:
    write("w1", "01:00")
    write("w4", "04:00")
    for run, clock in (("r2", "02:00"), ("r4", "04:00"), ("r5", "05:00")):
        read(run, clock)
    write("w3", "03:00")
    assert [version_read(run) for run in ("r2", "r4", "r5")] == ["w1", "w3", "w4"]
    assert Edge.objects.exclude(retracted_in=None).count() == 1


def test_it_takes_the_version_that_is_stated() -> None:
    receive_events(
        payload=[
            run_event("COMPLETE", "01:00", run="w", job="write", outputs=[dataset("x", "v7")]),
            run_event("START", "02:00", run="reader", job="read", inputs=["x"]),
            run_event("START", "02:00", run="other", job="read", inputs=[dataset("x", "v6")]),
        ]
    )
    assert (version_read("reader"), version_read("other")) == ("v7", "v6")


def test_it_counts_a_version_that_a_dataset_event_states() -> None:
    told = {"eventTime": "2026-10-01T01:00:00Z", "dataset": dataset("x", "v3")}
    read("reader", "02:00")
    receive_events(payload=told)
    assert version_read() == "v3"


def test_it_takes_a_stated_checksum_for_the_digest() -> None:
    version = "sha256:" + "ab" * 32
    receive_events(payload=run_event("COMPLETE", "01:00", outputs=[dataset("x", version)]))
    assert Artifact.objects.get(name="x").digest == version


def test_it_names_the_version_once_it_is_known() -> None:
    receive_events(payload=run_event("START", "01:00", outputs=["x"]))
    receive_events(payload=run_event("COMPLETE", "02:00", outputs=[dataset("x", "v1")]))
    written = Edge.objects.get(role="output", retracted_in=None)
    assert written.downstream.version == "v1"
