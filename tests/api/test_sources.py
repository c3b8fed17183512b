"""Sources over REST, from being added to being retired."""

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from apps.accounts.models import User
from apps.ingest.connectors import KINDS, SourceKind
from apps.ingest.jobs import run_import
from apps.ingest.models import ImportRun, Source
from tests.api.conftest import Script, raw

SOURCES = "/api/v1/sources"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.SOURCE_ROOTS = [str(tmp_path)]
    artifact = {"namespace": "n", "kind": "dataset", "name": "a"}
    (tmp_path / "a.json").write_text(json.dumps({"artifacts": [artifact]}))
    return tmp_path


@pytest.fixture
def added(administrator: User, script: Script, folder: Path) -> Any:
    body = {"name": "lab", "kind": "batch", "where": str(folder), "every_minutes": 60}
    answer = script(administrator).post(SOURCES, body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_it_adds_a_source(added: Any) -> None:
    assert (added["name"], added["producer"], added["added_by"]) == ("lab", "batch/lab", "ada")
    assert (added["has_secret"], added["is_stale"], added["last_state"]) == (False, False, None)
    assert added["next_due_at"] is not None


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": "Lab 2"}, "$.name"),
        ({"name": "lab"}, "$.name"),
        ({"kind": "unheard-of"}, "$.kind"),
        ({"where": "/etc"}, "$.where"),
        ({"where": 1.5}, "$.where"),
        ({"every_minutes": 0}, "$.every_minutes"),
        ({"every_minutes": 10**30}, "$.every_minutes"),
        ({"namespaces": []}, "$.namespaces"),
        ({"namespaces": {"a": {}}}, "$.namespaces.a"),
        ({"secret": "x"}, "$.secret"),
        ({"secret_variable": "SECRET_KEY"}, "$.secret_variable"),
        ({"owner": "\ud800"}, "$.owner"),
        ({"cursor": {}}, "$.cursor"),
    ],
)
def test_it_refuses_bad_sources(
    administrator: User, script: Script, added: Any, fields: dict[str, Any], path: str
) -> None:
    body = {"name": "other", "kind": "batch", "where": added["where"], **fields}
    answer = raw(script(administrator), "POST", SOURCES, json.dumps(body).encode())
    assert (answer.status_code, answer.json()["path"]) == (400, path)
    assert Source.objects.count() == 1


def test_it_changes_only_what_was_said(added: Any, administrator: User, script: Script) -> None:
    client = script(administrator)
    changed = client.patch(f"{SOURCES}/{added['id']}", {"owner": "team"}).json()
    assert (changed["owner"], changed["every_minutes"]) == ("team", 60)
    paused = client.patch(
        f"{SOURCES}/{added['id']}", {"every_minutes": None, "is_paused": True}
    ).json()
    assert (paused["owner"], paused["next_due_at"], paused["is_paused"]) == ("team", None, True)


def test_it_never_shows_the_secret(
    administrator: User, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "lab", SourceKind("batch", "Lab", "a service", "A token"))
    client = script(administrator)
    body = {"name": "lab", "kind": "lab", "where": "http://127.0.0.1:9", "secret": "t0k3n-t0k3n"}
    made = client.post(SOURCES, body)
    listed = client.get(SOURCES)
    assert made.json()["has_secret"] is True
    assert b"t0k3n" not in made.content + listed.content
    changed = client.patch(f"{SOURCES}/{made.json()['id']}", {"secret": ""}).json()
    assert changed["has_secret"] is False


def test_it_imports_and_stops(added: Any, contributor: User, script: Script) -> None:
    client = script(contributor)
    ordered = client.post(f"{SOURCES}/{added['id']}/imports")
    assert (ordered.status_code, ordered.json()["state"]) == (202, "pending")
    again = client.post(f"{SOURCES}/{added['id']}/imports", {"everything": True})
    assert again.json()["id"] == ordered.json()["id"]
    stopped = client.post(f"/api/v1/imports/{ordered.json()['id']}/stop").json()
    assert (stopped["state"], stopped["error"]) == ("failed", "Stopped by carl.")
    third = client.post(f"{SOURCES}/{added['id']}/imports").json()
    run_import(import_id=third["id"])
    done = client.get(f"/api/v1/imports/{third['id']}").json()
    assert (done["state"], done["source"], done["kinds"]) == ("complete", "lab", {"dataset": 1})
    seen = client.get(f"{SOURCES}/{added['id']}").json()
    assert (seen["last_import"], seen["last_state"]) == (third["id"], "complete")
    assert seen["synced_at"] is not None
    assert client.get("/api/v1/imports?source=lab").json()["count"] == 2


def test_it_tests_the_connection(
    added: Any, administrator: User, script: Script, folder: Path
) -> None:
    client = script(administrator)
    found = client.post(f"{SOURCES}/{added['id']}/test")
    assert (found.status_code, "can be read" in found.json()["found"]) == (200, True)
    (folder / "empty").mkdir()
    trial = {"kind": "batch", "where": str(folder / "empty")}
    tried = client.post(f"{SOURCES}/test", trial)
    assert (tried.status_code, tried.json()["error"]) == (422, "cannot_read")
    assert client.post(f"{SOURCES}/test", {"kind": "x", "where": "y"}).status_code == 400
    assert ImportRun.objects.count() == 0


def test_it_retires(added: Any, administrator: User, script: Script) -> None:
    client = script(administrator)
    assert client.post(f"{SOURCES}/{added['id']}/retire").json()["retired_at"] is not None
    assert client.post(f"{SOURCES}/{added['id']}/imports").status_code == 400
    assert client.get(f"{SOURCES}?is_retired=false").json()["count"] == 0
    assert client.get(f"{SOURCES}?is_retired=true").json()["count"] == 1


def test_it_lists_with_a_constant_number_of_queries(
    added: Any,
    administrator: User,
    viewer: User,
    script: Script,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        body = {"name": f"lab-{number}", "kind": "batch", "where": added["where"]}
        script(administrator).post(SOURCES, body)
    client = script(viewer)
    with django_assert_num_queries(2):
        assert client.get(SOURCES).json()["count"] == 6
