"""A pipeline as it was compiled, as lineage records: steps between artifacts without a version."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.formats.pipeline_types import input_role, kind_of
from apps.ingest.connectors.kubeflow.ir import Pipeline, Source, Task
from apps.ingest.connectors.mlmd.facets import image_record
from apps.ingest.connectors.mlmd.records import Records
from apps.ingest.connectors.mlmd.values import digest_in


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


def add_design(
    definition: Definition,
    digest: str,
    place: str,
    records: Records,
    told: Mapping[str, Any] | None = None,
) -> None:
    """The pipeline as compiled: steps from artifact to artifact, without versions or runs.

    `told` is what a server says of it besides.
    """
    pipeline = definition.pipeline
    about = {"schema_version": pipeline.schema, "sdk_version": pipeline.sdk}
    code = ArtifactRecord(
        namespace=definition.namespace,
        kind=Kind.CODE.value,
        name=pipeline.name,
        version=definition.code.version,
        digest=digest,
        description=pipeline.description,
        facets={"kubeflow": {**about, "pipeline_root": pipeline.root, **(told or {})}},
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
        for upstream, role in reads_of(definition, task):
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


def reads_of(
    definition: Definition, task: Task, version: str = ""
) -> Iterator[tuple[ArtifactKey, str]]:
    """What a task reads by the definition, each with its role."""
    written = [kind_of(title) for title in task.outputs.values()]
    for name, sources in task.reads.items():
        for source in sources:
            key = definition.key(source, version)
            yield key, input_role(name, key.kind, written=written)
