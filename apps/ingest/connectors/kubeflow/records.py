"""A run of a pipeline and its tasks as lineage records: of a folder, or of a server."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.formats.pipeline_types import kind_of, relation_of
from apps.ingest.connectors.kubeflow.design import Definition, reads_of
from apps.ingest.connectors.kubeflow.ir import Task
from apps.ingest.connectors.mlmd.facets import image_record
from apps.ingest.connectors.mlmd.records import Records
from apps.ingest.connectors.mlmd.values import digest_in, numbers

MAX_HASHED_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One artifact that a task wrote: `key`, or else named after the task and `name`.

    `file` is none where it is not a file in a folder; `at` is when it was written, if that is told.
    """

    name: str
    uri: str
    metadata: dict[str, Any]
    title: str = ""
    file: Path | None = None
    key: ArtifactKey | None = None
    at: datetime | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One task of a run, by its path through the nested pipelines.

    `version` is that of the run, or of one of several executions of the task. What a task has
    `reused` was written by an earlier run.
    """

    path: tuple[str, ...]
    version: str
    facet: Mapping[str, Any]
    kept: Mapping[str, Any]
    image: str = ""
    reads: tuple[tuple[ArtifactKey, str], ...] = ()
    outputs: tuple[Output, ...] = ()
    reused: bool = False
    started: datetime | None = None
    stated: datetime | None = None


def local_task(
    definition: Definition | None,
    task: Task | None,
    *,
    folder: str,
    version: str,
    outputs: Iterable[Output],
    parameters: Mapping[str, Any],
) -> Ran:
    """One task of a local run: what it read by the definition, and what it wrote by its folder."""
    facet: dict[str, Any] = {"state": "completed", "metrics": numbers(dict(parameters))}
    if task is not None and task.parameters:
        seed = task.parameters.get("seed")
        facet["parameters"] = task.parameters
        facet["seed"] = seed if isinstance(seed, int) else None
    reads: tuple[tuple[ArtifactKey, str], ...] = ()
    if definition is not None and task is not None:
        reads = tuple(reads_of(definition, task, version))
    return Ran(
        path=(folder,) if task is None else task.path,
        version=version,
        facet=facet,
        kept={"folder": folder, "output_parameters": dict(parameters)},
        image="" if task is None else task.image,
        reads=reads,
        outputs=tuple(outputs),
    )


def add_task(
    ran: Ran, *, whole: ArtifactKey, code: ArtifactKey | None, place: str, records: Records
) -> ArtifactKey:
    """A task of a run, with what started it, what it read and what it wrote. Its key."""
    name = "/".join((whole.name, *ran.path))
    run = ArtifactKey(whole.namespace, whole.kind, name, ran.version)
    records.add(
        ArtifactRecord(
            namespace=run.namespace,
            kind=run.kind,
            name=run.name,
            version=run.version,
            occurred_at=ran.started,
            stated_at=ran.stated,
            facets={"run": dict(ran.facet), "kubeflow": dict(ran.kept)},
        ),
        place,
    )
    _add_scopes(whole, ran.path, run, place, records)
    if code is not None:
        records.step(code, run, "code")
    for upstream, role in ran.reads:
        records.step(upstream, run, role)
    if ran.image:
        image = image_record(run.namespace, ran.image)
        records.add(image, f"{place} > image")
        records.step(image.key, run, "environment")
    made = [add_output(one, run, place, records) for one in ran.outputs]
    for output, key in zip(ran.outputs, made, strict=True):
        if ran.reused:
            records.step(key, run, "reuse")
        else:
            records.step(run, key, "output")
            _add_commit(output, run, f"{place} > {output.name}", records)
    if not ran.reused:
        _add_model_steps(ran, made, records)
    return run


def _add_scopes(
    whole: ArtifactKey, path: tuple[str, ...], run: ArtifactKey, place: str, records: Records
) -> None:
    """The pipeline run and each nested pipeline of it, down to the task."""
    above = whole
    if whole not in records.artifacts:
        records.add(_plain(whole, {}), place)
    for length in range(1, len(path)):
        name = "/".join((whole.name, *path[:length]))
        scope = ArtifactKey(whole.namespace, whole.kind, name, whole.version)
        if scope not in records.artifacts:
            records.add(_plain(scope, {}), place)
        records.step(above, scope, "orchestration")
        above = scope
    records.step(above, run, "orchestration")


def add_output(output: Output, run: ArtifactKey, place: str, records: Records) -> ArtifactKey:
    where = f"{place} > {output.name}"
    kind = kind_of(output.title)
    key = output.key or ArtifactKey(run.namespace, kind, f"{run.name}/{output.name}", run.version)
    digest, size = _measured(output, where, records)
    said = digest_in(output.metadata)
    if digest and said and said.split(":")[0] == "sha256" and said != digest:
        message = "The file is not the one its metadata gives the digest of; the file's is taken."
        records.adapted.append(Remark(where, "other_content", message))
    rows, texts = output.metadata.get("rows"), ("framework", "format", "task", "license")
    about: dict[str, Any] = {}
    match kind:
        case Kind.DATASET:
            about = {"rows": rows if isinstance(rows, int) and rows >= 0 else None}
        case Kind.MODEL:
            found = {name: output.metadata.get(name) for name in texts}
            about = {name: value for name, value in found.items() if isinstance(value, str)}
        case Kind.EVALUATION:
            about = {"metrics": numbers(output.metadata)}
    if size is not None and kind in {Kind.DATASET, Kind.MODEL}:
        about["size_bytes"] = size
    kept = {"type": output.title, "metadata": output.metadata, **output.kept}
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=kind,
        name=key.name,
        version=key.version,
        digest=digest or said,
        uri=output.uri,
        occurred_at=output.at,
        facets={"kubeflow": kept, **({kind: about} if about else {})},
    )
    records.add(record, where)
    return key


def _add_commit(output: Output, run: ArtifactKey, where: str, records: Records) -> None:
    commit = output.metadata.get("git_commit")
    if isinstance(commit, str) and commit.strip():
        name, version = run.name.split("/")[0], commit.strip().lower()
        code = ArtifactKey(run.namespace, Kind.CODE.value, name, version)
        records.add(_plain(code, {"code": {"commit": version}}), where)
        records.step(code, run, "code")


def _measured(output: Output, where: str, records: Records) -> tuple[str, int | None]:
    """Digest and size of the file that was written, where there is one."""
    if output.file is None:
        return "", None
    try:
        size = output.file.stat().st_size
        if size > MAX_HASHED_BYTES:
            message = f"Is {size:,} bytes long; only up to {MAX_HASHED_BYTES:,} are hashed."
            records.adapted.append(Remark(where, "not_hashed", message))
            return "", size
        with output.file.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}", size
    except OSError as error:
        records.adapted.append(Remark(where, "not_hashed", f"Cannot be read: {error.strerror}."))
        return "", None


def _add_model_steps(ran: Ran, made: list[ArtifactKey], records: Records) -> None:
    bases = [key for key, _ in ran.reads if key.kind == Kind.MODEL]
    models = [key for key in made if key.kind == Kind.MODEL]
    measured = bases or (models if len(models) == 1 else [])
    for key, output in zip(made, ran.outputs, strict=True):
        role = relation_of(output.metadata) if key.kind == Kind.MODEL else ""
        if role and len(bases) == 1:
            records.step(bases[0], key, role)
        elif key.kind == Kind.EVALUATION:
            for model in measured:
                records.step(model, key, "evaluation")


def _plain(key: ArtifactKey, facets: dict[str, Any]) -> ArtifactRecord:
    return ArtifactRecord(
        namespace=key.namespace, kind=key.kind, name=key.name, version=key.version, facets=facets
    )
