"""What an ML Metadata store says of its executions and artifacts, each with the key it goes by.

Names in the store are missing or random more often than not, so a run is named after its pipeline
and task and an artifact after the task that wrote it; versions are the store's own ids.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.formats.pipeline_types import (
    IGNORED_CONTEXTS,
    PIPELINE_RUNS,
    PIPELINES,
    SCOPES,
    TASKS,
    kind_of,
)
from apps.ingest.connectors.mlmd.tables import Row, Tables
from apps.ingest.connectors.mlmd.values import integer, properties, words

# For naming again what earlier executions wrote; forgotten as a whole when it is full.
_REMEMBERED = 10_000
_RANDOM = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.I)


@dataclass(frozen=True, slots=True)
class Context:
    """A pipeline, a run of it, a task of it, an experiment."""

    id: int
    type: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution with its key. Names are empty where the store does not say.

    `pipeline_run` is the id that Kubeflow's own API knows the run of the pipeline by.
    """

    id: int
    key: ArtifactKey
    type: str
    base: str
    state: object
    name: str
    pipeline: str
    pipeline_run: str
    task: str
    values: dict[str, Any]
    contexts: tuple[Context, ...]

    @property
    def is_scope(self) -> bool:
        return self.type in SCOPES

    @property
    def is_whole(self) -> bool:
        """Whether it stands for the whole run of a pipeline."""
        return self.is_scope and self.values.get("parent_dag_id") in (0, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One artifact with its key."""

    id: int
    key: ArtifactKey
    type: str
    base: str
    uri: str
    state: object
    name: str
    external: str
    created: object
    updated: object
    values: dict[str, Any]


@dataclass(slots=True)
class Store:
    """The tables, with the types read once."""

    tables: Tables
    namespace: str
    types: dict[int, str] = field(default_factory=dict)
    bases: dict[int, str] = field(default_factory=dict)
    _named: dict[int, Execution | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.types = {integer(row[0], "Type.id"): str(row[1]) for row in self.tables.types()}
        self.bases = {row[0]: self.types.get(row[1], "") for row in self.tables.base_types()}

    def execution(self, row: Row, adapted: list[Remark]) -> Execution:
        """`row` begins with (id, type, state, name)."""
        identity = integer(row[0], "Execution.id")
        place = f"Execution {identity}"
        type_id = integer(row[1], f"{place}.type_id")
        values = properties(self.tables.execution_properties(identity), place, adapted)
        contexts = self._contexts(identity, place)
        name = words(row[3], f"{place}.name")
        type_name = self.types.get(type_id, f"type {type_id}")
        pipeline = _first(contexts, PIPELINES)
        run = _first(contexts, PIPELINE_RUNS)
        task = _task(type_name, name, pipeline, values, contexts)
        return Execution(
            id=identity,
            key=ArtifactKey(
                self.namespace,
                Kind.RUN.value,
                "/".join(filter(None, (pipeline, task))) or type_name,
                f"{run}#{identity}" if run else str(identity),
            ),
            type=type_name,
            base=self.bases.get(type_id, ""),
            state=row[2],
            name=name,
            pipeline=pipeline,
            pipeline_run=run,
            task=task,
            values=values,
            contexts=contexts,
        )

    def execution_named(self, identity: int) -> Execution | None:
        """The execution of that id, as far as its name goes; none if the store has it not."""
        if identity not in self._named:
            if len(self._named) >= _REMEMBERED:
                self._named.clear()
            row = self.tables.execution(identity)
            # Without its properties, which may be large.
            self._named[identity] = (
                None if row is None else replace(self.execution(row, []), values={}, contexts=())
            )
        return self._named[identity]

    def artifact(self, row: Row, adapted: list[Remark]) -> Stored:
        """`row` as `Tables.artifact` gives it."""
        identity = integer(row[0], "Artifact.id")
        place = f"Artifact {identity}"
        type_id = integer(row[1], f"{place}.type_id")
        type_name = self.types.get(type_id, f"type {type_id}")
        base = self.bases.get(type_id, "")
        values = properties(self.tables.artifact_properties(identity), place, adapted)
        name, uri = words(row[4], f"{place}.name"), words(row[2], f"{place}.uri")
        label = self._label(identity, name, uri, values) or type_name
        return Stored(
            id=identity,
            key=ArtifactKey(self.namespace, kind_of(type_name, base), label, str(identity)),
            type=type_name,
            base=base,
            uri=uri,
            state=row[3],
            name=name,
            external=words(row[5], f"{place}.external_id"),
            created=row[6],
            updated=row[7],
            values=values,
        )

    def _label(self, identity: int, name: str, uri: str, values: dict[str, Any]) -> str:
        shown = _said(values, "display_name", "name")
        own = "" if _RANDOM.search(name) else name
        last = uri.rstrip("/").rpartition("/")[2]
        made = self.tables.maker(identity)
        maker = None if made is None else self.execution_named(integer(made[0], "Event"))
        if made is None or maker is None:
            return shown or own or last
        key = path_key(self.tables.path(integer(made[1], "Event.id")))
        return "/".join(filter(None, (maker.pipeline, maker.task, shown or key or own or last)))

    def _contexts(self, execution: int, place: str) -> tuple[Context, ...]:
        own = [self._context(row, place) for row in self.tables.contexts(execution)]
        parents = [
            self._context(row, place)
            for one in own
            if one.type in PIPELINE_RUNS
            for row in self.tables.parent_contexts(one.id)
        ]
        every = dict.fromkeys((*own, *parents))
        return tuple(one for one in every if one.type not in IGNORED_CONTEXTS)

    def _context(self, row: Row, place: str) -> Context:
        type_name = self.types.get(row[1], f"type {row[1]}")
        return Context(
            integer(row[0], "Context.id"), type_name, words(row[2], f"{place} > Context.name")
        )


def path_key(rows: Iterable[Row]) -> str:
    """The key of an event's path: the name under which a task reads or writes an artifact."""
    return next((row[1].strip() for row in rows if isinstance(row[1], str)), "")


def _first(contexts: Iterable[Context], types: frozenset[str]) -> str:
    return next((one.name for one in contexts if one.type in types and one.name), "")


def _task(
    type_name: str,
    name: str,
    pipeline: str,
    values: dict[str, Any],
    contexts: Iterable[Context],
) -> str:
    if said := _said(values, "task_name", "display_name", "component_id"):
        return said
    if task := _first(contexts, TASKS):
        return task.removeprefix(f"{pipeline}.")
    if type_name in SCOPES and values.get("parent_dag_id") in (0, None):
        return ""
    return name if name and not _RANDOM.search(name) else type_name


def _said(values: dict[str, Any], *names: str) -> str:
    for name in names:
        value = values.get(name)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())
    return ""
