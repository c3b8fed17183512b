"""Imports in real processes, killed: what is resumed ends as if nothing had happened.

RESUME_ROUNDS says how often each kind is killed (default 2).
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from apps.ingest.connectors import KINDS
from tests.databases import ROOT, fresh_database
from tests.ingest.shared import STORES
from tests.processes import until

pytestmark = pytest.mark.processes

ROUNDS = int(os.environ.get("RESUME_ROUNDS", "2"))
LEASE_SECONDS = 0.3
PAYLOADS = Path(__file__).parent / "payloads"
REAL = {
    "deployments": STORES / "deployments",
    "huggingface": STORES / "huggingface",
    "kubeflow": STORES / "kfp",
    "mlflow": STORES / "mlflow" / "sqlite",
    "mlmd": STORES / "mlmd" / "mlmd-api.db",
    "neptune": STORES / "neptune" / "exporter",
    "wandb": STORES / "wandb" / "offline",
}
# What is recorded of MLflow is what a store is made of.
TOLD = [
    (kind, path)
    for kind in sorted(KINDS.keys() - {"mlflow"})
    for path in sorted((PAYLOADS / kind).iterdir())
]
TOLD += [(kind, path) for kind, path in REAL.items() if path.exists()]


class Importer:
    """Forks that import in empty databases, each a copy of one that was migrated once."""

    def __init__(self, url: str, directory: Path) -> None:
        self.url, self.directory = url, directory
        self.name = url.removeprefix("sqlite:///") if "sqlite" in url else url.rpartition("/")[2]
        self.copies: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ingest.importer"],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": url,
                "CELERY_BROKER_URL": "redis://127.0.0.1:9/0",
                "SOURCE_ROOTS": f"{PAYLOADS},{STORES},{directory}",
                "WORK_LEASE_SECONDS": str(LEASE_SECONDS),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, command: str, database: str, **arguments: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps([command, database, arguments]), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def empty(self) -> str:
        """The name of a database with nothing in it."""
        self.drop()
        copy = f"{self.name}_{random.getrandbits(40):x}"
        if "sqlite" in self.url:
            shutil.copyfile(self.name, copy)
        else:
            self._admin("CREATE DATABASE {} TEMPLATE {}", copy, self.name)
        self.copies.append(copy)
        return copy

    def drop(self) -> None:
        while self.copies:
            copy = self.copies.pop()
            if "sqlite" in self.url:
                for path in Path(copy).parent.glob(f"{Path(copy).name}*"):
                    path.unlink(missing_ok=True)
            else:
                self._admin("DROP DATABASE {} WITH (FORCE)", copy)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.drop()

    def _admin(self, statement: str, *names: str) -> None:
        where = f"{self.url.rpartition('/')[0]}/postgres"
        with psycopg.connect(where, autocommit=True) as admin:
            admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="module")
def importer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Importer]:
    directory = tmp_path_factory.mktemp("imports")
    with fresh_database(directory) as url:
        importer = Importer(url, directory)
        try:
            yield importer
        finally:
            importer.close()


def imported(importer: Importer, database: str, kind: str, where: Path) -> tuple[int, int]:
    """Import it whole; the import's id, and how many statements it took."""
    run = importer.tell("order", database, kind=kind, where=str(where))
    outcome = importer.tell("perform", database, import_id=run)
    assert outcome["done"], importer.tell("found", database, import_id=run)
    return run, outcome["statements"]


def resumed(importer: Importer, database: str, run: int) -> dict[str, Any]:
    """Claim it again as soon as the lease has run out, and bring it to its end."""

    def done() -> bool:
        if importer.tell("perform", database, import_id=run)["done"]:
            return True
        # A kill meant for later than its end has let it come to it.
        return bool(importer.tell("found", database, import_id=run)["state"] == "complete")

    until(done, seconds=60, what=f"import {run} is complete")
    found: dict[str, Any] = importer.tell("found", database, import_id=run)
    return found


def whole(found: dict[str, Any]) -> None:
    """Sure that the import has counted all that is in the graph, and no more."""
    written = found["written"]
    assert found["newest"] == found["revision"]
    assert found["artifacts"] == written.get("artifacts_added", 0)
    assert found["edges"] == written.get("edges_added", 0)
    assert found["events"] == written.get("events_accepted", 0)


@pytest.mark.parametrize(("kind", "path"), TOLD, ids=lambda told: getattr(told, "name", told))
def test_it_ends_as_if_it_had_not_been_killed(importer: Importer, kind: str, path: Path) -> None:
    database = importer.empty()
    run, statements = imported(importer, database, kind, path)
    clean = importer.tell("found", database, import_id=run)
    whole(clean)
    for _ in range(ROUNDS):
        at = random.randint(1, statements)  # noqa: S311
        database = importer.empty()
        run = importer.tell("order", database, kind=kind, where=str(path))
        assert importer.tell("perform", database, import_id=run, kill_at=at) == -9, at
        whole(importer.tell("found", database, import_id=run))
        found = resumed(importer, database, run)
        whole(found)
        assert (found["hash"], found["state"]) == (clean["hash"], "complete"), at
        # What it told is counted once, however often it was told.
        if not clean["cursor"]:
            assert found["told"][2:] == clean["told"][2:], at
        again, _ = imported(importer, database, kind, path)
        after = importer.tell("found", database, import_id=again)
        assert (after["hash"], after["newest"]) == (clean["hash"], found["newest"]), at
        assert after["revision"] is None


@pytest.fixture
def lab(importer: Importer) -> Path:
    """A place with units and a cursor, of which the second reading will miss some."""
    path = importer.directory / "lab.txt"
    path.write_text("\n".join(f"r{number:02}" for number in range(12)), encoding="utf-8")
    return path


def in_step(found: dict[str, Any]) -> None:
    """Sure that each unit is there with its run and its edge, and the cursor behind it."""
    assert [f"run/{one}" for one in found["runs"]] == found["units"]
    assert found["runs"] == found["ends"]
    assert found["cursor"].get("done", len(found["units"])) == len(found["units"])


def test_it_records_no_unit_by_half_and_skips_what_is_recorded(
    importer: Importer, lab: Path
) -> None:
    database = importer.empty()
    run, statements = imported(importer, database, "lab", lab)
    clean = importer.tell("found", database, import_id=run)
    skipped = 0
    for _ in range(ROUNDS * 3):
        database = importer.empty()
        run = importer.tell("order", database, kind="lab", where=str(lab))
        for _ in range(2):  # Killed, and killed again while it goes on.
            at = random.randint(1, statements)  # noqa: S311
            importer.tell("perform", database, import_id=run, kill_at=at)
            in_step(importer.tell("found", database, import_id=run))
            time.sleep(LEASE_SECONDS)
        found = resumed(importer, database, run)
        in_step(found)
        assert (found["hash"], len(found["units"])) == (clean["hash"], 12)
        skipped += found["told"][1]
    assert skipped, "no kill landed behind a cursor"


def test_it_finds_what_is_gone_though_it_was_killed(importer: Importer, lab: Path) -> None:
    names = lab.read_text(encoding="utf-8").split()
    hashes = set()
    for kill in range(ROUNDS + 1):
        lab.write_text("\n".join(names), encoding="utf-8")
        database = importer.empty()
        imported(importer, database, "lab", lab)
        lab.write_text("\n".join(names[3:]), encoding="utf-8")
        run = importer.tell("order", database, kind="lab", where=str(lab))
        if kill:
            at = random.randint(1, 150)  # noqa: S311
            importer.tell("perform", database, import_id=run, kill_at=at)
        found = resumed(importer, database, run) if kill else None
        if found is None:
            importer.tell("perform", database, import_id=run)
            found = importer.tell("found", database, import_id=run)
        assert found["written"]["deleted_at_source"] == 3
        hashes.add(found["state"])
    assert hashes == {"complete"}


def test_it_goes_on_in_the_next_import_after_a_stop(importer: Importer, lab: Path) -> None:
    database = importer.empty()
    run, statements = imported(importer, database, "lab", lab)
    clean = importer.tell("found", database, import_id=run)
    database = importer.empty()
    run = importer.tell("order", database, kind="lab", where=str(lab))
    assert importer.tell("perform", database, import_id=run, kill_at=statements // 2) == -9
    assert importer.tell("stop", database, import_id=run) == "failed"
    assert not importer.tell("perform", database, import_id=run)["done"]
    following, _ = imported(importer, database, "lab", lab)
    found = importer.tell("found", database, import_id=following)
    in_step(found)
    assert found["hash"] == clean["hash"]
    assert 0 < found["told"][1] < len(found["units"])
