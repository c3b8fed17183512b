"""What facets say of artifacts."""

from typing import Any

import pytest

from apps.catalog.models import Artifact, Edge, Identifier
from apps.ingest.openlineage.envelope import read_event
from apps.ingest.openlineage.mapping import statements
from apps.ingest.openlineage.naming import repository_url
from apps.ingest.services import receive_events
from tests.ingest.events import dataset, run_event


def receive(*events: dict[str, Any]) -> None:
    receive_events(payload=list(events))


@pytest.mark.django_db
def test_it_fills_the_fields_of_a_dataset() -> None:
    facets = {
        "documentation": {"description": "Churned customers"},
        "ownership": {"owners": [{"type": "X"}, {"name": "team:growth"}, {"name": "anna"}]},
        "dataSource": {"name": "lake", "uri": "s3://lake"},
        "tags": {"tags": [{"key": "pii", "value": "true"}, {"key": "tier", "value": "gold"}]},
        "schema": {"_producer": "p", "_schemaURL": "u", "fields": [{"name": "a"}, {"name": "b"}]},
        "never.seen-before": {"kept": True},
    }
    written = dataset("x", "v1", **facets) | {
        "outputFacets": {"outputStatistics": {"rowCount": 5, "size": 40}}
    }
    receive(run_event("COMPLETE", "02:00", outputs=[written]))
    found = Artifact.objects.get(name="x")
    assert (found.description, found.owner, found.uri) == (
        "Churned customers",
        "team:growth",
        "s3://lake",
    )
    assert found.tags == ["pii", "tier=gold"]
    assert found.facets["dataset"] == {"rows": 5, "size_bytes": 40, "columns": 2}
    assert found.facets["schema"] == {"fields": [{"name": "a"}, {"name": "b"}]}
    assert found.facets["never.seen-before"] == {"kept": True}


@pytest.mark.django_db
def test_it_keeps_the_latest_instance_of_a_facet_whole() -> None:
    receive(
        run_event("COMPLETE", "03:00", outputs=[dataset("x", "v", custom={"b": 2})]),
        run_event("START", "01:00", outputs=[dataset("x", "v", custom={"a": 1})]),
    )
    assert Artifact.objects.get(name="x").facets["custom"] == {"b": 2}


@pytest.mark.django_db
@pytest.mark.parametrize("latest_first", [False, True])
def test_it_removes_what_is_deleted(latest_first: bool) -> None:
    said = {"custom": {"a": 1}, "documentation": {"description": "Old"}}
    gone = {name: {"_deleted": True} for name in said}
    events = [
        run_event("START", "01:00", outputs=[dataset("x", "v", **said)], job_facets=said),
        run_event("COMPLETE", "03:00", outputs=[dataset("x", "v", **gone)], job_facets=gone),
    ]
    for event in reversed(events) if latest_first else events:
        receive(event)
    found, run = Artifact.objects.get(name="x"), Artifact.objects.get(kind="run")
    assert (found.facets.keys(), found.description) == ({"version"}, "")
    assert (run.facets.keys(), run.description) == ({"run"}, "")


@pytest.mark.django_db
def test_it_has_a_facet_again_that_is_stated_after_it_was_deleted() -> None:
    deleted = dataset("x", "v", custom={"_deleted": True})
    receive(
        run_event("COMPLETE", "04:00", outputs=[dataset("x", "v", custom={"a": 2})]),
        run_event("RUNNING", "03:00", outputs=[deleted]),
        run_event("START", "01:00", outputs=[dataset("x", "v", custom={"a": 1})]),
    )
    assert Artifact.objects.get(name="x").facets["custom"] == {"a": 2}


@pytest.mark.django_db
def test_it_names_the_code_at_its_commit() -> None:
    commit = "715479987ad7ca10da8553bf050489423b1ca5c4"
    location = {"repoUrl": "git@github.com:acme/churn.git", "version": commit, "branch": "main"}
    receive(run_event("START", "01:00", job_facets={"sourceCodeLocation": location}))
    edge = Edge.objects.get(role="code")
    assert (edge.upstream.kind, edge.upstream.namespace, edge.upstream.name) == (
        "code",
        "https://github.com/acme/churn",
        "churn",
    )
    assert edge.upstream.version == commit
    assert Identifier.objects.filter(scheme="git_commit", value=commit).exists()


@pytest.mark.django_db
def test_it_keeps_the_tags_of_a_run_and_of_its_job_apart() -> None:
    receive(
        run_event(
            "START",
            "01:00",
            run_facets={"tags": {"tags": [{"key": "v", "source": "OPENLINEAGE_CLIENT"}]}},
            job_facets={"tags": {"tags": [{"key": "team", "value": "growth"}]}},
        )
    )
    run = Artifact.objects.get(kind="run")
    assert run.tags == ["team=growth"]
    assert {"tags", "job_tags"} <= set(run.facets)


def hostile_facets() -> dict[str, Any]:
    return {
        "documentation": {"description": 5},
        "ownership": {"owners": "nobody"},
        "tags": {"tags": [{"key": "x\ny"}, {"key": "z" * 300}, {"value": "a"}, 3]},
        "dataSource": {"uri": "two\nlines"},
        "schema": {"fields": "none"},
        "dataset": {"rows": -1},
        "run": {"state": 5},
        "symlinks": {"identifiers": {"a": 1}},
        "sourceCodeLocation": {"repoUrl": "http://[broken", "version": 5},
        "executionParameters": {"parameters": {"a": 1}},
        "parent": {"run": [], "job": "x"},
        "outputStatistics": {"rowCount": 2**63, "size": "big"},
        "nothing": None,
    }


@pytest.mark.django_db
def test_it_survives_facets_of_the_wrong_shape() -> None:
    every = hostile_facets()
    event = run_event(
        "COMPLETE", "01:00", outputs=[dataset("x", **every)], run_facets=every, job_facets=every
    )
    received = receive_events(payload=event)
    assert received.refusals == ()
    found = Artifact.objects.get(name="x")
    assert found.facets["openlineage_dataset"] == {"rows": -1}
    assert "dataset" not in found.facets


def test_it_dates_what_an_event_says_by_the_event() -> None:
    event, _ = read_event(run_event("START", "01:00", inputs=["a"], outputs=["b"]))
    assert {getattr(one, "stated_at", None) for one in statements(event)} == {event.time}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://user:pw@GitHub.com/acme/churn.git/", "https://github.com/acme/churn"),
        ("ssh://git@github.com:22/acme/churn", "https://github.com/acme/churn"),
        ("https://git.example:8443/a/b/-/tree/main/x", "https://git.example:8443/a/b"),
        ("file:///srv/churn", "file:///srv/churn"),
        ("not a url", ""),
        (None, ""),
        ("https://a:notaport/x", ""),
    ],
)
def test_it_spells_one_repository_one_way(given: object, expected: str) -> None:
    assert repository_url(given) == expected
