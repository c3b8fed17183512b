"""Databases of their own for tests that start other processes."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def fresh_database(tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database of the kind under test; dropped afterwards."""
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine.endswith("sqlite3"):
        url = f"sqlite:///{tmp_path / 'lineage.sqlite3'}"
        migrate(url)
        yield url
        return
    with postgres_database() as url:
        migrate(url)
        yield url


@contextmanager
def postgres_database() -> Iterator[str]:
    """A new database beside the one under test."""
    given = settings.DATABASES["default"]
    name = f"lineage_{uuid.uuid4().hex[:12]}"
    server = {
        "host": given["HOST"] or None,
        "port": given["PORT"] or None,
        "user": given["USER"] or None,
        "password": given["PASSWORD"] or None,
    }
    where = psycopg.conninfo.make_conninfo("", **{k: v for k, v in server.items() if v})
    with psycopg.connect(where, dbname="postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{name}"
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def migrate(url: str) -> None:
    run_python(url, "manage.py", "migrate", "--verbosity", "0")


def run_python(url: str, *arguments: str, timeout: float = 120) -> str:
    """Run Python in the project on that database; its standard output. Raises if it fails."""
    done = start_python(url, *arguments)
    try:
        output, errors = done.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        done.kill()
        raise
    assert done.returncode == 0, errors
    return output


def start_python(url: str, *arguments: str) -> subprocess.Popen[str]:
    """Start Python in the project on that database."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
