"""Runs in the tables of a SQLite store.

`inputs` holds three sorts of rows: DATASET to RUN, RUN_OUTPUT to MODEL_OUTPUT, and RUN_INPUT to
MODEL_INPUT. In the last two the run is the source, so that for RUN_INPUT the arrow of the table is
not that of the data.
"""

from collections import defaultdict
from collections.abc import Iterator

from apps.ingest.connectors.mlflow.answers import CONTEXT, PARENT, settled
from apps.ingest.connectors.mlflow.history import room_for_each, sampled
from apps.ingest.connectors.mlflow.store import (
    DatasetInput,
    Listed,
    Point,
    Run,
    Series,
    checksum,
)
from apps.ingest.connectors.mlflow.tables import Row, Tables
from apps.ingest.connectors.mlflow.values import milliseconds, point, words

POINTS_AT_ONCE = 10_000
MAX_METRICS = 2_000
MAX_ROWS = 20_000
_RUN = ("run_uuid", "name", "status", "lifecycle_stage", "start_time", "end_time")


def listed_runs(tables: Tables) -> Iterator[Listed]:
    for page in tables.pages("runs", _RUN, "run_uuid"):
        seen = beside(tables, "run_uuid", page, ("tags", "params", "latest_metrics"))
        above = tables.select(
            "tags",
            ("run_uuid", "value"),
            "run_uuid between ? and ? and key = ?",
            (page[0][0], page[-1][0], PARENT),
        )
        nested = {owner: words(value) for owner, value in above}
        for identity, name, status, stage, started, ended in page:
            yield Listed(
                id=words(identity),
                name=words(name),
                settled=settled(words(status), ended, started),
                state=checksum(name, status, stage, ended, seen[identity]),
                run=nested.get(identity, ""),
            )


def beside(tables: Tables, key: str, page: list[Row], others: tuple[str, ...]) -> dict[object, int]:
    """For each id on a page, a checksum of what other tables have of it."""
    found: defaultdict[object, int] = defaultdict(int)
    between = f"{key} between ? and ?"
    for table in others:
        columns = (key, *sorted(tables.columns.get(table, frozenset()) - {key}))
        for row in tables.select(table, columns, between, (page[0][0], page[-1][0])):
            # In whatever order the rows come, and whatever index is used.
            found[row[0]] ^= checksum(table, row)
    return found


def run_of(tables: Tables, identity: str) -> Run | None:
    rows = tables.select(
        "runs", (*_RUN, "experiment_id", "user_id", "artifact_uri"), "run_uuid = ?", (identity,)
    )
    if not rows:
        return None
    _, name, status, stage, started, ended, experiment, user, artifact_uri = rows[0]
    tags = pairs_of(tables, "tags", "run_uuid", identity)
    return Run(
        id=identity,
        name=words(name) or tags.get("mlflow.runName", ""),
        experiment=words(experiment),
        user=words(user),
        status=words(status),
        lifecycle=words(stage),
        started=milliseconds(started),
        ended=milliseconds(ended),
        artifact_uri=words(artifact_uri),
        parameters=pairs_of(tables, "params", "run_uuid", identity),
        tags=tags,
        metrics=_metrics(tables, identity),
        datasets=tuple(_datasets(tables, identity)),
        models_read=_models(tables, identity, "RUN_INPUT", "MODEL_INPUT"),
        models_written=_models(tables, identity, "RUN_OUTPUT", "MODEL_OUTPUT"),
    )


def pairs_of(tables: Tables, table: str, owner: str, identity: str) -> dict[str, str]:
    rows = tables.select(
        table, ("key", "value"), f"{owner} = ? order by key limit {MAX_ROWS}", (identity,)
    )
    return {words(key): words(value) for key, value in rows if key}


def _metrics(tables: Tables, run: str) -> dict[str, Series]:
    rows = tables.select(
        "latest_metrics",
        ("key", "value", "step", "timestamp", "is_nan"),
        f"run_uuid = ? order by key limit {MAX_ROWS}",
        (run,),
    )
    room = room_for_each(len(rows))
    found = {}
    for count, (key, value, step, timestamp, unknown) in enumerate(rows):
        series = sampled(_points(tables, run, key), room=room) if count < MAX_METRICS else None
        last = point("NaN" if unknown else value, step, timestamp)
        if series or last:
            found[words(key)] = series or Series(last=last or Point(0, 0, 0.0), count=0)
    return found


def _points(tables: Tables, run: str, key: object) -> Iterator[Point]:
    start = 0
    while True:
        page = tables.select(
            "metrics",
            ("value", "step", "timestamp", "is_nan"),
            # Asked for by "key = ?", SQLite takes the primary key, which covers all and begins with
            # the key, and reads the points of every run.
            "run_uuid = ? and key between ? and ? order by +timestamp, step, value "
            f"limit {POINTS_AT_ONCE} offset {start}",
            (run, key, key),
        )
        for value, step, timestamp, unknown in page:
            if found := point("NaN" if unknown else value, step, timestamp):
                yield found
        if len(page) < POINTS_AT_ONCE:
            return
        start += POINTS_AT_ONCE


def _datasets(tables: Tables, run: str) -> Iterator[DatasetInput]:
    rows = tables.select(
        "inputs",
        ("input_uuid", "source_id"),
        "destination_type = 'RUN' and destination_id = ? and source_type = 'DATASET' "
        f"order by input_uuid limit {MAX_ROWS}",
        (run,),
    )
    for input_id, dataset in rows:
        context = tables.select(
            "input_tags", ("value",), "input_uuid = ? and name = ?", (input_id, CONTEXT)
        )
        columns = ("dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile")
        for row in tables.select(
            "datasets", ("name", "digest", *columns), "dataset_uuid = ? limit 1", (dataset,)
        ):
            name, digest, source_type, source, schema, profile = map(words, row)
            yield DatasetInput(
                name=name,
                digest=digest,
                source_type=source_type,
                source=source,
                schema=schema,
                profile=profile,
                context=words(context[0][0]) if context else "",
            )


def _models(tables: Tables, run: str, source: str, destination: str) -> tuple[str, ...]:
    rows = tables.select(
        "inputs",
        ("destination_id",),
        "source_type = ? and source_id = ? and destination_type = ? "
        f"order by destination_id limit {MAX_ROWS}",
        (source, run, destination),
    )
    return tuple(words(row[0]) for row in rows if row[0])
