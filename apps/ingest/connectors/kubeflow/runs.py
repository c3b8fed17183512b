"""Runs and pipelines of a Kubeflow server as lineage records."""

import hashlib
from collections.abc import Mapping
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey
from apps.graph.strict_json import canonical
from apps.graph.validation import json_value, line
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.gathering import text
from apps.ingest.connectors.kubeflow.api import Api, mapping, mappings, moment
from apps.ingest.connectors.kubeflow.by_design import add_designed_tasks
from apps.ingest.connectors.kubeflow.design import Definition, add_design
from apps.ingest.connectors.kubeflow.ir import is_pipeline, read_pipeline
from apps.ingest.connectors.kubeflow.native import add_native_tasks
from apps.ingest.connectors.kubeflow.tasks import Origin, Tasks, origins_in
from apps.ingest.connectors.kubeflow.whole import run_record, said
from apps.ingest.connectors.mlmd.records import Records

# Forgotten as a whole when so many are remembered.
REMEMBERED = 10_000
DEFINITIONS_REMEMBERED = 100
RUNS_ASKED = 20
WROTE = frozenset({"OUTPUT", "ITERATOR_OUTPUT", "ONE_OF_OUTPUT"})


class Runs:
    """The runs of one namespace of a server (`group`; empty on a server of one user)."""

    def __init__(self, api: Api, namespace: str, group: str, *, with_tasks: bool) -> None:
        self.api = api
        self.namespace = namespace
        self.group = group
        self.pipelines: dict[str, str] = {}
        self.experiments: dict[str, str] = {}
        self._with_tasks = with_tasks
        self._recurring: dict[str, str] = {}
        self._definitions: dict[str, Definition | None] = {}
        self._origins: dict[str, Origin | None] = {}

    def evidence(self, *path: str) -> str:
        return self.api.address(*path)

    def add_version(self, told: Mapping[str, Any], records: Records) -> ArtifactKey | None:
        """The design of a pipeline's version. Its key; none if it cannot be read, with a remark."""
        identity = text(told.get("pipeline_version_id"))
        place = self.evidence("pipelines", text(told.get("pipeline_id")), "versions", identity)
        definition = self._definition(told.get("pipeline_spec"), identity, place, records)
        if definition is None:
            return None
        made = moment(told.get("created_at"))
        kept = {
            "pipeline_id": text(told.get("pipeline_id")),
            "pipeline_version_id": identity,
            "version": text(told.get("display_name")),
            "description": text(told.get("description")),
            "code_source_url": text(told.get("code_source_url")),
            "package_url": text(mapping(told.get("package_url")).get("pipeline_url")),
            "created_at": made.isoformat() if made else "",
            "tags": dict(mapping(told.get("tags"))),
        }
        add_design(definition, "", place, records, said(kept))
        return definition.code

    def add_run(
        self, identity: str, told: Mapping[str, Any], records: Records, *, turns: int
    ) -> ArtifactKey:
        """A run with its tasks. Its key. RecordError if it cannot be named."""
        place = self.evidence("runs", identity)
        definition = self._definition_of(told, records)
        whole = self._whole(identity, told, definition)
        record = run_record(whole, told, self._groups(told), turns=turns)
        records.add(record, place, ("kfp_run", identity))
        if definition is not None:
            records.step(definition.code, whole, "code")
        if not self._with_tasks:
            return whole
        steps = mappings(mapping(told.get("run_details")).get("task_details"))
        if native := self._tasks(whole, told):
            add_native_tasks(native, definition, self.origin, place, records)
        elif definition is not None and steps:
            add_designed_tasks(definition, steps, whole, place, records)
        else:
            message = "What its tasks did is not told by the server, or not known how to read."
            records.adapted.append(Remark(place, "no_tasks", message))
        return whole

    def origin(self, artifact: str) -> Origin | None:
        """Where an artifact was written first. None if no run says that it wrote it."""
        if artifact not in self._origins:
            if len(self._origins) >= REMEMBERED:
                self._origins.clear()
            self._origins[artifact] = self._origin(artifact)
        return self._origins[artifact]

    def _origin(self, artifact: str) -> Origin | None:
        runs: dict[str, None] = {}
        for link in self.api.links(artifact):
            if text(link.get("type")) in WROTE and len(runs) < RUNS_ASKED:
                runs[text(link.get("run_id"))] = None
        found = []
        for run in filter(None, runs):
            told = self.api.run(run)
            if told is None:
                continue
            whole = self._whole(run, told, self._definition_of(told, Records()))
            tasks = self._tasks(whole, told)
            if tasks is not None and (one := origins_in(tasks).get(artifact)):
                found.append(one)
        return min(
            found, key=lambda one: (one.at.isoformat() if one.at else "", one.task), default=None
        )

    def _tasks(self, whole: ArtifactKey, told: Mapping[str, Any]) -> Tasks | None:
        tasks = mappings(told.get("tasks"))
        return Tasks(whole, tuple(tasks)) if tasks else None

    def _whole(
        self, identity: str, told: Mapping[str, Any], definition: Definition | None
    ) -> ArtifactKey:
        pipeline, _ = _reference(told)
        names = (self.pipelines.get(pipeline, ""), text(told.get("display_name")), "run")
        name = definition.pipeline.name if definition else next(filter(None, names))
        return ArtifactKey(
            self.namespace, Kind.RUN.value, name, line(identity, "run_id", required=True, limit=500)
        )

    def _groups(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """What the run belongs to: ids, and names where they are known."""
        experiment, recurring = text(told.get("experiment_id")), text(told.get("recurring_run_id"))
        pipeline, version = _reference(told)
        return {
            "experiment": said({"id": experiment, "name": self.experiments.get(experiment, "")}),
            "pipeline": said(
                {"id": pipeline, "version_id": version, "name": self.pipelines.get(pipeline, "")}
            ),
            "recurring_run": said({"id": recurring, "name": self._name_of_recurring(recurring)}),
        }

    def _name_of_recurring(self, identity: str) -> str:
        if identity and identity not in self._recurring:
            if len(self._recurring) >= REMEMBERED:
                self._recurring.clear()
            told = self.api.recurring_run(identity)
            self._recurring[identity] = text(mapping(told).get("display_name"))
        return self._recurring.get(identity, "")

    def _definition_of(self, told: Mapping[str, Any], records: Records) -> Definition | None:
        """Of the version that the run names, or else of the pipeline that came with the run."""
        pipeline, version = _reference(told)
        if not version or not pipeline:
            spec, place = told.get("pipeline_spec"), self.evidence("runs", text(told.get("run_id")))
            definition = self._definition(spec, "", place, records) if spec else None
            if definition is not None:
                add_design(definition, "", place, records)
            return definition
        if version not in self._definitions:
            if len(self._definitions) >= DEFINITIONS_REMEMBERED:
                self._definitions.clear()
            place = self.evidence("pipelines", pipeline, "versions", version)
            # A pipeline that was deleted since may still lie in the run.
            found = mapping(self.api.version(pipeline, version))
            spec = found.get("pipeline_spec") or told.get("pipeline_spec")
            self._definitions[version] = self._definition(spec, version, place, records)
        return self._definitions[version]

    def _definition(
        self, spec: Any, version: str, place: str, records: Records
    ) -> Definition | None:
        """A pipeline by its specification; none if it is not one that can be read, with a remark.

        Without a version it goes by a digest of the specification.
        """
        given = mapping(spec)
        # So it comes where the pipeline has settings for its platform besides.
        inner = mapping(given.get("pipeline_spec")) or given
        if not is_pipeline(inner):
            message = "Is no compiled pipeline of version 2; its design and tasks are not read."
            records.adapted.append(Remark(place, "not_a_pipeline", message))
            return None
        try:
            kept = json_value(dict(inner), "pipeline_spec")
            pipeline, adapted = read_pipeline(kept, place)
        except RecordError as error:
            records.refused.append(Remark(error.path, "not_a_pipeline", error.message))
            return None
        records.adapted.extend(adapted)
        digest = version or hashlib.sha256(canonical(kept).encode()).hexdigest()[:12]
        code = ArtifactKey(self.namespace, Kind.CODE.value, pipeline.name, digest)
        return Definition(pipeline, code, {one.path: one for one in pipeline.tasks})


def _reference(told: Mapping[str, Any]) -> tuple[str, str]:
    """The ids of the pipeline and of its version, as far as the run names them."""
    for field in ("pipeline_version_reference", "pipeline_reference"):
        given = mapping(told.get(field))
        if text(given.get("pipeline_id")):
            return text(given.get("pipeline_id")), text(given.get("pipeline_version_id"))
    return "", ""
