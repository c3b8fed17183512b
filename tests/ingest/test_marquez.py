"""Importing from Marquez: from our own server of its API, and from one that keeps less."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from apps.accounts.services import create_token
from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import graph_hash
from apps.ingest.connectors.contract import Access, ConnectorError, Reading
from apps.ingest.connectors.marquez import connector
from apps.ingest.connectors.marquez.connector import EVENTS, read, readings
from apps.ingest.connectors.marquez.connector import test as try_server
from apps.ingest.models import ImportRun
from apps.ingest.services import import_path, receive_events
from apps.work.models import WorkState
from tests.ingest.events import DAY, dataset, run_event

RUN = "0190a5c0-0000-7000-8000-000000000001"
OLD, NEW = f"{DAY}02:00:00Z", f"{DAY}02:30:00Z"


class Marquez:
    """A server that answers as Marquez does; what it has is what it is given."""

    def __init__(self, **lists: list[dict[str, Any]]) -> None:
        self.lists = lists
        self.asked: list[Mapping[str, Any]] = []

    def get(self, path: str, params: Mapping[str, Any]) -> Any:
        self.asked.append(params)
        if path == EVENTS:
            after = datetime.fromisoformat(params["after"]).strftime("%Y-%m-%dT%H:%M:%SZ")
            rows = [one for one in self.lists.get("events", []) if one["eventTime"] >= after]
            name = "events"
        else:
            name = path.rpartition("/")[2]
            rows = self.lists.get(name, [])
        start = int(params["offset"])
        return {name: rows[start : start + int(params["limit"])], "totalCount": len(rows)}


def told(marquez: Marquez, **cursor: Any) -> list[Reading]:
    return list(readings(marquez.get, cursor))


def bodies(found: list[Reading]) -> list[dict[str, Any]]:
    return [event.body for one in found for event in one.events]


def import_told(found: list[Reading], patch: pytest.MonkeyPatch) -> ImportRun:
    """What an import of these readings comes to."""

    def reading(_access: Access) -> Iterator[Reading]:
        yield from found

    patch.setattr("apps.ingest.jobs.importing.connector_for", lambda _kind: reading)
    return import_path(kind="marquez", path="http://marquez.example")


@pytest.mark.django_db(transaction=True)
def test_it_imports_the_same_graph_from_ourselves(
    live_server: LiveServer, contributor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events of every shape, with names of every sort; read in pages of three."""
    base = {"eventTime": NEW, "producer": "test"}
    job = {"namespace": "jobs", "name": "design/ü"}
    ends = {"inputs": [dataset("orders")], "outputs": [dataset("a/b:c#d")]}
    receive_events(
        payload=[
            *(run_event("START", "01:00", run=f"r{n}", inputs=["orders"]) for n in range(5)),
            *(run_event("COMPLETE", "01:30", run=f"r{n}", outputs=["totals"]) for n in range(5)),
            run_event("START", "03:00", run="t", job="train", inputs=["totals"]),
            base | {"job": job} | ends,
            base | {"dataset": dataset("orders", "v2", documentation={"description": "d"})},
        ]
    )
    expected = graph_hash()
    _, secret = create_token(owner=contributor, name="m", scopes=["read"], actor=contributor)
    access = Access(where=f"{live_server.url}/marquez", secret=secret)
    monkeypatch.setattr(connector, "PAGE", 3)

    assert try_server(access) == "The server answers; it has 11 events of runs."
    found = list(read(access))
    call_command("flush", interactive=False, verbosity=0)
    assert not Artifact.objects.exists()
    first, second = (import_told(found, monkeypatch) for _ in range(2))

    assert (first.state, first.refused) == (WorkState.COMPLETE, {})
    assert graph_hash() == expected
    assert second.revision is None


@pytest.mark.django_db(transaction=True)
def test_it_says_what_a_wrong_key_or_address_is(live_server: LiveServer) -> None:
    for access, words in (
        (Access(where=f"{live_server.url}/marquez", secret="nonsense"), "credentials"),
        (Access(where=f"{live_server.url}/elsewhere"), "elsewhere"),
    ):
        with pytest.raises(ConnectorError, match=words):
            list(read(access))


def test_it_goes_on_where_it_left_off_and_a_day_before() -> None:
    marquez = Marquez(events=[run_event("START", "01:00"), run_event("COMPLETE", "02:00")])

    *_, last, _end = told(marquez)
    told(marquez, **(last.cursor or {}))

    assert last.cursor == {"after": datetime(2026, 10, 1, 2, tzinfo=UTC).isoformat()}
    asked = [one["after"][:10] for one in marquez.asked if "after" in one]
    assert asked == ["1970-01-01", "2026-09-30"]


@pytest.mark.parametrize("page", [1, 2, 3, 7, 20])
def test_it_reads_every_event_whatever_the_page(page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector, "PAGE", page)
    clocks = ["01:00", "01:00", "01:00", "01:00", "02:00", "03:00", "03:00"]
    events = [run_event("START", clock, run=f"r{n}") for n, clock in enumerate(clocks)]

    found = bodies(told(Marquez(events=events)))

    assert {one["run"]["runId"] for one in found} == {f"r{n}" for n in range(7)}


def test_it_stops_where_a_server_does_not_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector, "PAGE", 1)

    with pytest.raises(ConnectorError, match="same page"):
        for _ in readings(lambda *_: {"events": [run_event("START", "01:00")]}, {}):
            pass


@pytest.mark.parametrize("answer", [[], {}, None, "x", {"events": {}}, {"events": None}])
def test_it_says_that_something_is_not_marquez(answer: Any) -> None:
    with pytest.raises(ConnectorError, match="is this Marquez"):
        list(readings(lambda *_: answer, {}))


def test_it_refuses_an_event_by_itself() -> None:
    marquez = Marquez(events=[{"eventTime": OLD}, run_event("START", "02:00")])

    found = told(marquez)

    assert [remark.code for one in found for remark in one.refused] == ["not_an_event"]
    assert len(bodies(found)) == 1


TAGGED = {
    "namespace": "s3://lake",
    "name": "a/b",
    "type": "DB_TABLE",
    "updatedAt": NEW,
    "lastModifiedAt": OLD,
    "tags": ["gold"],
    "fields": [{"name": "c", "type": "INT", "tags": ["PII"]}],
    "facets": {"ownership": {"owners": [{"name": "ann"}]}},
}
WRITTEN = TAGGED | {"name": "plain", "tags": [], "fields": []}
RAN = {
    "namespace": "jobs",
    "name": "train",
    "type": "BATCH",
    "updatedAt": NEW,
    "inputs": [],
    "outputs": [],
    "description": "learns",
    "latestRun": {"id": RUN},
}
DESIGNED = RAN | {
    "name": "plan",
    "latestRun": None,
    "inputs": [{"namespace": "s3://lake", "name": "a/b"}],
    "outputs": [{"namespace": "s3://lake", "name": "plain"}],
}
VERSION = "5a0d6c4e-1b9b-4a57-9a9b-5f8f7c1f0d11"
RUN_TOLD = {
    "id": RUN,
    "state": "COMPLETED",
    "createdAt": OLD,
    "startedAt": OLD,
    "endedAt": NEW,
    "args": {"lr": "0.1"},
    "facets": {},
    "inputVersions": [{"namespace": "s3://lake", "name": "a/b", "version": VERSION}],
    "outputDatasetVersions": [
        {"datasetVersionId": {"namespace": "s3://lake", "name": "plain", "version": VERSION}}
    ],
}
SPACES = [{"name": "s3://lake"}]
LISTS: dict[str, list[dict[str, Any]]] = {
    "namespaces": SPACES,
    "datasets": [TAGGED, WRITTEN],
    "jobs": [RAN, DESIGNED],
    "runs": [RUN_TOLD],
}


@pytest.mark.django_db
def test_it_takes_from_the_lists_what_events_do_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(Marquez(events=[run_event("START", "01:00", run=RUN)], **LISTS))

    import_told(found, monkeypatch)

    assert Artifact.objects.get(name="a/b").tags == ["PII", "gold"]
    assert Artifact.objects.get(name="a/b").owner == "ann"
    edge = Edge.objects.get(role="derived")
    assert (edge.upstream.name, edge.downstream.name) == ("a/b", "plain")
    assert not Artifact.objects.get(name="plain").facets


@pytest.mark.django_db
def test_it_takes_everything_from_the_lists_where_there_are_no_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marquez = Marquez(**LISTS)
    first = import_told(told(marquez), monkeypatch)
    before = graph_hash()
    second = import_told(told(marquez), monkeypatch)

    run = Artifact.objects.get(kind="run")
    assert (run.version, run.facets["run"]["state"]) == (RUN, "completed")
    assert run.facets["run"]["parameters"] == {"lr": "0.1"}
    assert run.description == "learns"
    ends = Edge.objects.exclude(role="derived").values_list(
        "role", "upstream__version", "downstream__version"
    )
    assert set(ends) == {("input", VERSION, RUN), ("output", RUN, VERSION)}
    assert (first.refused, second.revision, graph_hash()) == ({}, None, before)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("namespaces", {}),
        ("datasets", {"name": "x"}),
        ("datasets", WRITTEN | {"fields": [{"name": "c", "tags": 7}]}),
        ("datasets", WRITTEN | {"updatedAt": "soon"}),
        ("jobs", DESIGNED | {"inputs": ["a"]}),
        ("jobs", DESIGNED | {"namespace": 7}),
        ("runs", RUN_TOLD | {"inputVersions": [{}]}),
        ("runs", RUN_TOLD | {"id": "a\x00b"}),
        ("runs", RUN_TOLD | {"facets": "none"}),
    ],
)
def test_it_refuses_what_is_not_as_described_and_reads_on(
    name: str, broken: dict[str, Any]
) -> None:
    whole = bodies(told(Marquez(**LISTS)))

    found = told(Marquez(**{**LISTS, name: [broken, *LISTS[name]]}))

    assert [remark.code for one in found for remark in one.refused] == ["not_as_described"]
    assert bodies(found) == whole
