"""Tasks of a run whose server keeps artifacts itself, in place of ML Metadata.

Fields are those of `PipelineTask` and `Artifact` in `run.proto` and `artifact.proto`; earlier
drafts of theirs that were built are read too (`status` for `state`, `parameter_name` for
`artifact_key`, `LOOP_ITERATION`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey
from apps.graph.validation import line
from apps.ingest.connectors.formats.pipeline_types import kind_of
from apps.ingest.connectors.gathering import text
from apps.ingest.connectors.kubeflow.api import mapping, mappings, moment

Told = Mapping[str, Any]

MAX_NESTING = 30
MAX_ARTIFACTS = 20_000
CACHED = "CACHED"
RUNTIME, IMPORTER, ROOT = "RUNTIME", "IMPORTER", "ROOT"
# The others are scopes: what goes in and out of them is read and written by their tasks.
WORKING = frozenset({RUNTIME, IMPORTER})
# As the types of a compiled pipeline are called.
TITLES = {
    "Metric": "system.Metrics",
    "ClassificationMetric": "system.ClassificationMetrics",
    "SlicedClassificationMetric": "system.SlicedClassificationMetrics",
}


@dataclass(frozen=True)
class Tasks:
    """The tasks of one run, by their ids."""

    whole: ArtifactKey
    told: tuple[Told, ...]

    @cached_property
    def by_id(self) -> dict[str, Told]:
        return {text(one.get("task_id")): one for one in self.told}

    def path(self, task: Told) -> tuple[str, ...]:
        """Names from the pipeline down to the task, as a compiled pipeline nests them."""
        names: list[str] = []
        at: Told | None = task
        for _ in range(MAX_NESTING):
            if at is None or type_of(at) == ROOT:
                return tuple(reversed(names))
            if not is_iteration(at):
                names.append(line(name_of(at), "task.name", required=True))
            at = self.by_id.get(text(at.get("parent_task_id")))
        raise RecordError(
            "parent_task_id", f"Is nested deeper than {MAX_NESTING} tasks, or in itself."
        )

    @cached_property
    def uses(self) -> Counter[tuple[str, ...]]:
        """How many executions each path has."""
        found: Counter[tuple[str, ...]] = Counter()
        for task in self.told:
            try:
                found[self.path(task)] += type_of(task) != ROOT and not is_iteration(task)
            except RecordError:
                continue
        return found

    def version(self, task: Told, path: tuple[str, ...]) -> str:
        once = self.uses[path] < 2  # noqa: PLR2004 - the run's own, if there is but one
        return self.whole.version if once else f"{self.whole.version}#{text(task.get('task_id'))}"

    def written(self) -> Iterator[tuple[Told, str, Told]]:
        """(task, name, artifact) of what was written here, or brought in from outside."""
        for task in self.told:
            if type_of(task) in WORKING and state_of(task) != CACHED:
                with suppress(RecordError):
                    yield from ((task, name, one) for name, one in artifacts(task, "outputs"))

    def key(self, task: Told, name: str, artifact: Told) -> ArtifactKey:
        """The key of an artifact that the task wrote under that name."""
        parts = (self.whole.name, *self.path(task), name)
        return artifact_key(self.whole.namespace, "/".join(parts), artifact)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an artifact was written first: its key is named after that task."""

    key: ArtifactKey
    task: str
    at: datetime | None


Find = Callable[[str], Origin | None]


def origins_in(tasks: Tasks) -> dict[str, Origin]:
    """Of what was written in a run, or brought in, by the ids of the artifacts."""
    found: dict[str, Origin] = {}
    for task, name, artifact in tasks.written():
        identity = text(artifact.get("artifact_id"))
        with suppress(RecordError):
            key = tasks.key(task, name, artifact)
            at = moment(task.get("create_time"))
            found.setdefault(identity, Origin(key, text(task.get("task_id")), at))
    return found


def artifacts(task: Told, side: str) -> list[tuple[str, Told]]:
    """What a task read (`inputs`) or wrote (`outputs`), each with the name it did so under."""
    found: list[tuple[str, Told]] = []
    for one in mappings(mapping(task.get(side)).get("artifacts")):
        name = _label(one, "artifact_key")
        for artifact in mappings(one.get("artifacts")):
            label = line(name or text(artifact.get("name")), f"{side}.artifact_key")
            found.append((label or "artifact", artifact))
            if len(found) > MAX_ARTIFACTS:
                raise RecordError(side, f"Has more than {MAX_ARTIFACTS:,} artifacts.")
    return [one for one in found if text(one[1].get("artifact_id"))]


def type_of(task: Told) -> str:
    # Without a type it is a container: the first drafts left the enumeration's zero out for ROOT.
    return text(task.get("type")) or (RUNTIME if task.get("parent_task_id") else ROOT)


def is_iteration(task: Told) -> bool:
    """Whether it is one turn of a loop, which the compiled pipeline does not name."""
    index = mapping(task.get("type_attributes")).get("iteration_index")
    return type_of(task) == "LOOP_ITERATION" or (type_of(task) == "LOOP" and index is not None)


def name_of(task: Told) -> str:
    return text(task.get("name")) or text(task.get("display_name"))


def state_of(task: Told) -> str:
    return text(task.get("state")) or text(task.get("status"))


def _label(told: Told, field_name: str) -> str:
    names = (told.get(field_name), told.get("parameter_name"))
    return next(filter(None, map(text, names)), text(mapping(told.get("producer")).get("key")))


def parameters_of(task: Told, side: str) -> dict[str, Any]:
    given = mappings(mapping(task.get(side)).get("parameters"))
    return {_label(one, "parameter_key"): one.get("value") for one in given}


def title_of(artifact: Told) -> str:
    sort = text(artifact.get("type"))
    return TITLES.get(sort, f"system.{sort}" if sort else "")


def artifact_key(namespace: str, name: str, artifact: Told) -> ArtifactKey:
    version = line(text(artifact.get("artifact_id")), "artifact_id", required=True, limit=500)
    return ArtifactKey(namespace, kind_of(title_of(artifact)), name, version)
