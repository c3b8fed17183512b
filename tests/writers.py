"""Several processes that use one database at once."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[1]
MIGRATE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", "accounts", verbosity=0)
call_command("migrate", "audit", verbosity=0)
"""


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
    finished(started(url, "-c", MIGRATE))
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


def finished_together(processes: list[subprocess.Popen[str]]) -> list[str]:
    """What each says after it printed `ready` and all were then let go at the same moment."""
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return [finished(process) for process in processes]
