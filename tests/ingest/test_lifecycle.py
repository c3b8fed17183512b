"""Datasets that are dropped, renamed, altered, or written anew."""

from itertools import permutations
from typing import Any

import pytest
from django.db import transaction

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import graph_hash
from apps.ingest.services import receive_events
from tests.ingest.events import dataset, run_event

pytestmark = pytest.mark.django_db


def receive(*events: dict[str, Any]) -> None:
    receive_events(payload=list(events))


def changed(name: str, change: str, **more: Any) -> dict[str, Any]:
    return dataset(name, lifecycleStateChange={"lifecycleStateChange": change, **more})


def steps() -> set[tuple[str, str, str]]:
    rows = Edge.objects.filter(retracted_in=None).select_related("upstream", "downstream")
    return {(one.upstream.name, one.upstream.version, one.downstream.name) for one in rows}


def state(name: str) -> str | None:
    facets = Artifact.objects.get(name=name, version="").facets
    found: str | None = facets.get("lifecycle", {}).get("state")
    return found


def test_what_a_run_drops_it_did_not_write() -> None:
    receive(
        run_event("START", "01:00", outputs=["orders", "old"]),
        run_event("COMPLETE", "02:00", outputs=["orders", changed("old", "DROP")]),
    )
    assert steps() == {("train", "r1", "orders")}
    assert state("old") == "dropped"


def test_what_is_dropped_and_made_again_in_one_run_is_written() -> None:
    receive(
        run_event("RUNNING", "01:00", outputs=[changed("orders", "DROP")]),
        run_event("COMPLETE", "02:00", outputs=[changed("orders", "CREATE")]),
    )
    assert steps() == {("train", "r1", "orders")}
    assert state("orders") is None


def dropped_between_two_writes() -> list[dict[str, Any]]:
    return [
        run_event("COMPLETE", "01:00", run="w1", job="write", outputs=["orders"]),
        run_event("COMPLETE", "02:00", run="d", job="drop", outputs=[changed("orders", "DROP")]),
        run_event("COMPLETE", "03:00", run="w2", job="write", outputs=["orders"]),
    ]


def test_a_later_write_undoes_a_drop_and_an_earlier_one_does_not() -> None:
    first, drop, second = dropped_between_two_writes()
    receive(drop)
    receive(first)
    assert state("orders") == "dropped"
    receive(second)
    assert state("orders") is None


def test_a_drop_is_a_drop_in_whatever_order_it_is_told_of() -> None:
    hashes = set()
    told = {"eventTime": "2026-10-01T01:30:00Z", "dataset": changed("orders", "DROP")}
    for order in permutations([*dropped_between_two_writes(), told]):
        with transaction.atomic():
            for event in order:
                receive(event)
            hashes.add(graph_hash())
            transaction.set_rollback(True)
    assert len(hashes) == 1


def test_a_renamed_dataset_comes_from_what_it_was_called_before() -> None:
    before = {"namespace": "lake", "name": '"staging"'}
    receive(
        run_event("COMPLETE", "01:00", run="w", job="write", outputs=["staging"]),
        run_event(
            "COMPLETE", "02:00", outputs=[changed("orders", "RENAME", previousIdentifier=before)]
        ),
    )
    assert steps() == {
        ("write", "w", "staging"),
        ("staging", "w", "train"),
        ("train", "r1", "orders"),
    }
    assert state("staging") == "renamed"


def test_an_altered_dataset_comes_from_itself() -> None:
    receive(
        run_event("COMPLETE", "01:00", run="w", job="write", outputs=["orders"]),
        run_event("COMPLETE", "02:00", outputs=[changed("orders", "ALTER")]),
    )
    assert ("orders", "w", "train") in steps()


@pytest.mark.parametrize("change", ["CREATE", "OVERWRITE", "TRUNCATE"])
def test_what_is_made_anew_does_not(change: str) -> None:
    receive(
        run_event("COMPLETE", "01:00", run="w", job="write", outputs=["orders"]),
        run_event("COMPLETE", "02:00", outputs=[changed("orders", change)]),
    )
    assert steps() == {("write", "w", "orders"), ("train", "r1", "orders")}
