"""Stores of ML Metadata for tests: the recorded one, changed copies, and what is read of one."""

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from apps.graph.records import ArtifactRecord, LineageBatch
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.mlmd import connector
from tests.ingest.shared import of_path

read = of_path(connector.read)

STORE = Path(__file__).parent / "payloads" / "mlmd" / "store.db"


def reading(path: Path = STORE) -> Reading:
    return joined(read(path.resolve()))


def joined(readings: Iterable[Reading]) -> Reading:
    """All that was read, as if it had been read at once."""
    found = list(readings)
    batches = [one.batch for one in found if one.batch is not None]
    return Reading(
        batch=LineageBatch(
            artifacts=tuple({one.key: one for b in batches for one in b.artifacts}.values()),
            edges=tuple(dict.fromkeys(one for b in batches for one in b.edges)),
            identifiers=tuple(dict.fromkeys(one for b in batches for one in b.identifiers)),
        ),
        adapted=tuple(dict.fromkeys(remark for one in found for remark in one.adapted)),
        refused=tuple(dict.fromkeys(remark for one in found for remark in one.refused)),
    )


def artifacts(found: Reading) -> dict[str, ArtifactRecord]:
    assert found.batch is not None
    return {f"{one.kind} {one.key}": one for one in found.batch.artifacts}


def edges(found: Reading) -> set[tuple[str, str, str]]:
    assert found.batch is not None
    return {(str(one.upstream), str(one.downstream), one.role) for one in found.batch.edges}


def into(found: Reading, name: str) -> set[tuple[str, str]]:
    return {(up, role) for up, down, role in edges(found) if down == name}


def changed(folder: Path, *statements: str) -> Path:
    """A copy of the recorded store, after the statements."""
    path = folder / "store.db"
    if not path.exists():
        shutil.copy(STORE, path)
        path.chmod(0o600)
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path
