"""The recorded SQLite store and folder of runs, written out, and what a reading of any tells."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from apps.graph.records import ArtifactKey, ArtifactRecord, EdgeRecord, IdentifierRecord
from apps.ingest.connectors.contract import Access, Reading, Remark
from apps.ingest.connectors.mlflow import connector
from tests.ingest.mlflow_server import PAYLOADS, recorded

# The folder on the machine that wrote the store, which is nowhere else.
WRITTEN_IN = "/tmp/mlf-work/file/store/mlruns"  # noqa: S108


def sqlite_store(folder: Path) -> Path:
    """`mlflow.db`, and beside it the files that a server keeps in `mlartifacts`."""
    path = folder / "mlflow.db"
    connection = sqlite3.connect(path)
    connection.executescript((PAYLOADS / "store.sql").read_text())
    connection.close()
    told = recorded()
    for owner, texts in told["texts"].items():
        models = "models/" if owner.startswith("m-") else ""
        for name, text in texts.items():
            file = folder / "mlartifacts" / "1" / f"{models}{owner}" / "artifacts" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    return path


def changed(store: Path, statement: str, *given: object) -> None:
    connection = sqlite3.connect(store)
    connection.execute(statement, given)
    connection.commit()
    connection.close()


def file_store(folder: Path) -> Path:
    root = folder / "mlruns"
    for name, text in json.loads((PAYLOADS / "mlruns.json").read_text()).items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


@dataclass
class Told:
    """Everything that readings say, together."""

    artifacts: dict[ArtifactKey, ArtifactRecord] = field(default_factory=dict)
    edges: set[EdgeRecord] = field(default_factory=set)
    identifiers: set[IdentifierRecord] = field(default_factory=set)
    # What each name that moves names.
    aliases: dict[str, str] = field(default_factory=dict)
    adapted: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    complete: list[str] = field(default_factory=list)
    cursor: dict[str, Any] = field(default_factory=dict)

    def steps(self) -> set[tuple[str, str, str]]:
        """As they are whatever the namespace: the names and versions of both ends."""
        return {(str(one.upstream), one.role, str(one.downstream)) for one in self.edges}

    def named(self, kind: str, name: str) -> ArtifactRecord:
        found = [one for key, one in self.artifacts.items() if (key.kind, key.name) == (kind, name)]
        assert len(found) == 1, [str(key) for key in self.artifacts if key.kind == kind]
        return found[0]

    def codes(self) -> set[str]:
        return {one.code for one in (*self.adapted, *self.refused)}


def told_by(readings: Iterable[Reading]) -> Told:
    told = Told()
    for one in readings:
        told.adapted += one.adapted
        told.refused += one.refused
        told.units += [one.unit] if one.unit else []
        told.present |= set(one.present)
        told.complete += [one.complete] if one.complete is not None else []
        told.cursor = dict(one.cursor) if one.cursor is not None else told.cursor
        if one.batch is not None:
            for record in one.batch.artifacts:
                told.artifacts[record.key] = record
            told.edges |= set(one.batch.edges)
            told.identifiers |= set(one.batch.identifiers)
            told.aliases |= {alias.value: str(alias.artifact) for alias in one.batch.aliases}
    return told


def told_of(where: str | Path, **access: Any) -> Told:
    return told_by(connector.read(Access(where=str(where), **access)))


def without_place(record: ArtifactRecord) -> dict[str, Any]:
    """A record without what only one way of reading can know: namespace, sizes and digests."""
    told: dict[str, Any] = msgspec.to_builtins(record)
    told["namespace"] = told["digest"] = ""
    for facet in ("mlflow", "mlflow_files"):
        told["facets"].get(facet, {}).pop("files", None)
    told["facets"].get("model", {}).pop("size_bytes", None)
    told["facets"].get("model", {}).pop("format", None)
    return told
