"""What the graph holds, as Marquez answers."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.ingest.selectors.marquez import graph
from apps.ingest.services import receive_events
from tests.api.conftest import Script
from tests.api.marquez.conftest import Ask
from tests.catalog.lineage import record
from tests.ingest.events import run_event

SUM = "namespaces/jobs/jobs/sum"
TOTALS = "namespaces/lake/datasets/totals"
pytestmark = pytest.mark.usefixtures("pipeline")


def ids(graph: list[dict[str, Any]]) -> set[str]:
    return {one["id"] for one in graph}


def test_it_lists_namespaces_datasets_and_jobs(marquez: Ask) -> None:
    spaces = marquez("get", "namespaces")["namespaces"]
    datasets = marquez("get", "namespaces/lake/datasets")
    jobs = marquez("get", "jobs")

    assert [(one["name"], one["ownerName"]) for one in spaces] == [
        ("jobs", "anonymous"),
        ("lake", "anonymous"),
    ]
    assert [one["name"] for one in datasets["datasets"]] == ["model", "orders", "totals"]
    assert datasets["totalCount"] == 3
    assert [one["name"] for one in jobs["jobs"]] == ["sum", "train"]
    assert marquez("get", "namespaces/jobs/jobs?limit=1&offset=1")["jobs"] == jobs["jobs"][1:]


def test_it_describes_a_dataset(marquez: Ask) -> None:
    totals = marquez("get", TOTALS)

    assert (totals["type"], totals["lastModifiedAt"]) == ("DB_TABLE", "2026-10-01T01:10:00.000000Z")
    assert [(one["name"], one["type"]) for one in totals["fields"]] == [
        ("id", "INT"),
        ("total", "FLOAT"),
    ]
    assert totals["columnLineage"][0]["inputFields"] == [
        {"namespace": "lake", "dataset": "orders", "field": "amount"}
    ]
    [version] = marquez("get", f"{TOTALS}/versions")["versions"]
    assert version["version"] == totals["currentVersion"]
    assert version["createdByRun"]["id"] == "s1"
    assert marquez("get", f"{TOTALS}/versions/{version['version']}") == version
    assert marquez("get", f"{TOTALS}/versions/s1") == version


def test_it_describes_a_job_and_its_runs(marquez: Ask) -> None:
    job, train = marquez("get", SUM), marquez("get", "namespaces/jobs/jobs/train")
    runs = marquez("get", "namespaces/jobs/jobs/train/runs")

    assert (job["description"], job["context"]) == ("adds up", {"sql": "select 1"})
    assert job["inputs"] == [{"namespace": "lake", "name": "orders"}]
    assert job["outputs"] == [{"namespace": "lake", "name": "totals"}]
    assert (job["latestRun"]["id"], job["latestRun"]["durationMs"]) == ("s1", 600_000)
    assert [(one["id"], one["state"]) for one in train["latestRuns"]] == [
        ("t2", "FAILED"),
        ("t1", "COMPLETED"),
    ]
    assert runs["runs"] == train["latestRuns"]
    assert marquez("get", "jobs/runs/t1") == runs["runs"][1]


def test_it_tells_facets_of_the_run_from_those_of_the_job(marquez: Ask) -> None:
    of_run, of_job = (marquez("get", f"jobs/runs/s1/facets?type={one}") for one in ("run", "JOB"))

    assert (of_run["runId"], of_run["facets"]) == ("s1", {})
    assert set(of_job["facets"]) == {"sql", "documentation"}


@pytest.mark.parametrize(
    ("start", "depth", "reached"),
    [
        ("dataset:lake:totals", 20, {"orders", "sum", "totals", "train", "model"}),
        ("dataset:lake:orders", 1, {"orders", "sum", "totals"}),
        ("job:jobs:sum", 0, {"sum"}),
        ("job:jobs:train", 20, {"orders", "sum", "totals", "train", "model"}),
    ],
)
def test_it_draws_lineage_both_ways(
    marquez: Ask, start: str, depth: int, reached: set[str]
) -> None:
    drawn = marquez("get", f"lineage?nodeId={start}&depth={depth}")["graph"]

    assert {one["data"]["name"] for one in drawn} == reached
    for one in drawn:
        assert all(link["destination"] == one["id"] for link in one["inEdges"])
        assert {end for link in one["outEdges"] for end in link.values()} <= ids(drawn)


def test_it_draws_what_jobs_declare_and_what_other_tools_say(marquez: Ask) -> None:
    base = {"eventTime": "2026-10-01T05:00:00Z", "producer": "test"}
    job = {"namespace": "jobs", "name": "design"}
    ends = {"inputs": [{"namespace": "lake", "name": "model"}]}
    ends["outputs"] = [{"namespace": "lake", "name": "scores"}]
    receive_events(payload=base | ends | {"job": job})
    record("run:bake@1 > model:pie@1 > deployment:pie-api")

    declared = marquez("get", "lineage?nodeId=dataset:lake:scores&depth=1")["graph"]
    baked = marquez("get", "search?q=pie")["results"]

    assert ids(declared) == {"dataset:lake:scores", "job:jobs:design", "dataset:lake:model"}
    assert [one["name"] for one in baked] == ["pie"]


def test_it_says_that_there_is_more(marquez: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "MAX_PLACES", 3)

    some = marquez("get", "lineage?nodeId=dataset:lake:orders")

    assert some["truncated"]
    assert ids(some["graph"]) == {
        *("dataset:lake:orders", "job:jobs:sum", "dataset:lake:totals"),
    }


def test_it_draws_lineage_of_columns(marquez: Ask) -> None:
    made, source = "datasetField:lake:totals:total", "datasetField:lake:orders:amount"
    for start, more in (
        ("dataset:lake:totals", ""),
        (made, ""),
        ("dataset:lake:totals%23s1", ""),
        ("job:jobs:sum", ""),
        (source, "&withDownstream=True"),
        ("dataset:lake:totals", "&withDownstream=True&depth=0"),
    ):
        drawn = marquez("get", f"column-lineage?nodeId={start}{more}")["graph"]

        assert ids(drawn) == {made, source}, start
    told = {one["id"]: one for one in drawn}
    assert told[made]["data"]["transformationType"] == "AGGREGATION"
    assert told[made]["inEdges"] == [{"origin": source, "destination": made}]
    assert told[source]["data"] is None
    assert marquez("get", f"column-lineage?nodeId={source}&withDownstream=False")["graph"] == []


def test_it_finds_by_a_part_of_a_name(marquez: Ask) -> None:
    found = marquez("get", "search?q=%25T%25")
    newest = marquez("get", "search?q=t&sort=updated_at&filter=job&namespace=jobs")

    assert found["totalCount"] == 2
    assert [(one["type"], one["nodeId"]) for one in found["results"]] == [
        ("DATASET", "dataset:lake:totals"),
        ("JOB", "job:jobs:train"),
    ]
    assert [one["name"] for one in newest["results"]] == ["train"]
    assert marquez("get", "search?q=nothing")["results"] == []


def test_it_serves_the_events_by_time(marquez: Ask) -> None:
    everything = marquez("get", "events/lineage?sortDirection=asc")
    some = marquez(
        "get", "events/lineage?after=2026-10-01T02:00:00Z&before=2026-10-01T03:00:00%2B00:00"
    )

    assert everything["totalCount"] == 6
    assert [one["eventTime"][11:16] for one in everything["events"]] == [
        *("01:00", "01:10", "02:00", "02:10", "03:00", "03:30")
    ]
    assert [one["eventType"] for one in some["events"]] == ["COMPLETE", "START"]
    assert some["totalCount"] == 2
    assert marquez("get", "events")["totalCount"] == 6
    assert marquez("get", "events/jobs?limit=2&offset=5")["events"] == everything["events"][:1]
    assert marquez("get", "events/elsewhere")["events"] == []


def test_it_is_read_at_our_own_address_too(contributor: User, script: Script) -> None:
    client = script(contributor)

    assert client.get("/api/v1/lineage?nodeId=job:jobs:sum").json() == (
        client.get("/marquez/api/v1/lineage?nodeId=job:jobs:sum").json()
    )
    assert client.post("/marquez/api/v1/lineage", [], format="json").status_code == 201


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("namespaces", 4),
        ("namespaces/lake/datasets", 8),
        ("namespaces/jobs/jobs", 11),
        ("jobs", 8),
        ("namespaces/jobs/jobs/train", 6),
        ("namespaces/jobs/jobs/train/runs", 5),
        ("namespaces/lake/datasets/totals/versions", 10),
        ("events/lineage", 2),
        ("events", 2),
        ("search?q=a", 3),
        ("tags", 1),
        ("sources", 1),
        ("lineage?nodeId=dataset:lake:orders&depth=1", 16),
        ("column-lineage?nodeId=dataset:lake:totals", 7),
    ],
)
def test_it_asks_as_often_however_much_there_is(
    contributor: User, script: Script, address: str, queries: int
) -> None:
    client = script(contributor)

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert ok(client, address)
        return len(seen)

    first = count()
    receive_events(payload=[one for n in range(8) for one in many(n)])

    # One query finds who is asking.
    assert (first - 1, count() - 1) == (queries, queries)


def ok(client: APIClient, address: str) -> bool:
    return bool(client.get(f"/marquez/api/v1/{address}").status_code == 200)


def many(n: int) -> list[dict[str, Any]]:
    """Runs of one job, runs of jobs of their own; each reads what others do."""
    return [
        run_event(
            kind,
            f"{at:02}:{10 + n}",
            run=f"x{n}",
            job=job,
            inputs=["orders", "totals"],
            outputs=[f"o{n}"],
        )
        for job in ("train", f"job{n}", "sum")
        for at, kind in ((4, "START"), (5, "COMPLETE"))
    ]
