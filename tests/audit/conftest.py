"""What only someone who owns the database can do, and databases for several processes at once."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from tests.conftest import audit_triggers

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tamper(db: None) -> Callable[..., None]:
    """Do to the audit log what only someone who owns the database can: `tamper(sql, params)`."""

    def done(sql: str, parameters: tuple[Any, ...] = ()) -> None:
        off, on = audit_triggers()
        with transaction.atomic(), connection.cursor() as cursor:
            # PostgreSQL alters no table that foreign keys are still to be checked for.
            connection.check_constraints()
            for statement in off:
                cursor.execute(statement)
            cursor.execute(sql, parameters)
            connection.check_constraints()
            for statement in on:
                cursor.execute(statement)

    return done


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty, migrated database that processes of their own can write to."""
    if request.param == "sqlite":
        yield migrated(f"sqlite:///{tmp_path / 'shared.sqlite3'}")
        return
    server = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432")
    name = f"audit_{uuid.uuid4().hex}"
    try:
        admin = psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=2)
    except psycopg.OperationalError as error:
        pytest.skip(f"No PostgreSQL to write to (TEST_POSTGRES_URL): {error}")
    with admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield migrated(f"{server}/{name}")
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrated(url: str) -> str:
    finished(started(url, "-m", "django", "migrate", "audit", "-v0"))
    return url


def started(url: str, *arguments: str) -> subprocess.Popen[str]:
    """Another Python with the site's settings, on the database at `url`."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "lineage_site.settings",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> str:
    """All that it says until its end, which is no failure."""
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    return output
