"""Events that real tools sent: taken, or refused for a reason; in any order one graph."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import graph_hash
from apps.graph import strict_json
from apps.ingest.models import OpenLineageEvent
from apps.ingest.services import receive_events
from tests.ingest.shared import SHARED

pytestmark = pytest.mark.django_db

OWN = sorted((Path(__file__).parent / "payloads" / "openlineage").glob("*.jsonl"))
CAPTURES = sorted(
    one
    for one in (SHARED / "openlineage" / "captures").glob("*.jsonl")
    if "wire_calls" not in one.name
)


def events_in(path: Path) -> list[Any]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [strict_json.loads(line, keep_non_finite=True) for line in lines if line.strip()]


def hash_after(batches: list[list[Any]]) -> str:
    with transaction.atomic():
        for batch in batches:
            assert receive_events(payload=batch).refusals == ()
        found = graph_hash()
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("path", [*OWN, *CAPTURES], ids=lambda path: path.stem)
def test_it_draws_one_graph_from_a_recording_however_it_arrives(path: Path) -> None:
    events = events_in(path)
    expected = hash_after([events])
    one_by_one = [[event] for event in events]
    assert hash_after([*one_by_one, events]) == expected
    random.Random(path.stem).shuffle(one_by_one)  # noqa: S311
    assert hash_after(one_by_one) == expected


def test_it_draws_the_recorded_pipeline() -> None:
    receive_events(payload=events_in(OWN[0]))
    live = Edge.objects.filter(retracted_in=None).select_related("upstream", "downstream")
    steps = {(edge.upstream.name, edge.role, edge.downstream.name) for edge in live}
    assert steps == {
        ("nightly", "orchestration", "prepare"),
        ("nightly", "orchestration", "train"),
        ("churn", "code", "prepare"),
        ("churn", "code", "train"),
        ("churn", "code", "model"),
        ("raw.csv", "input", "prepare"),
        ("prepare", "output", "features"),
        ("features", "input", "train"),
        ("features", "derived", "model"),
        ("train", "output", "model"),
    }
    first, train = Artifact.objects.filter(kind="run", name="train").order_by("version")
    assert [one.facets["run"]["state"] for one in (first, train)] == ["failed", "completed"]
    assert {one.upstream for one in live if one.downstream.name == "model"} & {first, train} == {
        train
    }
    assert first.facets["run"]["seed"] == "7"
    assert {one.upstream.version for one in live if one.downstream in {first, train}} >= {
        "0199c0de-0000-7000-8000-00000000000a"
    }


def test_it_stores_no_secret_of_a_recording() -> None:
    receive_events(payload=events_in(OWN[0]))
    stored = json.dumps(list(OpenLineageEvent.objects.values_list("body", flat=True)))
    facets = json.dumps(list(Artifact.objects.values_list("facets", flat=True)))
    for secret in ("hunter2", "abcdefghijklmnop"):
        assert secret not in stored + facets
