"""What becomes of each recording, and of each file of public samples: taken, refused, remarked."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import graph_hash
from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.openlineage.envelope import read_event
from apps.ingest.services import receive_batch, receive_events
from tests.ingest.shared import SHARED

RECORDED = SHARED / "openlineage"
CAPTURES, SAMPLES = RECORDED / "captures", RECORDED / "samples"
pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason="the recorded events are not here")

NO_TIME, NO_EVENT, NO_RUN = "is not a time", "no OpenLineage event", "required field `runId`"
# Of each file: events taken; refused, by the reason; remarked, by the code.
Outcome = tuple[int, dict[str, int], dict[str, int]]
TAKEN: dict[str, Outcome] = {
    "captures/airflow2_dags_test.jsonl": (29, {}, {}),
    "captures/airflow2_dags_test_rerun.jsonl": (29, {}, {}),
    "captures/airflow2_scheduler.jsonl": (34, {}, {}),
    "captures/dbt_duckdb.jsonl": (68, {}, {}),
    "captures/dbt_postgres_build.jsonl": (30, {}, {}),
    "captures/feast.jsonl": (8, {}, {"no_producer_uri": 8}),
    "captures/hamilton.jsonl": (7, {}, {}),
    "captures/marquez_python_0.50.0_wire_calls.jsonl": (0, {NO_EVENT: 38}, {}),
    "captures/openlineage_python_ml.jsonl": (24, {}, {}),
    "samples/compatibility-tests/consumer/scenarios/CLL/events": (9, {}, {}),
    "samples/compatibility-tests/consumer/scenarios/airflow/events": (32, {}, {}),
    "samples/compatibility-tests/consumer/scenarios/simple_run_event/events": (
        1,
        {},
        {"no_producer_uri": 1},
    ),
    "samples/compatibility-tests/consumer/scenarios/spark_dataproc_simple_producer_test/events": (
        4,
        {},
        {},
    ),
    "samples/compatibility-tests/consumer/scenarios/spark_dataproc_simple_producer_test_complete"
    "/events": (16, {}, {}),
    "samples/marquez/api/src/test/resources/apples": (8, {}, {"no_schema": 8}),
    "samples/marquez/api/src/test/resources/open_lineage": (
        13,
        {},
        {"no_offset": 1, "no_schema": 1},
    ),
    "samples/marquez/api/src/test/resources/open_lineage/listener": (2, {}, {"no_schema": 2}),
    # Templates: their times are yet to be filled in.
    "samples/marquez/docker": (0, {NO_TIME: 26}, {}),
    "samples/openlineage/proxy/fluentd/docker": (2, {}, {}),
    # Facets that break their schema do no harm; a run without its id names nothing.
    "samples/openlineage/proxy/fluentd/events": (7, {NO_RUN: 1}, {}),
}
NO_EVENTS = ("/spec/", "/consumers/", "/facets/", "/mappers/", "/lineage/", "/column_lineage/")
DESCRIPTIONS = {"config.json", "maintainers.json"}


def values_in(path: Path) -> list[Any]:
    if path.suffix == ".jsonl":
        lines = path.read_text(encoding="utf-8").splitlines()
        return [strict_json.loads(line, keep_non_finite=True) for line in lines]
    data = strict_json.loads(path.read_bytes(), keep_non_finite=True)
    return data if isinstance(data, list) else [data]


def values_at(place: str) -> list[Any]:
    path = RECORDED / place
    files = [path] if path.is_file() else sorted(path.glob("*.json"))
    return [value for one in files for value in values_in(one)]


@pytest.mark.parametrize("place", TAKEN)
def test_it_takes_of_a_recording_what_is_an_event(place: str) -> None:
    taken, remarked, refused = 0, Counter[str](), []
    for value in values_at(place):
        try:
            _, notes = read_event(value)
        except RecordError as error:
            refused.append(error.message)
        else:
            taken += 1
            remarked.update(note.code for note in notes)
    amount, reasons, remarks = TAKEN[place]
    assert (taken, dict(remarked)) == (amount, remarks)
    assert {why: sum(why in one for one in refused) for why in reasons} == reasons
    assert len(refused) == sum(reasons.values())


def test_it_leaves_out_no_file_that_might_hold_events() -> None:
    places = {(RECORDED / place) for place in TAKEN}
    strangers = [
        str(path)
        for path in SAMPLES.rglob("*.json")
        if not {path, path.parent} & places
        and path.name not in DESCRIPTIONS
        and not any(part in path.as_posix() for part in NO_EVENTS)
    ]
    assert strangers == []


@pytest.mark.django_db
def test_it_draws_one_graph_of_all_public_samples() -> None:
    every = [value for place in TAKEN if place.startswith("samples/") for value in values_at(place)]
    random.Random("samples").shuffle(every)  # noqa: S311
    hashes = set()
    for events in (every, every[::-1]):
        with transaction.atomic():
            for start in range(0, len(events), 20):
                receive_batch(payload=events[start : start + 20])
            hashes.add(graph_hash())
            transaction.set_rollback(True)
    assert len(hashes) == 1


def draw(*names: str) -> None:
    for name in names:
        receive_events(payload=values_at(f"captures/{name}.jsonl"))


def steps() -> set[tuple[str, str, str]]:
    rows = Edge.objects.filter(retracted_in=None).select_related("upstream", "downstream")
    return {(one.upstream.name, one.role, one.downstream.name) for one in rows}


@pytest.mark.django_db
def test_it_draws_the_features_of_feast() -> None:
    draw("feast")
    found = Artifact.objects.survivors().exclude(kind="run").values_list("kind", "name")
    assert set(found) == {
        ("feature_set", "customer_rfm"),
        ("feature_set", "customer_support"),
        ("feature_set", "churn_model_v1"),
        ("dataset", "rfm_source"),
        ("dataset", "support_source"),
        ("dataset", "customer"),
        ("dataset", "online_store_customer_rfm"),
        ("dataset", "online_store_customer_support"),
    }
    assert {
        ("rfm_source", "input", "feast_feature_views_churn_features"),
        ("feast_feature_views_churn_features", "output", "customer_rfm"),
        ("customer_rfm", "input", "feature_service_churn_model_v1"),
        ("feature_service_churn_model_v1", "output", "churn_model_v1"),
        ("customer_rfm", "input", "materialize_churn_features"),
        ("materialize_churn_features", "output", "online_store_customer_rfm"),
    } <= steps()


@pytest.mark.django_db
def test_it_tells_a_rerun_of_airflow_from_the_first_run() -> None:
    draw("airflow2_dags_test", "airflow2_dags_test_rerun")
    runs = Artifact.objects.filter(kind="run", name__startswith="churn_model.")
    tasks = runs.exclude(version__contains="~").count()
    assert runs.filter(version__contains="~").count() == tasks
    for table in Artifact.objects.filter(name="shop.public.features"):
        makers = table.upstream_edges.filter(retracted_in=None, role="output")
        assert makers.count() <= 1


@pytest.mark.django_db
def test_it_draws_what_the_real_client_sent() -> None:
    draw("openlineage_python_ml")
    model = Artifact.objects.get(
        kind="model", name__endswith="/model.json", version__startswith="sha256"
    )
    behind = {
        (one.upstream.kind, one.role) for one in model.upstream_edges.filter(retracted_in=None)
    }
    assert behind == {("run", "output")}
    states = Artifact.objects.filter(facets__has_key="lifecycle").values_list("name", "facets")
    assert {(name.rpartition("/")[2], facets["lifecycle"]["state"]) for name, facets in states} == {
        ("bad.json", "dropped"),
        ("model.json", "renamed"),
    }
    raw = Artifact.objects.get(name__endswith="/raw.csv", version="")
    assert "documentation" not in raw.facets
    notify = Artifact.objects.get(kind="run", name="notify")
    assert notify.facets["run"]["state"] == "completed"
