"""What a client of Marquez puts is what it gets, and becomes OpenLineage."""

from typing import Any

import pytest

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import graph_hash
from apps.ingest.models import MarquezRecord, OpenLineageEvent
from apps.ingest.services import receive_events
from tests.api.marquez.conftest import Ask, quoted
from tests.ingest.events import run_event

DATASET = quoted("namespaces", "s3://lake", "datasets", "a/b")
JOB = quoted("namespaces", "jobs", "jobs", "train")
RUN = "0190a5c0-0000-7000-8000-000000000001"
TABLE = {"type": "DB_TABLE", "physicalName": "public.b", "sourceName": "lake"}
BATCH = {
    "type": "BATCH",
    "inputs": [{"namespace": "lake", "name": "x"}],
    "outputs": [{"namespace": "lake", "name": "y"}],
}


@pytest.mark.parametrize(
    ("address", "body"),
    [
        (quoted("namespaces", "s3://a"), {"ownerName": "me", "description": "where"}),
        (quoted("namespaces", "s3://a"), {"ownerName": "me"}),
        (
            quoted("sources", "db/1"),
            {"type": "POSTGRESQL", "connectionUrl": "jdbc:x://h/1", "description": None},
        ),
        (
            DATASET,
            TABLE
            | {
                "description": "d",
                "fields": [{"name": "c", "type": "INT", "tags": ["PII"], "description": "e"}],
                "tags": ["gold"],
            },
        ),
        (DATASET, TABLE | {"type": "STREAM", "schemaLocation": "http://r/1", "fields": []}),
        (JOB, BATCH | {"location": "https://git.example/x", "description": "d"}),
        (JOB, BATCH | {"type": "STREAM", "context": {"sql": "select 1", "k": ""}}),
        (JOB, BATCH | {"type": "SERVICE", "inputs": [], "outputs": []}),
    ],
)
def test_it_gives_what_was_put(marquez: Ask, address: str, body: dict[str, Any]) -> None:
    marquez("put", quoted("namespaces", "jobs"), {"ownerName": "me"})

    put = marquez("put", address, body)
    again = marquez("put", address, body)
    got = marquez("get", address)

    assert {name: got[name] for name in body} == body
    assert {**again, "updatedAt": 0, "facets": 0} == {**put, "updatedAt": 0, "facets": 0}
    assert got == again


def test_it_gives_the_last_that_was_put(marquez: Ask) -> None:
    first = TABLE | {"description": "d", "fields": [{"name": "c", "type": "INT"}]}
    marquez("put", DATASET, first)
    marquez("put", DATASET, TABLE)
    marquez("put", JOB, BATCH | {"description": "d", "location": "https://git.example/x"})
    marquez("put", JOB, BATCH | {"inputs": [{"namespace": "lake", "name": "z"}]})

    dataset, job = marquez("get", DATASET), marquez("get", JOB)

    assert (dataset["description"], dataset["fields"]) == (None, [])
    assert (job["description"], job["location"]) == (None, None)
    assert job["inputs"] == [{"namespace": "lake", "name": "z"}]


def test_it_keeps_tags_over_later_versions_and_tags(marquez: Ask) -> None:
    marquez("put", DATASET, TABLE | {"tags": ["one"], "fields": [{"name": "c", "tags": ["PII"]}]})
    marquez("post", f"{DATASET}/tags/two")
    marquez("post", f"{DATASET}/tags/two")
    marquez("post", f"{DATASET}/fields/other%2Ffield/tags/PII")
    written = {"namespace": "s3://lake", "name": "a/b", "facets": {}}
    receive_events(payload=run_event("COMPLETE", "02:00", run="r9", outputs=[written]))

    got = marquez("get", DATASET)

    assert got["tags"] == ["one", "two"]
    assert {one["name"]: one["tags"] for one in got["fields"]} == {
        "c": ["PII"],
        "other/field": ["PII"],
    }
    assert [one["name"] for one in marquez("get", "tags")["tags"]] == ["PII", "one", "two"]


def test_it_describes_tags(marquez: Ask) -> None:
    marquez("put", DATASET, TABLE | {"tags": ["gold"]})
    marquez("put", "tags/gold", {"description": "the best"})
    marquez("post", f"{DATASET}/tags/gold")

    assert marquez("get", "tags")["tags"] == [{"name": "gold", "description": "the best"}]


def test_it_runs_a_job_as_openlineage_would(marquez: Ask, contributor: User) -> None:
    marquez("put", JOB, BATCH)
    body = {"id": RUN, "nominalStartTime": "2026-10-01T00:00:00Z", "args": {"lr": "0.1"}}
    new = marquez("post", f"{JOB}/runs", body, status=201)
    started = marquez("post", f"jobs/runs/{RUN}/start?at=2026-10-01T02:00:00Z")
    done = marquez("post", f"jobs/runs/{RUN}/complete?at=2026-10-01T04:00:01.5%2B02:00")

    assert (new["id"], new["state"], new["args"]) == (RUN, "NEW", {"lr": "0.1"})
    assert new["nominalStartTime"] == "2026-10-01T00:00:00.000000Z"
    assert (started["state"], started["startedAt"]) == ("RUNNING", "2026-10-01T02:00:00.000000Z")
    assert (done["state"], done["durationMs"]) == ("COMPLETED", 1500)
    assert [one["name"] for one in done["inputVersions"]] == ["x"]
    assert [(one["name"], one["version"]) for one in done["outputVersions"]] == [("y", RUN)]
    assert marquez("get", f"jobs/runs/{RUN}") == done
    assert marquez("get", f"{JOB}/runs")["runs"] == [done]
    run = Artifact.objects.get(kind="run")
    assert set(run.upstream_edges.values_list("upstream__name", "role")) == {("x", "input")}
    assert {event.shape for event in OpenLineageEvent.objects.all()} == {"job", "run"}


@pytest.mark.parametrize(("call", "state"), [("fail", "FAILED"), ("abort", "ABORTED")])
def test_it_writes_nothing_for_a_run_that_did_not_complete(
    marquez: Ask, call: str, state: str
) -> None:
    marquez("put", JOB, BATCH)
    run = marquez("post", f"{JOB}/runs", {}, status=201)["id"]
    marquez("post", f"jobs/runs/{run}/start")

    ended = marquez("post", f"jobs/runs/{run}/{call}")

    assert (ended["state"], ended["outputVersions"]) == (state, [])


@pytest.mark.parametrize("dataset_first", [True, False])
def test_it_ties_a_version_to_the_run_that_wrote_it(marquez: Ask, dataset_first: bool) -> None:
    marquez("put", JOB, BATCH)
    if not dataset_first:
        marquez("post", f"{JOB}/runs", {"id": RUN}, status=201)
    marquez("put", DATASET, TABLE | {"runId": RUN})
    if dataset_first:
        marquez("post", f"{JOB}/runs", {"id": RUN}, status=201)

    version = marquez("get", f"{DATASET}/versions/{RUN}")

    assert version["createdByRun"]["id"] == RUN
    assert Edge.objects.get(downstream__name="a/b").upstream.version == RUN


def test_it_makes_the_same_graph_however_often_a_transition_is_sent(marquez: Ask) -> None:
    marquez("put", JOB, BATCH)
    marquez("post", f"{JOB}/runs", {"id": RUN}, status=201)
    marquez("post", f"jobs/runs/{RUN}/complete?at=2026-10-01T02:00:00Z")
    before = graph_hash()

    marquez("post", f"jobs/runs/{RUN}/complete?at=2026-10-01T02:00:00Z")

    assert graph_hash() == before


def test_it_masks_secrets_and_leaves_a_trace(marquez: Ask) -> None:
    url = "postgres://app:hunter2@db:5432/shop"
    for _ in range(2):
        marquez("put", "sources/db", {"type": "POSTGRESQL", "connectionUrl": url})

    assert marquez("get", "sources/db")["connectionUrl"] == "postgres://app:********@db:5432/shop"
    assert "hunter2" not in str(MarquezRecord.objects.get().told)
    entry = AuditEntry.objects.get(action="marquez.recorded")
    assert "hunter2" not in str(entry.details)
