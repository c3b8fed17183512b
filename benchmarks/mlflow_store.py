"""A made-up MLflow SQLite store: the tables that MLflow 3.17 made, rows of so many runs.

Each run has ten parameters, eight tags, six metrics of which one has a history, a dataset and a
model; every hundredth has a long history, every tenth model is registered.
"""

import random
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

SCHEMA = Path(__file__).parent.parent / "tests/ingest/payloads/mlflow/store.sql"
BEGUN = 1_790_000_000_000
MINUTE = 60_000
DATASETS = 50
POINTS, MANY_POINTS = 50, 20_000
MODEL_READY = 2
Row = tuple[object, ...]


def write_store(folder: Path, runs: int) -> Path:
    """The path of the store. The same for the same number of runs."""
    path = folder / "mlflow.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        "\n".join(re.findall(r"^CREATE.*?^\);", SCHEMA.read_text(), re.S | re.M))
    )
    for table, found in _tables(runs):
        rows = iter(found)
        first = next(rows, None)
        if first is not None:
            marks = ", ".join("?" * len(first))
            names = f"({', '.join(COLUMNS[table])})"
            statement = f"insert into {table} {names} values ({marks})"  # noqa: S608
            connection.execute(statement, first)
            connection.executemany(statement, rows)
    for index in ("latest_metrics", "params", "tags"):
        connection.execute(f"create index of_{index} on {index} (run_uuid)")
    connection.execute("create index of_metrics on metrics (run_uuid, key, step)")
    connection.execute("create index of_inputs on inputs (destination_type, destination_id)")
    connection.commit()
    connection.close()
    return path


COLUMNS = {
    "alembic_version": ("version_num",),
    "experiments": ("experiment_id", "name", "lifecycle_stage", "workspace"),
    "runs": (
        *("run_uuid", "name", "status", "lifecycle_stage", "start_time", "end_time"),
        *("experiment_id", "user_id", "artifact_uri"),
    ),
    "params": ("run_uuid", "key", "value"),
    "tags": ("run_uuid", "key", "value"),
    "latest_metrics": ("run_uuid", "key", "value", "step", "timestamp", "is_nan"),
    "metrics": ("run_uuid", "key", "value", "step", "timestamp", "is_nan"),
    "datasets": (
        *("dataset_uuid", "experiment_id", "name", "digest", "dataset_source_type"),
        *("dataset_source", "dataset_schema", "dataset_profile"),
    ),
    "inputs": ("input_uuid", "source_type", "source_id", "destination_type", "destination_id"),
    "input_tags": ("input_uuid", "name", "value"),
    "logged_models": (
        *("model_id", "experiment_id", "name", "artifact_location", "creation_timestamp_ms"),
        *("last_updated_timestamp_ms", "status", "lifecycle_stage", "source_run_id"),
    ),
    "logged_model_tags": ("model_id", "experiment_id", "tag_key", "tag_value"),
    "registered_models": ("name", "workspace"),
    "model_versions": (
        *("name", "version", "creation_time", "last_updated_time", "current_stage"),
        *("source", "status", "workspace"),
    ),
}


def _tables(runs: int) -> Iterator[tuple[str, Iterator[Row]]]:
    ids = [
        random.Random(number).getrandbits(128).to_bytes(16, "big").hex() for number in range(runs)
    ]
    times = [BEGUN + number * MINUTE for number in range(runs)]
    every = list(zip(ids, times, strict=True))
    schema = '{"mlflow_colspec": [{"type": "double", "name": "tenure", "required": true}]}'
    yield "alembic_version", iter([("dc11669786a5",)])
    yield "experiments", ((n, f"experiment-{n}", "active", "default") for n in range(10))
    yield (
        "runs",
        (
            (one, f"run-{n}", "FINISHED", "active", at, at + MINUTE, n % 10, "dev", f"s3://b/{one}")
            for n, (one, at) in enumerate(every)
        ),
    )
    yield (
        "params",
        ((one, f"param_{k}", str(n * k % 97)) for n, one in enumerate(ids) for k in range(10)),
    )
    yield "tags", ((one, key, value) for n, one in enumerate(ids) for key, value in _tags(n))
    yield (
        "latest_metrics",
        (
            (one, f"metric_{k}", 0.5 + k / 100, 0 if k else _points(n) - 1, at, 0)
            for n, (one, at) in enumerate(every)
            for k in range(6)
        ),
    )
    yield (
        "metrics",
        (
            (one, f"metric_{k}", 0.5 + step / 1000, step, at + step, 0)
            for n, (one, at) in enumerate(every)
            for k in range(6)
            for step in range(1 if k else _points(n))
        ),
    )
    yield (
        "datasets",
        (
            (
                f"d{n}",
                0,
                "features",
                f"{n:08x}",
                "s3",
                f'{{"uri": "s3://lake/{n}.parquet"}}',
                schema,
                "{}",
            )
            for n in range(DATASETS)
        ),
    )
    yield (
        "inputs",
        ((f"i{n}", "DATASET", f"d{n % DATASETS}", "RUN", one) for n, one in enumerate(ids)),
    )
    yield "input_tags", ((f"i{n}", "mlflow.data.context", "training") for n in range(runs))
    yield (
        "logged_models",
        (
            (
                f"m-{one}",
                n % 10,
                "model",
                f"s3://b/models/m-{one}",
                at,
                at,
                MODEL_READY,
                "active",
                one,
            )
            for n, (one, at) in enumerate(every)
        ),
    )
    yield "logged_model_tags", ((f"m-{one}", n % 10, "role", "x") for n, one in enumerate(ids))
    yield "registered_models", ((f"churn-{n}", "default") for n in range(10))
    yield (
        "model_versions",
        (
            (
                f"churn-{n % 100 // 10}",
                n // 100 + 1,
                at,
                at,
                "None",
                f"models:/m-{one}",
                "READY",
                "default",
            )
            for n, (one, at) in enumerate(every)
            if n % 10 == 0
        ),
    )


def _points(number: int) -> int:
    return MANY_POINTS if number % 100 == 0 else POINTS


def _tags(number: int) -> Iterator[tuple[str, str]]:
    yield "mlflow.user", "dev"
    yield "mlflow.source.name", "train.py"
    yield "mlflow.source.type", "LOCAL"
    yield "mlflow.source.git.commit", f"{number // 20:040x}"
    yield "mlflow.source.git.repoURL", "https://git.example.org/acme/churn.git"
    yield "mlflow.runName", f"run-{number}"
    yield "team", "growth"
    yield "note", "as planned"
