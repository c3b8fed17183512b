"""Answers of MLflow's REST interface as structs. What is missing or odd in them is left empty."""

from collections.abc import Mapping
from typing import Any

from apps.ingest.connectors.mlflow.store import (
    DatasetInput,
    Experiment,
    Listed,
    LoggedModel,
    ModelMetric,
    Registered,
    Run,
    Series,
    Version,
    checksum,
)
from apps.ingest.connectors.mlflow.values import (
    mapping,
    mappings,
    milliseconds,
    pairs,
    point,
    words,
)

ENDED = frozenset({"FINISHED", "FAILED", "KILLED"})
UNSETTLED_MODELS = frozenset({"", "LOGGED_MODEL_PENDING", "LOGGED_MODEL_STATUS_UNSPECIFIED"})
CONTEXT = "mlflow.data.context"
PARENT = "mlflow.parentRunId"

Json = Mapping[str, Any]


def experiment(told: Json) -> Experiment:
    return Experiment(
        id=words(told.get("experiment_id")),
        name=words(told.get("name")),
        is_deleted=told.get("lifecycle_stage") == "deleted",
    )


def listed_run(told: Json) -> Listed:
    info, data = mapping(told.get("info")), mapping(told.get("data"))
    tags = pairs(data.get("tags"))
    status = words(info.get("status"))
    seen = (
        status,
        info.get("lifecycle_stage"),
        info.get("end_time"),
        info.get("run_name"),
        tags,
        pairs(data.get("params")),
        sorted((words(one.get("key")), repr(one)) for one in mappings(data.get("metrics"))),
    )
    return Listed(
        id=words(info.get("run_id")) or words(info.get("run_uuid")),
        name=words(info.get("run_name")) or tags.get("mlflow.runName", ""),
        settled=settled(status, info.get("end_time"), info.get("start_time")),
        state=checksum(*seen),
        run=tags.get(PARENT, ""),
    )


def settled(status: str, ended: object, started: object) -> int | None:
    """When a run was over; none while it is not."""
    return (milliseconds(ended) or milliseconds(started) or 0) if status in ENDED else None


def run(told: Json, metrics: Mapping[str, Series]) -> Run:
    info, data = mapping(told.get("info")), mapping(told.get("data"))
    read, wrote = mapping(told.get("inputs")), mapping(told.get("outputs"))
    tags = pairs(data.get("tags"))
    return Run(
        id=words(info.get("run_id")) or words(info.get("run_uuid")),
        name=words(info.get("run_name")) or tags.get("mlflow.runName", ""),
        experiment=words(info.get("experiment_id")),
        user=words(info.get("user_id")),
        status=words(info.get("status")),
        lifecycle=words(info.get("lifecycle_stage")),
        started=milliseconds(info.get("start_time")),
        ended=milliseconds(info.get("end_time")),
        artifact_uri=words(info.get("artifact_uri")),
        parameters=pairs(data.get("params")),
        tags=tags,
        metrics=metrics,
        datasets=tuple(_dataset(one) for one in mappings(read.get("dataset_inputs"))),
        models_read=_ids(read.get("model_inputs")),
        models_written=_ids(wrote.get("model_outputs")),
    )


def _dataset(told: Json) -> DatasetInput:
    dataset = mapping(told.get("dataset"))
    return DatasetInput(
        name=words(dataset.get("name")),
        digest=words(dataset.get("digest")),
        source_type=words(dataset.get("source_type")),
        source=words(dataset.get("source")),
        schema=words(dataset.get("schema")),
        profile=words(dataset.get("profile")),
        context=pairs(told.get("tags")).get(CONTEXT, ""),
    )


def _ids(value: object) -> tuple[str, ...]:
    found = (words(one.get("model_id")) for one in mappings(value))
    return tuple(dict.fromkeys(filter(None, found)))


def listed_model(told: Json) -> Listed:
    info = mapping(told.get("info"))
    done = words(info.get("status")) not in UNSETTLED_MODELS
    updated = milliseconds(info.get("last_updated_timestamp_ms")) or 0
    return Listed(
        id=words(info.get("model_id")),
        name=words(info.get("name")),
        settled=updated if done else None,
        state=checksum(info, told.get("data")),
        run=words(info.get("source_run_id")),
    )


def model(told: Json) -> LoggedModel:
    info, data = mapping(told.get("info")), mapping(told.get("data"))
    metrics = (
        ModelMetric(
            name=words(one.get("key")),
            point=found,
            run=words(one.get("run_id")),
            dataset_name=words(one.get("dataset_name")),
            dataset_digest=words(one.get("dataset_digest")),
        )
        for one in mappings(data.get("metrics"))
        if (found := point(one.get("value"), one.get("step"), one.get("timestamp"))) is not None
    )
    return LoggedModel(
        id=words(info.get("model_id")),
        name=words(info.get("name")),
        experiment=words(info.get("experiment_id")),
        run=words(info.get("source_run_id")),
        created=milliseconds(info.get("creation_timestamp_ms")),
        updated=milliseconds(info.get("last_updated_timestamp_ms")),
        artifact_uri=words(info.get("artifact_uri")),
        status=words(info.get("status")),
        type=words(info.get("model_type")),
        parameters=pairs(data.get("params")),
        tags=pairs(info.get("tags")),
        metrics=tuple(metrics),
    )


def registered(told: Json) -> Registered:
    aliases = {
        alias: words(one.get("version"))
        for one in mappings(told.get("aliases"))
        if (alias := words(one.get("alias")))
    }
    return Registered(
        name=words(told.get("name")),
        description=words(told.get("description")),
        tags=pairs(told.get("tags")),
        aliases=aliases,
    )


def version(told: Json) -> Version:
    return Version(
        name=words(told.get("name")),
        version=words(told.get("version")),
        created=milliseconds(told.get("creation_timestamp")),
        updated=milliseconds(told.get("last_updated_timestamp")),
        description=words(told.get("description")),
        user=words(told.get("user_id")),
        stage=words(told.get("current_stage")),
        status=words(told.get("status")),
        source=words(told.get("source")),
        run=words(told.get("run_id")),
        tags=pairs(told.get("tags")),
    )
