"""A run as records: with what it read, its code, its image and what started it."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.gathering import Gathering
from apps.ingest.connectors.git.names import namespace_of
from apps.ingest.connectors.mlflow.answers import PARENT
from apps.ingest.connectors.mlflow.naming import Names, role_of
from apps.ingest.connectors.mlflow.sources import public
from apps.ingest.connectors.mlflow.store import DatasetInput, Point, Run, Series
from apps.ingest.connectors.mlflow.values import (
    finite,
    mapping,
    parsed,
    said,
    whole,
    words,
)

PRODUCER = "mlflow"
STATES = {"RUNNING": "running", "FINISHED": "completed", "FAILED": "failed", "KILLED": "aborted"}
SEEDS = ("seed", "random_state", "random_seed", "rng_seed")
MAX_FACET_BYTES = 600_000
# What the product has a place of its own for.
_TOLD_ELSEWHERE = frozenset({"mlflow.note.content", "mlflow.user", "mlflow.runName"})
# Diffs and logs of models are long, and say nothing that is not said elsewhere.
_NOT_KEPT = frozenset({"mlflow.source.git.diff", "mlflow.log-model.history"})
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_IMAGE_DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})\Z")
_IMAGE_TAGS = (
    *("mlflow.docker.image.uri", "mlflow.docker.image.id", "docker.image", "docker_image"),
    *("image", "container_image", "image_uri"),
)


def run_reading(
    run: Run, names: Names, *, place: str, steps: Iterable[tuple[str, str, str]] = ()
) -> Reading:
    """One run. Of its models only what they do not say themselves: they say which run wrote them.

    `steps` are (id of a model, id of one that the run made of it, role).
    """
    told = Gathering(producer=PRODUCER, evidence=place)
    key = names.run(run.id)
    if not told.state(_record(run, key, names, told), place):
        return told.reading()
    told.identify(key, "mlflow_run", run.id, place)
    _add_code(run, key, told)
    _add_image(run, key, told)
    parent = run.tags.get(PARENT, "")
    if parent and parent != run.id:
        told.join(names.run(parent), key, "orchestration", place)
    for dataset in run.datasets:
        upstream = add_dataset(dataset, names, told, place)
        told.join(upstream, key, role_of(dataset), place)
    for model in run.models_read:
        # What a run both read and wrote was changed by it; no step may lead back.
        if names.wrote(run.id, model) or model in run.models_written:
            message = f"{model} was read and written by the run; kept as written."
            told.adapt(place, "read_and_written", message)
        else:
            told.join(names.model(model), key, "input", place)
    for model in run.models_written:
        if not names.wrote(run.id, model):
            told.join(key, names.model(model), "output", place)
    for base, made, role in steps:
        told.join(names.model(base), names.model(made), role, place)
    return told.reading()


def _record(run: Run, key: ArtifactKey, names: Names, told: Gathering) -> ArtifactRecord:
    place = told.evidence
    latest = {name: finite(one.last.value) for name, one in run.metrics.items()}
    about = {
        "state": STATES.get(run.status, run.status.lower()),
        "started_at": iso(run.started),
        "ended_at": iso(run.ended),
        "seed": _seed(run.parameters),
        "parameters": bounded(run.parameters, told, f"{place} > params"),
        "metrics": bounded(latest, told, f"{place} > metrics"),
    }
    histories = {name: _history(one) for name, one in run.metrics.items() if one.points}
    details = {
        "experiment": names.experiments.get(run.experiment, ""),
        "experiment_id": run.experiment,
        "lifecycle_stage": run.lifecycle,
        "status": run.status,
        "artifact_uri": public(run.artifact_uri),
        "tags": bounded(own_tags(run.tags), told, f"{place} > tags"),
        "datasets": sorted(
            (
                said({"name": one.name, "digest": one.digest, "context": one.context})
                for one in run.datasets
            ),
            key=repr,
        ),
        "history": bounded(histories, told, f"{place} > metrics"),
    }
    return ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        owner=run.tags.get("mlflow.user", "") or run.user,
        description=run.tags.get("mlflow.note.content", ""),
        occurred_at=moment(run.started),
        stated_at=_stated_at(run),
        facets={"run": said(about), "mlflow": said(details)},
    )


def _stated_at(run: Run) -> datetime | None:
    """The latest time that the run tells of itself: a metric may be logged after its end."""
    times = [one.last.timestamp for one in run.metrics.values()]
    return moment(max([run.started or 0, run.ended or 0, *times]) or None)


def _history(series: Series) -> dict[str, Any]:
    """`points` as [step, milliseconds since 1970, value]; `low` and `high` likewise."""
    return said(
        {
            "count": series.count,
            "low": series.low and _point(series.low),
            "high": series.high and _point(series.high),
            "points": [_point(one) for one in series.points],
        }
    )


def _point(one: Point) -> list[Any]:
    return [one.step, one.timestamp, finite(one.value)]


def _seed(parameters: Mapping[str, str]) -> int | str | None:
    for name, value in parameters.items():
        if name.rpartition(".")[2].rpartition("/")[2] in SEEDS:
            number = whole(value)
            return value if number is None else number
    return None


def _add_code(run: Run, key: ArtifactKey, told: Gathering) -> None:
    """The commit is that of HEAD. Whether there were changes on top, MLflow says only where it
    was told to version with git; otherwise it is not known."""
    commit = run.tags.get("mlflow.source.git.commit", "").strip().lower()
    if not commit:
        return
    remote = run.tags.get("mlflow.source.git.repoURL", "")
    namespace = namespace_of(remote) if remote else key.namespace
    name = namespace.rpartition("/")[2] if remote else "code"
    facet = {
        "repository": public(remote),
        "commit": commit,
        "branch": run.tags.get("mlflow.source.git.branch", ""),
    }
    clean = ArtifactRecord(
        namespace=namespace,
        kind=Kind.CODE.value,
        name=name,
        version=commit,
        # The branch is left out: one commit is on many.
        facets={"code": said({**facet, "branch": ""})},
    )
    place = f"{told.evidence} > mlflow.source.git.commit"
    if not _COMMIT.match(commit):
        told.adapt(place, "no_full_commit", f"{commit[:80]!r} is no full commit; proves nothing.")
    told.state(clean, place)
    if run.tags.get("mlflow.source.git.dirty", "").lower() != "true":
        told.join(clean.key, key, "code", place)
        return
    diff = run.tags.get("mlflow.source.git.diff", "")
    changes = hashlib.sha256(diff.encode("utf-8", "replace")).hexdigest()[:12] if diff else run.id
    dirty = msgspec.structs.replace(
        clean, version=f"{commit}+{changes}", facets={"code": said({**facet, "dirty": True})}
    )
    told.state(dirty, place)
    told.join(clean.key, dirty.key, "derived", place)
    told.join(dirty.key, key, "code", place)


def _add_image(run: Run, key: ArtifactKey, told: Gathering) -> None:
    image = next((run.tags[name] for name in _IMAGE_TAGS if run.tags.get(name)), "").strip()
    if not image:
        return
    found = _IMAGE_DIGEST.search(image)
    name, _, _ = image.partition("@")
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=Kind.ENVIRONMENT.value,
        name=name,
        version=found[1] if found else "",
        facets={"environment": said({"image": image, "image_digest": found[1] if found else ""})},
    )
    place = f"{told.evidence} > tags"
    if told.state(record, place):
        told.join(record.key, key, "environment", place)


def add_dataset(dataset: DatasetInput, names: Names, told: Gathering, place: str) -> ArtifactKey:
    """What is read once under two contexts stands once in the run."""
    key = names.dataset(dataset.name, dataset.digest)
    source, profile = mapping(parsed(dataset.source)), mapping(parsed(dataset.profile))
    uri = _address(source)
    schema = parsed(dataset.schema)
    columns = mapping(schema).get("mlflow_colspec")
    rows = whole(profile.get("num_rows"))
    # A dataset that is made in code is told by the tags of the run, which say nothing of the data.
    known = {} if dataset.source_type == "code" else source
    details = {
        "digest": dataset.digest,
        "source_type": dataset.source_type,
        "source": {name: _publicly(one) for name, one in known.items()},
        "schema": schema,
        "profile": profile,
    }
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        digest=f"mlflow:{dataset.digest}" if dataset.digest else "",
        uri=uri if "://" in uri else "",
        facets={
            "dataset": said(
                {
                    "rows": rows if rows is not None and rows >= 0 else None,
                    "columns": len(columns) if isinstance(columns, list) else None,
                }
            ),
            "mlflow": bounded(said(details), told, f"{place} > datasets"),
        },
    )
    if key not in told.artifacts:
        told.state(record, place)
    return key


def _address(source: Mapping[str, Any]) -> str:
    """Where the data came from; MLflow's sources name it in a few ways."""
    for name in ("uri", "url", "path", "table_name"):
        if found := public(words(source.get(name))):
            return found
    return ""


def _publicly(value: object) -> Any:
    return public(value) if isinstance(value, str) and "://" in value else value


def own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    return {name: one for name, one in tags.items() if name not in _TOLD_ELSEWHERE | _NOT_KEPT}


def bounded(values: Mapping[str, Any], told: Gathering, place: str) -> dict[str, Any]:
    """What of the values can be kept, in their order, up to the size that a facet may have."""
    room = MAX_FACET_BYTES
    kept: dict[str, Any] = {}
    for name, value in told.kept(dict(sorted(values.items())), place).items():
        room -= len(msgspec.json.encode({name: value}))
        if room < 0:
            left = len(values) - len(kept)
            message = f"{left:,} of {len(values):,} are more than is kept of one run."
            told.adapt(place, "too_much", message)
            break
        kept[name] = value
    return kept


def moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def iso(milliseconds: int | None) -> str | None:
    found = moment(milliseconds)
    return None if found is None else found.isoformat()
