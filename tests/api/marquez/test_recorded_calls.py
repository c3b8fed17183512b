"""What marquez-python 0.50.0 really sends, recorded from all of its methods."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.models import User
from apps.catalog.models import Artifact, Edge
from apps.ingest.services import receive_events
from tests.api.conftest import Script, raw

CALLS = [
    json.loads(line)
    for line in (Path(__file__).parent / "recorded/marquez_python_0.50.0.jsonl")
    .read_text()
    .splitlines()
]
SPACE, FEATURES = "postgres://db.example:5432", "shop.public.features/v2 ü"
# The run that the client started without an id of its own.
STARTED = "b3f105e0-78fa-451c-afbe-53cfdc68bcb3"
RUN, VERSION = "01a1f640-bc00-7956-935a-e832d91bf285", "5a0d6c4e-1b9b-4a57-9a9b-5f8f7c1f0d11"


def replay(script: Script, owner: User, *, prefix: str, as_sent: bool) -> list[tuple[int, Any]]:
    client = script(owner)
    answers: list[tuple[int, Any]] = []
    started = ""
    for call in CALLS:
        body = json.dumps(call["body"]).encode() if "body" in call else b""
        path = prefix + call["path"].replace(STARTED, started)
        if as_sent:
            client.defaults["RAW_URI"] = path
        answer = raw(client, call["method"], path, body)
        answers.append((answer.status_code, answer.json()))
        if answer.status_code == 201:
            started = answer.json()["id"]
    return answers


@pytest.mark.parametrize("prefix", ["/marquez", ""])
@pytest.mark.parametrize("as_sent", [True, False])
def test_it_answers_every_call_of_the_client(
    contributor: User, script: Script, prefix: str, as_sent: bool
) -> None:
    """The client asks for one version that it did not record: so it is told of before."""
    told = {"version": {"datasetVersion": VERSION}}
    event = {"eventTime": "2026-10-01T00:00:00Z", "producer": "test"}
    receive_events(
        payload=event | {"dataset": {"namespace": SPACE, "name": FEATURES, "facets": told}}
    )

    answers = replay(script, contributor, prefix=prefix, as_sent=as_sent)

    # At /api/v1 sources are those from which this product imports.
    ours = ("/api/v1/sources",) if not prefix else ()
    statuses = {
        status
        for call, (status, _) in zip(CALLS, answers, strict=True)
        if not call["path"].startswith(ours)
    }
    assert statuses == {200, 201}


def test_it_leaves_our_own_sources_alone(contributor: User, script: Script) -> None:
    client = script(contributor)
    body = {"type": "POSTGRESQL", "connectionUrl": "jdbc:x"}

    put = client.put("/api/v1/sources/shop-db", body, format="json")

    assert (put.status_code, put.json()["error"]) == (404, "not_found")
    assert "results" in client.get("/api/v1/sources").json()


def test_it_knows_no_version_that_nobody_recorded(contributor: User, script: Script) -> None:
    answers = replay(script, contributor, prefix="/marquez", as_sent=True)

    told = zip(CALLS, answers, strict=True)
    refused = [call["path"] for call, (status, _) in told if status == 404]
    assert len(refused) == 2
    assert all(VERSION in path for path in refused)


def test_it_makes_the_graph_that_openlineage_would(contributor: User, script: Script) -> None:
    replay(script, contributor, prefix="/marquez", as_sent=True)

    # The script has the run completed before it was begun: that makes two attempts of it.
    attempts = Artifact.objects.filter(kind="run", version__startswith=RUN)
    assert {(one.namespace, one.name) for one in attempts} == {(SPACE, "churn_model.train")}
    assert {"k": "v"} in [one.facets["run"].get("parameters") for one in attempts]
    links = Edge.objects.filter(retracted_in=None).values_list(
        "upstream__name", "downstream__name", "role"
    )
    assert {("a", "churn_model.train", "input"), ("churn_model.train", "b", "output")} <= set(links)
    assert ("churn_model.train", FEATURES, "output") in set(links)
    assert ("a", "b", "derived") in set(links)
