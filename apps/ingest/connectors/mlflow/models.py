"""Logged models and versions of registered models as records."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.formats.kinds_of_files import relation
from apps.ingest.connectors.formats.pipeline_types import RELATION_FIELDS
from apps.ingest.connectors.formats.weight_files import is_weights
from apps.ingest.connectors.gathering import Gathering
from apps.ingest.connectors.mlflow.environments import (
    environment_in,
    framework_of,
    model_file,
    version_of,
)
from apps.ingest.connectors.mlflow.naming import Names
from apps.ingest.connectors.mlflow.runs import PRODUCER, bounded, moment, own_tags
from apps.ingest.connectors.mlflow.sources import Source, public, source_of
from apps.ingest.connectors.mlflow.store import (
    LoggedModel,
    ModelFiles,
    ModelMetric,
    Registered,
    Version,
)
from apps.ingest.connectors.mlflow.values import finite, said

# By convention: MLflow has no field for what a model was made from.
BASE_TAGS = ("base_model_id", "base_model", "base_model_uri", "source_model_uri", "parent_model_id")
_MOVING_STAGES = frozenset({"Production", "Staging"})
_MODEL_ID = re.compile(r"m-[0-9a-f]{32}\Z")


def model_reading(model: LoggedModel, files: ModelFiles, names: Names, *, place: str) -> Reading:
    """A logged model: the run that wrote it, what it was made from, its files and measurements."""
    told = Gathering(producer=PRODUCER, evidence=place)
    key = names.model(model.id)
    metrics = _latest(model.metrics)
    typed, details = _of_files(files, told, place)
    details |= {
        "experiment": names.experiments.get(model.experiment, ""),
        "experiment_id": model.experiment,
        "status": model.status,
        "type": model.type,
        "parameters": bounded(model.parameters, told, f"{place} > params"),
        "tags": bounded(own_tags(model.tags), told, f"{place} > tags"),
    }
    typed["metrics"] = bounded(
        {one.name: finite(one.point.value) for one in metrics}, told, f"{place} > metrics"
    )
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        digest=_digest(files),
        uri=public(model.artifact_uri),
        owner=model.tags.get("mlflow.user", ""),
        description=model.tags.get("mlflow.note.content", ""),
        occurred_at=moment(model.created),
        stated_at=_stated_at(model),
        facets={"model": said(typed), "mlflow": said(details)},
    )
    if not told.state(record, place):
        return told.reading()
    told.identify(key, "mlflow_model", model.id, place)
    if model.run:
        told.join(names.run(model.run), key, "output", place)
    _add_environment(files, key, told, place)
    for base in named_bases(model, names):
        told.join(base, key, told_relation(model.tags) or "derived", place)
    _add_measurements(model, key, names, told, place)
    return told.reading()


def _stated_at(model: LoggedModel) -> datetime | None:
    times = [one.point.timestamp for one in model.metrics]
    return moment(max([model.created or 0, model.updated or 0, *times]) or None)


def _latest(metrics: tuple[ModelMetric, ...]) -> list[ModelMetric]:
    """The last value under each name, whichever dataset it was measured on."""
    found: dict[str, ModelMetric] = {}
    for one in sorted(metrics, key=lambda one: (one.point.step, one.point.timestamp)):
        found[one.name] = one
    return [found[name] for name in sorted(found)]


def named_bases(model: LoggedModel, names: Names) -> list[ArtifactKey]:
    """What the tags and parameters say the model was made from, each once."""
    found: dict[ArtifactKey, None] = {}
    for told in (model.tags, model.parameters):
        for name in BASE_TAGS:
            if upstream := named_model(told.get(name, ""), names):
                found[upstream] = None
    return list(found)


def told_relation(tags: Mapping[str, str]) -> str:
    """How a model was made from another, by the tags that say so by convention; else nothing.

    >>> told_relation({"relation": "pruned"}), told_relation({"derivation": "onnx-quantized"})
    ('pruning', 'quantization')
    """
    return next((role for name in RELATION_FIELDS if (role := relation(tags.get(name, "")))), "")


def named_model(value: str, names: Names) -> ArtifactKey | None:
    """A model by id or by URI; none for what is elsewhere, or for a name that moves."""
    if _MODEL_ID.match(value):
        return names.model(value)
    source = source_of(value)
    if source.model:
        return names.model(source.model)
    return names.version(source.name, source.version) if source.version else None


def _of_files(
    files: ModelFiles, told: Gathering, place: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facet `model`, and what else the files say."""
    faults = list(files.faults)
    about = model_file(files.texts, faults)
    framework, release = framework_of(about)
    sizes = [file.size for file in files.files if file.size is not None and file.size >= 0]
    weights = [file for file in files.files if is_weights(file.path)]
    typed: dict[str, Any] = {
        "framework": framework,
        "format": weights[0].path.rpartition(".")[2] if len(weights) == 1 else "",
        "size_bytes": sum(sizes) if sizes else None,
    }
    details = {
        "framework_version": release,
        "mlmodel": bounded(
            {
                name: about.get(name)
                for name in ("flavors", "signature", "mlflow_version", "model_uuid", "metadata")
                if about.get(name) is not None
            },
            told,
            f"{place} > MLmodel",
        ),
        "files": [
            said({"path": file.path, "size_bytes": file.size, "sha256": file.sha256})
            for file in files.files
        ],
    }
    for fault in faults:
        told.adapt(f"{place} > artifacts", "files_not_read", fault)
    return typed, said(details)


def _digest(files: ModelFiles) -> str:
    """Of the weights, if they are one file; a digest over several would be of our own make."""
    weights = [file for file in files.files if is_weights(file.path)]
    digest = weights[0].sha256 if len(weights) == 1 else ""
    return f"sha256:{digest}" if digest else ""


def _add_environment(files: ModelFiles, key: ArtifactKey, told: Gathering, place: str) -> None:
    facet = environment_in(files.texts, [])
    if not facet:
        return
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=Kind.ENVIRONMENT.value,
        name="python",
        version=version_of(facet),
        facets={"environment": facet},
    )
    if told.state(record, f"{place} > environment"):
        told.join(record.key, key, "environment", place)


def _add_measurements(
    model: LoggedModel, key: ArtifactKey, names: Names, told: Gathering, place: str
) -> None:
    """Metrics that name the dataset they were measured on: an evaluation for each dataset."""
    by_dataset: dict[tuple[str, str], list[ModelMetric]] = {}
    for one in model.metrics:
        if one.dataset_name and one.dataset_digest:
            by_dataset.setdefault((one.dataset_name, one.dataset_digest), []).append(one)
    for (name, digest), metrics in sorted(by_dataset.items()):
        last = _latest(tuple(metrics))
        record = ArtifactRecord(
            namespace=key.namespace,
            kind=Kind.EVALUATION.value,
            name=f"{key.name} on {name}",
            version=f"{model.id}/{digest}",
            occurred_at=moment(max(one.point.timestamp for one in metrics) or None),
            facets={
                "evaluation": {
                    "metrics": bounded(
                        {one.name: finite(one.point.value) for one in last},
                        told,
                        f"{place} > metrics",
                    )
                }
            },
        )
        if not told.state(record, place):
            continue
        told.join(key, record.key, "evaluation", place)
        told.join(names.dataset(name, digest), record.key, "testing", place)
        for run in sorted({one.run for one in metrics if one.run}):
            told.join(names.run(run), record.key, "output", place)


def version_reading(
    version: Version, registered: Registered, names: Names, *, place: str
) -> Reading:
    """A version of a registered model, made from a logged model, another version or a run."""
    told = Gathering(producer=PRODUCER, evidence=place)
    key = names.version(version.name, version.version)
    details = {
        "registered_model": said(
            {
                "description": registered.description,
                "tags": bounded(own_tags(registered.tags), told, f"{place} > model > tags"),
            }
        ),
        "stage": "" if version.stage == "None" else version.stage,
        "status": version.status,
        "source": public(version.source),
        "run_id": version.run,
        "tags": bounded(own_tags(version.tags), told, f"{place} > tags"),
    }
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        owner=version.user,
        description=version.description or registered.description,
        occurred_at=moment(version.created),
        stated_at=moment(version.updated or version.created),
        facets={"mlflow": said(details)},
    )
    if not told.state(record, place):
        return told.reading()
    told.identify(key, "model_uri", f"models:/{version.name}/{version.version}", place)
    source = source_of(version.source)
    if not (source.model or source.version) and version.source:
        told.identify(key, "uri", public(version.source), place)
    _add_source(version, source, key, names, told)
    return told.reading()


def _add_source(
    version: Version, source: Source, key: ArtifactKey, names: Names, told: Gathering
) -> None:
    place = f"{told.evidence} > source"
    if source.model:
        told.join(names.model(source.model), key, "derived", place)
    elif source.version:
        told.join(names.version(source.name, source.version), key, "derived", place)
    elif run := source.run or version.run:
        told.join(names.run(run), key, "output", place)
    elif source.moving:
        message = f"{version.source} may name another version by now; no step is drawn from it."
        told.adapt(place, "moving_source", message)
    else:
        message = f"{public(version.source)[:200] or 'Nothing'} names no run and no model."
        told.adapt(place, "no_origin", message)


def version_files_reading(
    version: Version, files: ModelFiles, names: Names, *, place: str
) -> Reading:
    """The files of a version that was registered from a run's files, as MLflow 2 does."""
    told = Gathering(producer=PRODUCER, evidence=place)
    key = names.version(version.name, version.version)
    typed, details = _of_files(files, told, place)
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        digest=_digest(files),
        facets={"model": said(typed), "mlflow_files": details} if files.files else {},
    )
    if files.files and told.state(record, place):
        _add_environment(files, key, told, place)
    return told.reading()
