"""Tasks of a run of Kubeflow as records, where the server keeps their artifacts itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.formats.pipeline_types import input_role, kind_of
from apps.ingest.connectors.gathering import text
from apps.ingest.connectors.kubeflow.api import mapping, mappings, moment
from apps.ingest.connectors.kubeflow.design import Definition
from apps.ingest.connectors.kubeflow.records import Output, Ran, add_output, add_task
from apps.ingest.connectors.kubeflow.tasks import (
    CACHED,
    IMPORTER,
    ROOT,
    WORKING,
    Find,
    Origin,
    Tasks,
    Told,
    artifact_key,
    artifacts,
    is_iteration,
    name_of,
    origins_in,
    parameters_of,
    state_of,
    title_of,
    type_of,
)
from apps.ingest.connectors.kubeflow.whole import retries, run_facet, said
from apps.ingest.connectors.mlmd.records import Records
from apps.ingest.connectors.mlmd.values import numbers


def add_native_tasks(
    tasks: Tasks, definition: Definition | None, find: Find, place: str, records: Records
) -> None:
    """Every task with its artifacts; a scope is a run that starts runs.

    `find` asks the server where an artifact was written that is not of this run.
    """
    reader = _Reader(tasks, definition, find, place, records, origins_in(tasks))
    for task in sorted(tasks.told, key=lambda one: type_of(one) in WORKING):
        where = f"{place}: {name_of(task) or text(task.get('task_id'))}"
        if type_of(task) == ROOT or is_iteration(task):
            continue
        try:
            ran = reader.ran(task, where)
            code = None if definition is None else definition.code
            add_task(ran, whole=tasks.whole, code=code, place=where, records=records)
        except RecordError as error:
            records.refused.append(Remark(f"{where}: {error.path}", "invalid", error.message))


@dataclass(slots=True)
class _Reader:
    """One run while its tasks are read."""

    tasks: Tasks
    definition: Definition | None
    find: Find
    place: str
    records: Records
    here: dict[str, Origin]
    elsewhere: dict[str, ArtifactKey] = field(default_factory=dict)

    def ran(self, task: Told, where: str) -> Ran:
        path, state = self.tasks.path(task), state_of(task)
        working = type_of(task) in WORKING
        wrote = artifacts(task, "outputs") if working else []
        made = [self.output(task, name, one, where) for name, one in wrote]
        began, ended = moment(task.get("create_time")), moment(task.get("end_time"))
        measured = {name: one for output in made for name, one in _measures(output).items()}
        results = parameters_of(task, "outputs")
        facet = run_facet(state, began, ended, parameters_of(task, "inputs"))
        if metrics := {**numbers(results), **measured}:
            facet["metrics"] = metrics
        designed = self.definition.tasks.get(path) if self.definition else None
        return Ran(
            path=path,
            version=self.tasks.version(task, path),
            facet=facet,
            kept=_kept(task, results),
            image=designed.image if designed and state not in {"", "SKIPPED"} else "",
            reads=tuple(dict.fromkeys(self.reads(task, made, where))) if working else (),
            outputs=tuple(made),
            reused=state == CACHED or any(self.is_from_elsewhere(task, one) for _, one in wrote),
            started=began,
            stated=ended or began,
        )

    def reads(
        self, task: Told, made: list[Output], where: str
    ) -> Iterator[tuple[ArtifactKey, str]]:
        written = [kind_of(one.title) for one in made]
        for name, artifact in artifacts(task, "inputs"):
            identity = text(artifact.get("artifact_id"))
            known = identity in self.here
            key = self.here[identity].key if known else self.outside(artifact, where)
            if not known:
                add_output(_output(name, artifact, key), key, where, self.records)
            yield key, input_role(name, key.kind, written=written)

    def output(self, task: Told, name: str, artifact: Told, where: str) -> Output:
        identity = text(artifact.get("artifact_id"))
        if state_of(task) == CACHED or self.is_from_elsewhere(task, artifact):
            return _output(name, artifact, self.outside(artifact, where))
        known = self.here.get(identity)
        return _output(name, artifact, known.key if known else self.tasks.key(task, name, artifact))

    def is_from_elsewhere(self, task: Told, artifact: Told) -> bool:
        """Whether an importer names what an earlier one had brought in."""
        if type_of(task) != IMPORTER:
            return False
        found = self.find(text(artifact.get("artifact_id")))
        return found is not None and found.task != text(task.get("task_id"))

    def outside(self, artifact: Told, where: str) -> ArtifactKey:
        """The key of what another run wrote."""
        identity = text(artifact.get("artifact_id"))
        if identity in self.here and identity not in self.elsewhere:
            return self.here[identity].key
        if identity not in self.elsewhere:
            found = self.find(identity)
            if found is None:
                message = f"No run says that it wrote artifact {identity[:80]}."
                self.records.adapted.append(Remark(where, "maker_unknown", message))
            label = text(artifact.get("name")) or text(artifact.get("type")) or "artifact"
            named = f"{self.tasks.whole.name}/{label}"
            unknown = artifact_key(self.tasks.whole.namespace, named, artifact)
            self.elsewhere[identity] = unknown if found is None else found.key
        return self.elsewhere[identity]


def _output(name: str, artifact: Told, key: ArtifactKey) -> Output:
    metadata = dict(mapping(artifact.get("metadata")))
    measure = artifact.get("number_value")
    if isinstance(measure, int | float) and not isinstance(measure, bool):
        metadata[text(artifact.get("name")) or name] = measure
    uri = artifact.get("uri")
    return Output(
        name=name,
        uri=uri if isinstance(uri, str) else "",
        metadata=metadata,
        title=title_of(artifact),
        key=key,
        at=moment(artifact.get("created_at")),
        kept=said({"artifact_id": key.version, "name": text(artifact.get("name"))}),
    )


def _measures(output: Output) -> dict[str, int | float]:
    return numbers(output.metadata) if kind_of(output.title) == Kind.EVALUATION else {}


def _kept(task: Told, results: Mapping[str, Any]) -> dict[str, Any]:
    pods = [text(one.get("name")) for one in mappings(task.get("pods"))]
    turns = mapping(task.get("type_attributes"))
    message = text(mapping(task.get("status_metadata")).get("message"))
    return said(
        {
            "task_id": text(task.get("task_id")),
            "type": type_of(task),
            "state": state_of(task),
            "display_name": text(task.get("display_name")),
            "cached": state_of(task) == CACHED,
            "cache_fingerprint": text(task.get("cache_fingerprint")),
            "retries": retries(mappings(task.get("state_history"))),
            "pods": pods,
            "message": message or text(task.get("lifecycle_message")),
            "error": text(mapping(task.get("error")).get("message")),
            "output_parameters": dict(results),
            "iteration_index": turns.get("iteration_index"),
            "iteration_count": turns.get("iteration_count"),
        }
    )
