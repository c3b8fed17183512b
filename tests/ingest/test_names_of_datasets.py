"""One dataset under several names, and of several kinds."""

from itertools import permutations
from typing import Any

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.catalog.models import Artifact, Conflict, Edge, Identifier, Merge
from apps.catalog.selectors import descendants, graph_hash
from apps.catalog.services import split_artifact
from apps.ingest.models import DatasetName
from apps.ingest.services import receive_events
from tests.ingest.events import dataset, run_event

pytestmark = pytest.mark.django_db


def receive(*events: dict[str, Any]) -> None:
    receive_events(payload=list(events))


def links(*names: str, sort: str = "TABLE") -> dict[str, Any]:
    found = [{"namespace": "lake", "name": name, "type": sort} for name in names]
    return {"identifiers": found}


def steps() -> set[tuple[str, str]]:
    rows = Edge.objects.filter(retracted_in=None).select_related("upstream", "downstream")
    return {(one.upstream.name, one.downstream.name) for one in rows}


def hashes_of_every_order(events: list[dict[str, Any]]) -> set[str]:
    found = set()
    for order in permutations(events):
        with transaction.atomic():
            for event in order:
                receive(event)
            found.add(graph_hash())
            transaction.set_rollback(True)
    return found


def through_two_names() -> list[dict[str, Any]]:
    table = dataset("db.orders", symlinks=links("/lake/orders"))
    return [
        run_event("COMPLETE", "01:00", run="w", job="write", outputs=[table]),
        run_event("START", "02:00", run="r", job="read", inputs=["/lake/orders"]),
        run_event("START", "03:00", run="s", job="look", inputs=["db.orders"]),
    ]


def test_it_reads_through_a_symlink_what_was_written_under_the_other_name() -> None:
    receive(*through_two_names())
    written = Artifact.objects.get(name="db.orders", version="w")
    reached = {one.artifact.name for one in descendants(artifact=written).artifacts}
    assert reached == {"read", "look"}
    assert len(hashes_of_every_order(through_two_names())) == 1


def test_two_names_of_one_version_are_one_artifact_that_can_be_split(reviewer: User) -> None:
    table = dataset("db.orders", "s1", symlinks=links("/lake/orders"))
    receive(run_event("COMPLETE", "01:00", outputs=[table]))
    names = Artifact.objects.filter(version="s1")
    assert {one.name for one in names} == {"db.orders", "/lake/orders"}
    assert len({one.survivor_id for one in names}) == 1
    merge = Merge.objects.get(artifact__version="s1")
    split_artifact(merge=merge, reason="Another lake.", actor=reviewer)
    receive(run_event("COMPLETE", "02:00", outputs=[table]))
    assert len({one.survivor_id for one in Artifact.objects.filter(version="s1")}) == 2


def test_three_names_are_one_in_whatever_order_they_are_learnt() -> None:
    events = [
        {"eventTime": "2026-10-01T01:00:00Z", "dataset": dataset("c", symlinks=links("b"))},
        {"eventTime": "2026-10-01T01:00:00Z", "dataset": dataset("b", symlinks=links("a"))},
        run_event("COMPLETE", "01:00", run="w", job="write", outputs=["a"]),
        run_event("START", "02:00", run="r", job="read", inputs=["c"]),
    ]
    assert len(hashes_of_every_order(events)) == 1
    receive(*events)
    assert ("a", "read") in steps()
    assert DatasetName.objects.values("dataset_hash").distinct().count() == 1


def test_a_symlink_between_a_dataset_and_what_is_made_of_it_proves_nothing() -> None:
    job = {
        "eventTime": "2026-10-01T01:00:00Z",
        "job": {"namespace": "jobs", "name": "copy"},
        "inputs": [dataset("raw", symlinks=links("copy"))],
        "outputs": [dataset("copy")],
    }
    receive(job)
    conflict = Conflict.objects.get(code="identity")
    assert {conflict.first.name, conflict.second.name} == {"raw", "copy"}
    assert steps() == {("raw", "copy")}


def test_it_takes_the_quotes_off_a_name_and_keeps_them_as_an_identifier() -> None:
    receive(
        run_event("COMPLETE", "01:00", run="w", job="write", outputs=["db.shop.raw_orders"]),
        run_event("START", "02:00", run="r", job="read", inputs=['"db"."shop"."raw_orders"']),
    )
    assert steps() == {("write", "db.shop.raw_orders"), ("db.shop.raw_orders", "read")}
    spelled = Identifier.objects.get(scheme="openlineage_name")
    assert spelled.value == 'lake "db"."shop"."raw_orders"'


def test_it_leaves_quotes_where_they_are_no_sql() -> None:
    name = '"raw"'
    receive(run_event("START", "01:00", inputs=[dataset(name) | {"namespace": "s3://lake"}]))
    assert Artifact.objects.filter(name=name).exists()


def model_events() -> list[dict[str, Any]]:
    typed: dict[str, Any] = {
        "datasetType": {"datasetType": "MODEL"},
        "storage": {"fileFormat": "onnx"},
    }
    model = dataset("churn", **typed)
    model["outputFacets"] = {"outputStatistics": {"size": 40}}
    return [
        run_event("START", "01:00", outputs=["churn"]),
        run_event("COMPLETE", "02:00", outputs=[model]),
        run_event("START", "03:00", run="e", job="evaluate", inputs=["churn"]),
    ]


def test_a_dataset_that_is_a_model_is_one_artifact_of_that_kind() -> None:
    receive(*model_events())
    standing = Artifact.objects.survivors().filter(name="churn")
    assert {(one.kind, one.version) for one in standing} == {("model", "r1"), ("model", "")}
    model = Artifact.objects.get(kind="model", name="churn", version="r1")
    assert model.facets["model"] == {"size_bytes": 40, "format": "onnx"}
    assert [one.artifact.name for one in descendants(artifact=model).artifacts] == ["evaluate"]
    assert len(hashes_of_every_order(model_events())) == 1


def test_views_and_services_of_feast_are_sets_of_features() -> None:
    view: dict[str, Any] = {
        "feast_featureView": {
            "features": ["frequency"],
            "owner": "growth",
            "description": "RFM",
            "tags": {"tier": "gold"},
        }
    }
    receive(
        run_event("COMPLETE", "01:00", run="s", job="service", inputs=["rfm"], outputs=["v1"]),
        run_event("COMPLETE", "00:30", run="a", job="apply", outputs=[dataset("rfm", **view)]),
    )
    found = Artifact.objects.get(kind="feature_set", name="rfm", version="a")
    assert (found.owner, found.description, found.tags) == ("growth", "RFM", ["tier=gold"])
    assert found.facets["feature_set"] == {"features": ["frequency"]}
    assert steps() == {("apply", "rfm"), ("rfm", "service"), ("service", "v1")}
    assert {one.kind for one in Artifact.objects.survivors().filter(name="rfm")} == {"feature_set"}
