"""Folders as neptune-exporter writes them: its columns, its names of files, values of our own."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from apps.graph.records import ArtifactRecord, EdgeRecord
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.neptune import connector
from tests.ingest.shared import of_path

read = of_path(connector.read)

PROJECT = "orchard/pies"
NINE = datetime(2025, 11, 20, 9, tzinfo=UTC)
SCHEMA = pa.schema(
    [
        ("project_id", pa.string()),
        ("run_id", pa.string()),
        ("attribute_path", pa.string()),
        ("attribute_type", pa.string()),
        ("step", pa.decimal128(18, 6)),
        ("timestamp", pa.timestamp("ms", tz="UTC")),
        ("int_value", pa.int64()),
        ("float_value", pa.float64()),
        ("string_value", pa.string()),
        ("bool_value", pa.bool_()),
        ("datetime_value", pa.timestamp("ms", tz="UTC")),
        ("string_set_value", pa.list_(pa.string())),
        ("file_value", pa.struct([("path", pa.string())])),
        (
            "histogram_value",
            pa.struct(
                [
                    ("type", pa.string()),
                    ("edges", pa.list_(pa.float64())),
                    ("values", pa.list_(pa.float64())),
                ]
            ),
        ),
    ]
)
TYPES = {bool: "bool", int: "int", float: "float", str: "string", datetime: "datetime"}


def sanitised(part: str) -> str:
    kept = "".join(one if one.isalnum() or one in "_-" else "_" for one in part)
    return f"{kept}-{hashlib.blake2b(part.encode(), digest_size=8).hexdigest()}"


def scalar(path: str, value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {
            "attribute_path": path,
            "attribute_type": "string_set",
            "string_set_value": value,
        }
    kind = TYPES[type(value)]
    return {"attribute_path": path, "attribute_type": kind, f"{kind}_value": value}


def points(path: str, values: list[tuple[int, float]]) -> list[dict[str, Any]]:
    return [
        {
            "attribute_path": path,
            "attribute_type": "float_series",
            "step": Decimal(step),
            "timestamp": NINE,
            "float_value": value,
        }
        for step, value in values
    ]


def file(path: str, where: str, kind: str = "file", step: int | None = None) -> dict[str, Any]:
    return {
        "attribute_path": path,
        "attribute_type": kind,
        "step": None if step is None else Decimal(step),
        "file_value": {"path": where},
    }


def write_part(
    root: Path, run: str, rows: list[dict[str, Any]], *, part: int = 0, scope: str = ""
) -> Path:
    """One Parquet file; several row groups when there are many rows."""
    folder = root / ("model_data" if scope else "data") / sanitised(PROJECT) / scope
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sanitised(run)}_part_{part}.parquet"
    whole = [{"project_id": PROJECT, "run_id": run} | row for row in rows]
    table = pa.Table.from_pylist(whole, schema=SCHEMA)
    pq.write_table(table, path, compression="snappy", row_group_size=1000)
    return path


def write_file(root: Path, where: str, content: bytes) -> str:
    path = root / "files" / sanitised(PROJECT) / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return where


def system(run: str, **values: Any) -> list[dict[str, Any]]:
    told = {"id": run, "creation_time": NINE, "failed": False} | values
    return [scalar(f"sys/{name}", value) for name, value in told.items()]


def write_export(root: Path) -> None:
    """Two runs, the second a fork of the first; a model and a version of it."""
    apples = b"apple,weight\n" + b"boskoop,180\n" * 20
    weights = b"weights of the apple pie " * 20
    listed = {
        "filePath": "apples.csv",
        "fileHash": hashlib.sha1(apples).hexdigest(),  # noqa: S324
        "type": "Local",
        "size": len(apples),
        "metadata": {"file_path": "file:///orchard/apples.csv"},
    }
    for run, parent in (("PIE-1", ""), ("PIE-2", "grandmother")):
        names = {"name": "apple-pie", "owner": "grandmother", "tags": ["apple", "autumn"]}
        rows = system(run, **names, custom_run_id=f"{'granddaughter' if parent else 'grandmother'}")
        rows += [scalar("sys/forking/parent", parent)] if parent else []
        rows += [
            scalar("parameters/sugar", 120),
            scalar("parameters/oven/heat", 180.5),
            scalar("parameters/seed", 7),
            scalar("test/taste", 0.9),
            scalar("source_code/git/commit_id", "0123456789abcdef" * 2 + "01234567"),
            scalar("source_code/git/remote", "git@Forge.example:orchard/pies.git"),
            scalar("source_code/git/dirty", False),
            scalar("environment/docker_image", "oven@sha256:" + "c0ffee00" * 8),
            scalar("model/uri", "models:/pie/2"),
            *points("valid/taste", [(1, 0.5), (2, 0.8), (3, 0.7)]),
        ]
        where = f"{PROJECT}/{run}"
        write_file(root, f"{where}/data/train/files_list.json", json.dumps([listed]).encode())
        write_file(root, f"{where}/model/pie", weights + run.encode())
        rows.append(file("data/train", f"{where}/data/train/files_list.json", "artifact"))
        rows.append(file("model/pie", f"{where}/model/pie"))
        write_part(root, run, rows)
    write_part(root, "PIE-MOD", system("PIE-MOD", name="pies"), scope="models")
    version = [scalar("sys/model_id", "PIE-MOD"), scalar("sys/stage", "production")]
    version += [scalar("run/id", "PIE-1"), scalar("validation/taste", 0.8)]
    write_part(root, "PIE-MOD-1", system("PIE-MOD-1") + version, scope="model_versions")


def artifacts(path: Path) -> dict[tuple[str, str, str], ArtifactRecord]:
    return {
        (one.kind, one.name, one.version): one
        for found in read(path)
        if found.batch is not None
        for one in found.batch.artifacts
    }


def edges(path: Path) -> set[tuple[str, str, str]]:
    found: set[EdgeRecord] = set()
    for reading in read(path):
        found.update(reading.batch.edges if reading.batch else ())
    return {(str(one.upstream), one.role, str(one.downstream)) for one in found}


def codes(readings: list[Reading]) -> list[str]:
    return [one.code for found in readings for one in found.refused]


def adaptations(path: Path) -> list[str]:
    return [one.code for found in read(path) for one in found.adapted]
