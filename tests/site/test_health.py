"""What a machine is told of the site's health."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from apps.catalog.models import Artifact, Revision
from apps.impact.models import Flag, Report
from lineage_site.celery import app as celery_app


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    # Port 1 of this machine refuses at once.
    monkeypatch.setattr(celery_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")


def test_it_is_alive_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "alive"}


@pytest.mark.django_db
@pytest.mark.usefixtures("no_broker")
def test_it_is_ready_without_a_broker_and_says_so(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "database": "reachable",
        "migrations": "applied",
        "broker": "unreachable",
        "oldest_pending_report_seconds": None,
    }
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.usefixtures("no_broker")
def test_it_tells_how_long_the_oldest_report_waits(client: Client) -> None:
    now = timezone.now()
    revision = Revision.objects.create(number=1, committed_at=now, producer="a test")
    artifact = Artifact.objects.create(kind="dataset", name="apples", added_in=revision)
    flag = Flag.objects.create(artifact=artifact, severity="low", reason="leakage", raised_at=now)
    for number, state, minutes in ((1, "complete", 9), (2, "pending", 2), (3, "pending", 1)):
        Report.objects.create(
            flag=flag,
            number=number,
            state=state,
            requested_at=now - timedelta(minutes=minutes),
            wake_at=now,
        )
    seconds = client.get("/readyz").json()["oldest_pending_report_seconds"]
    assert 120 <= seconds < 150


@pytest.mark.usefixtures("no_broker")
def test_it_is_not_ready_without_its_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_connection: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr("lineage_site.health.MigrationExecutor", unreachable)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "unreachable"
    assert "gone" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("no_broker")
def test_it_is_not_ready_before_its_migrations(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["one to apply"])
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "missing"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_takes_no_writes(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
