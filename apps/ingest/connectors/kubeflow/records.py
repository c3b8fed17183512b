"""A compiled pipeline, and a local run of one, as lineage records."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.formats.pipeline_types import input_role, kind_of, relation_of
from apps.ingest.connectors.kubeflow.ir import Pipeline, Source, Task
from apps.ingest.connectors.mlmd.facets import image_record
from apps.ingest.connectors.mlmd.records import Records
from apps.ingest.connectors.mlmd.values import digest_in, numbers

MAX_HASHED_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Definition:
    """A pipeline with the code artifact that is its compiled file."""

    pipeline: Pipeline
    code: ArtifactKey
    tasks: Mapping[tuple[str, ...], Task]

    @property
    def namespace(self) -> str:
        return self.code.namespace

    def kind(self, source: Source) -> str:
        """The kind of what a task writes; of what is imported, by what it is imported as."""
        task = self.tasks.get(source.task)
        types = self.pipeline.given if task is None else task.outputs
        return kind_of(types.get(source.output, ""))

    def key(self, source: Source, version: str = "") -> ArtifactKey:
        """What is imported or handed in is not of a run, and has no version."""
        task = self.tasks.get(source.task)
        outside = task is None or task.imports is not None
        name = "/".join((self.pipeline.name, *source.task, source.output))
        return ArtifactKey(self.namespace, self.kind(source), name, "" if outside else version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One artifact that a local run wrote. `file` is none where it is not a file in the folder."""

    name: str
    uri: str
    metadata: dict[str, Any]
    file: Path | None


def add_design(definition: Definition, digest: str, place: str, records: Records) -> None:
    """The pipeline as compiled: steps from artifact to artifact, without versions or runs."""
    pipeline = definition.pipeline
    about = {"schema_version": pipeline.schema, "sdk_version": pipeline.sdk}
    code = ArtifactRecord(
        namespace=definition.namespace,
        kind=Kind.CODE.value,
        name=pipeline.name,
        version=definition.code.version,
        digest=digest,
        description=pipeline.description,
        facets={"kubeflow": {**about, "pipeline_root": pipeline.root}},
    )
    records.add(code, place)
    for task in pipeline.tasks:
        where = f"{place}: {'/'.join(task.path)}"
        try:
            _add_designed(definition, task, where, records)
        except RecordError as error:
            records.refused.append(Remark(error.path, "invalid", error.message))


def _add_designed(definition: Definition, task: Task, where: str, records: Records) -> None:
    for output, title in task.outputs.items():
        source = Source(task.path, output)
        key = definition.key(source)
        facet = {"task": "/".join(task.path), "type": title, "design": True}
        imported, values = _imported(task) if task.imports is not None else ("", {})
        if task.imports is not None:
            facet = {**facet, "design": False, "imported": True, "metadata": values}
        record = ArtifactRecord(
            namespace=key.namespace,
            kind=key.kind,
            name=key.name,
            digest=digest_in(values),
            uri=imported,
            facets={"kubeflow": facet},
        )
        records.add(record, where)
        if task.imports is not None:
            continue
        records.step(definition.code, key, "code")
        if task.image:
            image = image_record(definition.namespace, task.image)
            records.add(image, f"{where} > image")
            records.step(image.key, key, "environment")
        for upstream, role in _reads(definition, task):
            made_of = "derived" if role == "input" else role
            measures = upstream.kind == Kind.MODEL and key.kind == Kind.EVALUATION
            records.step(upstream, key, "evaluation" if measures else made_of)


def _imported(task: Task) -> tuple[str, dict[str, Any]]:
    """The address and the metadata of what an importer brings in."""
    spec = task.imports or {}
    address = spec.get("artifactUri")
    constant = address.get("constant") if isinstance(address, dict) else None
    if not isinstance(constant, str):
        constant = task.parameters.get("uri")
    metadata = spec.get("metadata")
    return (
        constant if isinstance(constant, str) else "",
        dict(metadata) if isinstance(metadata, dict) else {},
    )


def _reads(
    definition: Definition, task: Task, version: str = ""
) -> Iterator[tuple[ArtifactKey, str]]:
    written = [kind_of(title) for title in task.outputs.values()]
    for name, sources in task.reads.items():
        for source in sources:
            key = definition.key(source, version)
            yield key, input_role(name, key.kind, written=written)


def add_run(
    *,
    definition: Definition | None,
    task: Task | None,
    whole: ArtifactKey,
    folder: str,
    outputs: list[Output],
    parameters: Mapping[str, Any],
    place: str,
    records: Records,
) -> None:
    """One task of a local run: what it read by the definition, and what it wrote by its folder."""
    path = (folder,) if task is None else task.path
    run = ArtifactKey(whole.namespace, whole.kind, "/".join((whole.name, *path)), whole.version)
    facet: dict[str, Any] = {"state": "completed", "metrics": numbers(dict(parameters))}
    if task is not None and task.parameters:
        facet["parameters"] = task.parameters
        seed = task.parameters.get("seed")
        facet["seed"] = seed if isinstance(seed, int) else None
    kept = {"folder": folder, "output_parameters": dict(parameters)}
    records.add(_plain(run, {"run": facet, "kubeflow": kept}), place)
    _add_scopes(whole, path, run, place, records)
    if definition is not None and task is not None:
        records.step(definition.code, run, "code")
        for upstream, role in _reads(definition, task, whole.version):
            records.step(upstream, run, role)
        if task.image:
            image = image_record(run.namespace, task.image)
            records.add(image, f"{place} > image")
            records.step(image.key, run, "environment")
    made = [_add_output(one, task, run, place, records) for one in outputs]
    _add_model_steps(definition, task, whole.version, made, records)


def _add_scopes(
    whole: ArtifactKey, path: tuple[str, ...], run: ArtifactKey, place: str, records: Records
) -> None:
    """The pipeline run and each nested pipeline of it, down to the task."""
    above = whole
    records.add(_plain(whole, {}), place)
    for length in range(1, len(path)):
        name = "/".join((whole.name, *path[:length]))
        scope = ArtifactKey(whole.namespace, whole.kind, name, whole.version)
        records.add(_plain(scope, {}), place)
        records.step(above, scope, "orchestration")
        above = scope
    records.step(above, run, "orchestration")


def _add_output(
    output: Output, task: Task | None, run: ArtifactKey, place: str, records: Records
) -> tuple[ArtifactKey, dict[str, Any]]:
    where = f"{place} > {output.name}"
    title = "" if task is None else task.outputs.get(output.name, "")
    kind = kind_of(title)
    key = ArtifactKey(run.namespace, kind, f"{run.name}/{output.name}", run.version)
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
    facets = {"kubeflow": {"type": title, "metadata": output.metadata}}
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=kind,
        name=key.name,
        version=key.version,
        digest=digest or said,
        uri=output.uri,
        facets={**facets, **({kind: about} if about else {})},
    )
    records.add(record, where)
    records.step(run, key, "output")
    commit = output.metadata.get("git_commit")
    if isinstance(commit, str) and commit.strip():
        name, version = run.name.split("/")[0], commit.strip().lower()
        code = ArtifactKey(run.namespace, Kind.CODE.value, name, version)
        records.add(_plain(code, {"code": {"commit": version}}), where)
        records.step(code, run, "code")
    return key, output.metadata


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


def _add_model_steps(
    definition: Definition | None,
    task: Task | None,
    version: str,
    made: list[tuple[ArtifactKey, dict[str, Any]]],
    records: Records,
) -> None:
    reads = [] if definition is None or task is None else list(_reads(definition, task, version))
    bases = [key for key, _ in reads if key.kind == Kind.MODEL]
    models = [key for key, _ in made if key.kind == Kind.MODEL]
    measured = bases or (models if len(models) == 1 else [])
    for key, metadata in made:
        role = relation_of(metadata) if key.kind == Kind.MODEL else ""
        if role and len(bases) == 1:
            records.step(bases[0], key, role)
        elif key.kind == Kind.EVALUATION:
            for model in measured:
                records.step(model, key, "evaluation")


def _plain(key: ArtifactKey, facets: dict[str, Any]) -> ArtifactRecord:
    return ArtifactRecord(
        namespace=key.namespace, kind=key.kind, name=key.name, version=key.version, facets=facets
    )
