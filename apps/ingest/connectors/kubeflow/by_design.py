"""Tasks of a run whose server leaves artifacts to ML Metadata (up to 2.14).

Such a server tells the steps of the workflow engine: a name, a state, times. Which task a step
belongs to is known by its name; what the task read and wrote, by the compiled pipeline.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from apps.graph.records import ArtifactKey
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.gathering import text
from apps.ingest.connectors.kubeflow.api import mapping, mappings, moment
from apps.ingest.connectors.kubeflow.design import Definition, reads_of
from apps.ingest.connectors.kubeflow.ir import Task
from apps.ingest.connectors.kubeflow.records import Output, Ran, add_task
from apps.ingest.connectors.kubeflow.whole import run_facet, said
from apps.ingest.connectors.mlmd.records import Records

EXECUTOR = "executor"
Steps = Sequence[Mapping[str, Any]]


def add_designed_tasks(
    definition: Definition, steps: Steps, whole: ArtifactKey, place: str, records: Records
) -> None:
    """Every task that a step of the engine bears the name of."""
    named: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for step in steps:
        named[text(step.get("display_name"))].append(step)
    reused, unsure = _reused(steps, named)
    if unsure:
        message = f"{unsure} tasks took over earlier results; which ones only ML Metadata tells."
        records.adapted.append(Remark(place, "some_reused", message))
    uses = Counter(task.path[-1] for task in definition.pipeline.tasks)
    # What is imported is no step of the run: it is what the pipeline names.
    tasks = [task for task in definition.pipeline.tasks if task.imports is None]
    absent = [task for task in tasks if not named.get(task.path[-1])]
    if absent:
        first = "/".join(absent[0].path)
        message = f"{len(absent)} of its tasks did not run, {first} among them."
        records.adapted.append(Remark(place, "not_run", message))
    for task in tasks:
        name = task.path[-1]
        if not named.get(name):
            continue
        if uses[name] > 1 or len(named[name]) > 1:
            message = f"Several executions are named {name}; they are taken as one."
            records.adapted.append(Remark(f"{place}: {name}", "several_executions", message))
        cached = reused is None or name in reused
        ran = _ran(definition, task, named[name], whole, cached=cached)
        add_task(ran, whole=whole, code=definition.code, place=f"{place}: {name}", records=records)


def _ran(
    definition: Definition, task: Task, steps: Steps, whole: ArtifactKey, *, cached: bool
) -> Ran:
    states = {text(one.get("state")) for one in steps}
    state = next(
        (one for one in ("RUNNING", "PENDING", "FAILED", "CANCELED", "SUCCEEDED") if one in states),
        next(iter(sorted(states)), ""),
    )
    began = min(filter(None, (moment(one.get("start_time")) for one in steps)), default=None)
    ended = max(filter(None, (moment(one.get("end_time")) for one in steps)), default=None)
    kept = {
        "by_design": True,
        "state": state,
        "cached": cached and state == "SUCCEEDED",
        "task_ids": [text(one.get("task_id")) for one in steps],
        "error": text(mapping(steps[0].get("error")).get("message")),
        "attempts": _attempts(steps),
        # Numbers of ML Metadata, where the server has kept them.
        "mlmd_execution": _number(steps[0].get("execution_id")),
        "mlmd_inputs": _artifact_ids(steps[0].get("inputs")),
        "mlmd_outputs": _artifact_ids(steps[0].get("outputs")),
    }
    ran = state not in {"SKIPPED", "PENDING", ""}
    wrote = [
        Output(name=name, title=title, uri="", metadata={}, kept={"by_design": True})
        for name, title in task.outputs.items()
    ]
    return Ran(
        path=task.path,
        version=whole.version,
        facet=run_facet(state, began, None if state == "RUNNING" else ended, task.parameters),
        kept=said(kept),
        image=task.image,
        reads=tuple(reads_of(definition, task, whole.version)) if ran else (),
        outputs=tuple(wrote) if state == "SUCCEEDED" else (),
        reused=cached,
        started=began,
        stated=ended or began,
    )


def _reused(steps: Steps, named: Mapping[str, Steps]) -> tuple[frozenset[str] | None, int]:
    """The tasks whose container was not run because an earlier result was taken; none for all of
    them. Besides, how many there are if it cannot be said which."""
    executors = [one for one in steps if text(one.get("display_name")).startswith(EXECUTOR)]
    skipped = [one for one in executors if text(one.get("state")) == "SKIPPED"]
    if not skipped:
        return frozenset(), 0
    if len(skipped) == len(executors):
        return None, 0
    pods = {text(one.get("pod_name")) for one in skipped}
    if "" in pods:
        return frozenset(), len(skipped)
    owners = {
        name
        for name, several in named.items()
        for one in several
        for below in mappings(one.get("child_tasks"))
        if text(below.get("pod_name")) in pods
    }
    return frozenset(owners), 0


def _attempts(steps: Steps) -> int:
    """More than one if a container failed and was started again."""
    failed = mapping(steps[0].get("executor_detail")).get("failed_main_jobs")
    return len(failed) + 1 if isinstance(failed, list) and failed else 0


def _number(value: Any) -> str:
    """A number of 64 bits, which JSON has as a text. 0 stands for none."""
    return str(value) if str(value).isdecimal() and int(str(value)[:19]) else ""


def _artifact_ids(value: Any) -> dict[str, list[str]]:
    return {
        str(name): [_number(one) for one in found]
        for name, several in mapping(value).items()
        if isinstance(found := mapping(several).get("artifact_ids"), list)
    }
