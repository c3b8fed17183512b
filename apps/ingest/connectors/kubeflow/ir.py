"""The pipeline in Kubeflow's IR YAML (`PipelineSpec` of kfp, schema 2.x), its nesting laid flat.

A task that runs a container or imports something is kept by its path through the nested pipelines,
with what it reads traced to the tasks that write it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.validation import line
from apps.ingest.connectors.contract import Remark

MAX_TASKS = 5_000
MAX_SOURCES = 50_000
MAX_NESTING = 30
COMPONENT_PREFIX = "comp-"

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The output of a task; a path without a task is an artifact given to the whole pipeline."""

    task: Path
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`folder` is the name kfp.local gives its outputs: that of the component."""

    path: Path
    folder: str
    image: str
    imports: Mapping[str, Any] | None
    outputs: dict[str, str]
    reads: dict[str, tuple[Source, ...]]
    parameters: dict[str, Any]
    loops: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """`given` are the types of the artifacts that are handed to the pipeline from outside."""

    name: str
    description: str
    schema: str
    sdk: str
    root: str
    tasks: tuple[Task, ...]
    given: dict[str, str]


@dataclass(slots=True)
class _Scope:
    """One use of a nested pipeline: its tasks, and where the artifacts handed to it come from."""

    path: Path
    dag: Mapping[str, Any]
    task: Mapping[str, Any]
    outer: "_Scope | None"
    loops: bool

    @property
    def tasks(self) -> Mapping[str, Any]:
        return _mapping(self.dag.get("tasks"))


@dataclass(slots=True)
class _Reader:
    """The specification while it is read, and what was remarked on the way."""

    spec: Mapping[str, Any]
    place: str
    adapted: list[Remark] = field(default_factory=list)
    tasks: int = 0
    traced: int = 0

    def walk(self, scope: _Scope) -> Iterator[Task]:
        if len(scope.path) > MAX_NESTING:
            raise RecordError(self.place, f"Is nested deeper than {MAX_NESTING} pipelines.")
        for name, task in scope.tasks.items():
            self.tasks += 1
            if self.tasks > MAX_TASKS:
                raise RecordError(self.place, f"Has more than {MAX_TASKS:,} tasks.")
            label = line(str(name), f"{self.place}: {'/'.join(scope.path)}", required=True)
            component = self.component(task)
            loops = scope.loops or any("terator" in str(field) for field in _mapping(task))
            if dag := _mapping(component.get("dag")):
                inner = _Scope((*scope.path, label), dag, _mapping(task), scope, loops)
                yield from self.walk(inner)
            else:
                yield self.task(scope, label, _mapping(task), component, loops=loops)

    def component(self, task: Any) -> Mapping[str, Any]:
        name = _mapping(_mapping(task).get("componentRef")).get("name")
        return _mapping(_mapping(self.spec.get("components")).get(str(name)))

    def task(
        self,
        scope: _Scope,
        label: str,
        task: Mapping[str, Any],
        component: Mapping[str, Any],
        *,
        loops: bool,
    ) -> Task:
        executors = _mapping(_mapping(self.spec.get("deploymentSpec")).get("executors"))
        executor = _mapping(executors.get(str(component.get("executorLabel"))))
        folder = str(_mapping(task.get("componentRef")).get("name", ""))
        inputs = _mapping(task.get("inputs"))
        image = _mapping(executor.get("container")).get("image")
        if not executor:
            place = f"{self.place}: {'/'.join((*scope.path, label))}"
            message = "Names no container, importer or nested pipeline; kept as a task."
            self.adapted.append(Remark(place, "no_executor", message))
        return Task(
            path=(*scope.path, label),
            folder=folder.removeprefix(COMPONENT_PREFIX),
            image=image.strip() if isinstance(image, str) else "",
            imports=_mapping(executor.get("importer")) or None,
            outputs=_types(component.get("outputDefinitions")),
            reads={
                str(key): tuple(dict.fromkeys(self.sources(scope, spec)))
                for key, spec in _mapping(inputs.get("artifacts")).items()
            },
            parameters=dict(_constants(inputs.get("parameters"))),
            loops=loops,
        )

    def sources(self, scope: _Scope, spec: Any) -> Iterator[Source]:
        """Where an artifact that is read in a scope was written."""
        self.traced += 1
        if self.traced > MAX_SOURCES:
            raise RecordError(self.place, f"Passes artifacts on more than {MAX_SOURCES:,} times.")
        given = _mapping(spec)
        if from_task := _mapping(given.get("taskOutputArtifact")):
            yield from self.written(
                scope, from_task.get("producerTask"), from_task.get("outputArtifactKey")
            )
        elif isinstance(name := given.get("componentInputArtifact"), str):
            if scope.outer is None:
                yield Source((), name)
                return
            handed = _mapping(_mapping(scope.task.get("inputs")).get("artifacts")).get(name)
            if handed is None:
                handed = self._looped(scope, name)
            yield from self.sources(scope.outer, handed)
        else:
            place = f"{self.place}: {'/'.join(scope.path) or 'root'}"
            message = "Reads an artifact in a way that is not known; where it comes from is not."
            self.adapted.append(Remark(place, "unknown_source", message))

    def written(self, scope: _Scope, task: Any, key: Any) -> Iterator[Source]:
        if not isinstance(task, str) or not isinstance(key, str):
            return
        self.traced += 1
        if self.traced > MAX_SOURCES or len(scope.path) > MAX_NESTING:
            raise RecordError(self.place, "Passes artifacts on too often, or nests too deep.")
        found = scope.tasks.get(task)
        dag = _mapping(self.component(found).get("dag"))
        if not dag:
            yield Source((*scope.path, task), key)
            return
        inner = _Scope((*scope.path, task), dag, _mapping(found), scope, scope.loops)
        outputs = _mapping(_mapping(dag.get("outputs")).get("artifacts"))
        selectors = _mapping(outputs.get(key)).get("artifactSelectors")
        for one in selectors if isinstance(selectors, list) else []:
            chosen = _mapping(one)
            yield from self.written(
                inner, chosen.get("producerSubtask"), chosen.get("outputArtifactKey")
            )

    def _looped(self, scope: _Scope, name: str) -> Any:
        """A loop hands its tasks one artifact at a time, of the list that it goes through."""
        loop = _mapping(scope.task.get("artifactIterator"))
        if loop.get("itemInput") != name:
            return None
        listed = _mapping(loop.get("items")).get("inputArtifact")
        return _mapping(_mapping(scope.task.get("inputs")).get("artifacts")).get(str(listed))


def is_pipeline(value: object) -> bool:
    """Whether a YAML value is a compiled pipeline."""
    return isinstance(value, dict) and "pipelineInfo" in value and "root" in value


def read_pipeline(spec: Mapping[str, Any], place: str) -> tuple[Pipeline, list[Remark]]:
    """The pipeline, and what was adapted. `RecordError` says what is wrong with it."""
    version = str(spec.get("schemaVersion", ""))
    if not version.startswith("2."):
        raise RecordError(place, f"Is of schema version {version[:40]!r}; 2.x can be read.")
    info, root = _mapping(spec.get("pipelineInfo")), _mapping(spec.get("root"))
    name = info.get("name")
    if not isinstance(name, str):
        raise RecordError(f"{place}: pipelineInfo.name", "Is missing or is no text.")
    reader = _Reader(spec, place)
    tasks = tuple(reader.walk(_Scope((), _mapping(root.get("dag")), {}, None, loops=False)))
    pipeline = Pipeline(
        name=line(name.strip(), f"{place}: pipelineInfo.name", required=True),
        description=str(info.get("description") or ""),
        schema=version,
        sdk=str(spec.get("sdkVersion") or ""),
        root=str(spec.get("defaultPipelineRoot") or ""),
        tasks=tasks,
        given=_types(root.get("inputDefinitions")),
    )
    return pipeline, list(dict.fromkeys(reader.adapted))


def _types(definitions: Any) -> dict[str, str]:
    """The schema title of each artifact."""
    return {
        str(name): str(_mapping(_mapping(one).get("artifactType")).get("schemaTitle") or "")
        for name, one in _mapping(_mapping(definitions).get("artifacts")).items()
    }


def _constants(parameters: Any) -> Iterator[tuple[str, Any]]:
    for name, one in _mapping(parameters).items():
        runtime = _mapping(_mapping(one).get("runtimeValue"))
        if "constant" in runtime:
            value = runtime["constant"]
            whole = isinstance(value, float) and value.is_integer()
            yield str(name), int(value) if whole else value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
