"""POST /api/v1/lineage, answered as clients of OpenLineage expect."""

import json
from typing import Any

import pytest
from django.db import OperationalError

from apps.accounts.models import User
from apps.api import lineage
from apps.catalog.models import Artifact
from apps.ingest.models import OpenLineageEvent
from tests.api.conftest import Script, raw


def event(**fields: Any) -> dict[str, Any]:
    return {
        "eventTime": "2026-10-01T02:00:00Z",
        "eventType": "COMPLETE",
        "producer": "feast",
        "run": {"runId": "0190a5c0-0000-7000-8000-000000000001"},
        "job": {"namespace": "shop", "name": "bake"},
        "outputs": [{"namespace": "shop", "name": "bread"}],
        **fields,
    }


@pytest.mark.parametrize("address", ["/api/v1/lineage", "/api/v1/lineage/"])
@pytest.mark.parametrize("body", [event(), [event()], []])
def test_it_answers_201_without_a_body(
    contributor: User, script: Script, address: str, body: Any
) -> None:
    answer = script(contributor).post(address, body)

    assert (answer.status_code, answer.content) == (201, b"")
    assert Artifact.objects.filter(kind="run").exists() == bool(body)


def test_it_names_the_event_that_can_never_be_taken_in(contributor: User, script: Script) -> None:
    poison = event(run={"runId": "a\0b"})

    answer = script(contributor).post("/api/v1/lineage", [event(), poison])

    assert (answer.status_code, answer.json()["path"]) == (400, "$[1].run.runId")
    assert not OpenLineageEvent.objects.exists()


def test_it_takes_bare_nan_which_producers_send(contributor: User, script: Script) -> None:
    facet = {"facets": {"quality": {"score": float("nan")}}}
    body = json.dumps(event(outputs=[{"namespace": "shop", "name": "bread", **facet}])).encode()

    answer = raw(script(contributor), "POST", "/api/v1/lineage", body)

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "body", [b"", b"{", b"7", b'"x"', b"[[]]", b"[" * 100_000, b'{"run": {"runId": "\\ud800"}}']
)
def test_it_refuses_hostile_bodies(contributor: User, script: Script, body: bytes) -> None:
    answer = raw(script(contributor), "POST", "/api/v1/lineage", body)

    assert answer.status_code == 400
    assert answer.json()["path"].startswith("$")


def test_it_asks_to_send_again_when_the_database_is_busy(
    contributor: User, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = script(contributor)

    def locked(**_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(lineage, "receive_events", locked)
    answer = client.post("/api/v1/lineage", event())

    assert (answer.status_code, answer.json()["error"]) == (503, "busy")
    assert int(answer["Retry-After"]) > 0
