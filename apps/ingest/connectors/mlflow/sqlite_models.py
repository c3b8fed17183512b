"""Logged models and the registry in the tables of a SQLite store."""

from collections.abc import Iterator

from apps.ingest.connectors.mlflow.answers import UNSETTLED_MODELS
from apps.ingest.connectors.mlflow.sqlite_runs import MAX_ROWS, beside, pairs_of
from apps.ingest.connectors.mlflow.store import (
    Listed,
    LoggedModel,
    ModelMetric,
    Registered,
    Version,
    checksum,
)
from apps.ingest.connectors.mlflow.tables import Tables
from apps.ingest.connectors.mlflow.values import milliseconds, point, words

# What MLflow writes over a version that was deleted; REST does not show it.
DELETED_STAGE = "Deleted_Internal"
DEFAULT_WORKSPACE = "default"
MODEL_STATUSES = {
    0: "LOGGED_MODEL_STATUS_UNSPECIFIED",
    1: "LOGGED_MODEL_PENDING",
    2: "LOGGED_MODEL_READY",
    3: "LOGGED_MODEL_UPLOAD_FAILED",
}
_MODEL = ("model_id", "name", "status", "last_updated_timestamp_ms", "source_run_id")
_VERSION = (
    *("version", "creation_time", "last_updated_time", "description", "user_id"),
    *("current_stage", "status", "source", "run_id"),
)


def listed_models(tables: Tables) -> Iterator[Listed]:
    active = "coalesce(lifecycle_stage, 'active') = 'active'"
    others = ("logged_model_tags", "logged_model_metrics", "logged_model_params")
    for page in tables.pages("logged_models", _MODEL, "model_id", active):
        seen = beside(tables, "model_id", page, others)
        for identity, name, status, updated, run in page:
            done = MODEL_STATUSES.get(status, "") not in UNSETTLED_MODELS
            yield Listed(
                id=words(identity),
                name=words(name),
                settled=(milliseconds(updated) or 0) if done else None,
                state=checksum(name, status, updated, run, seen[identity]),
                run=words(run),
            )


def model_of(tables: Tables, identity: str) -> LoggedModel | None:
    columns = ("experiment_id", "creation_timestamp_ms", "artifact_location", "model_type")
    rows = tables.select("logged_models", (*_MODEL, *columns), "model_id = ?", (identity,))
    if not rows:
        return None
    _, name, status, updated, run, experiment, created, location, sort = rows[0]
    return LoggedModel(
        id=identity,
        name=words(name),
        experiment=words(experiment),
        run=words(run),
        created=milliseconds(created),
        updated=milliseconds(updated),
        artifact_uri=words(location),
        status=MODEL_STATUSES.get(status, words(status)),
        type=words(sort),
        parameters=_named(tables, "param", identity),
        tags=_named(tables, "tag", identity),
        metrics=tuple(_measured(tables, identity)),
    )


def _named(tables: Tables, what: str, model: str) -> dict[str, str]:
    rows = tables.select(
        f"logged_model_{what}s",
        (f"{what}_key", f"{what}_value"),
        f"model_id = ? order by 1 limit {MAX_ROWS}",
        (model,),
    )
    return {words(key): words(value) for key, value in rows if key}


def _measured(tables: Tables, model: str) -> Iterator[ModelMetric]:
    rows = tables.select(
        "logged_model_metrics",
        (
            *("metric_name", "metric_value", "metric_step", "metric_timestamp_ms"),
            *("run_id", "dataset_name", "dataset_digest"),
        ),
        f"model_id = ? order by 1, 3, 4 limit {MAX_ROWS}",
        (model,),
    )
    for name, value, step, timestamp, run, dataset, digest in rows:
        found = point(value, step, timestamp)
        if found is not None:
            yield ModelMetric(
                name=words(name),
                point=found,
                run=words(run),
                dataset_name=words(dataset),
                dataset_digest=words(digest),
            )


def registered_models(tables: Tables) -> Iterator[Registered]:
    where = f"true{in_workspace(tables, 'registered_models')}"
    for page in tables.pages("registered_models", ("name", "description"), "name", where):
        for name, description in page:
            aliases = tables.select(
                "registered_model_aliases",
                ("alias", "version"),
                f"name = ? order by 1 limit {MAX_ROWS}",
                (name,),
            )
            yield Registered(
                name=words(name),
                description=words(description),
                tags=pairs_of(tables, "registered_model_tags", "name", name),
                aliases={words(alias): words(version) for alias, version in aliases},
            )


def versions_of(tables: Tables) -> Iterator[Version]:
    """Version by version of each name. Deleted ones stay in the table, written over."""
    for registered in registered_models(tables):
        rows = tables.select(
            "model_versions",
            _VERSION,
            f"name = ?{in_workspace(tables, 'model_versions')} order by version",
            (registered.name,),
        )
        for number, created, updated, description, user, stage, status, source, run in rows:
            if stage == DELETED_STAGE:
                continue
            tags = tables.select(
                "model_version_tags",
                ("key", "value"),
                f"name = ? and version = ? order by key limit {MAX_ROWS}",
                (registered.name, number),
            )
            yield Version(
                name=registered.name,
                version=words(number),
                created=milliseconds(created),
                updated=milliseconds(updated),
                description=words(description),
                user=words(user),
                stage=words(stage),
                status=words(status),
                source=words(source),
                run=words(run),
                tags={words(key): words(value) for key, value in tags if key},
            )


def in_workspace(tables: Tables, table: str) -> str:
    """Only those of the default workspace, as REST shows: names repeat in others."""
    known = "workspace" in tables.columns.get(table, ())
    return f" and workspace = '{DEFAULT_WORKSPACE}'" if known else ""


def other_workspaces(tables: Tables) -> bool:
    if "workspace" not in tables.columns.get("registered_models", ()):
        return False
    others = f"workspace <> '{DEFAULT_WORKSPACE}' limit 1"
    return bool(tables.select("registered_models", ("name",), others))
