"""How the things of a CycloneDX bill were made: workflows and tasks as runs."""

import re
from collections.abc import Iterator
from typing import Any

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.cyclonedx.component import Bom, kind_word, without
from apps.ingest.connectors.gathering import moment, text

_WORDS = re.compile(r"[a-z]+")
_ROLES = (
    ("training", frozenset({"train", "training", "finetuning", "pretraining"})),
    ("validation", frozenset({"validation", "valid", "val", "dev"})),
    ("testing", frozenset({"test", "testing", "eval", "evaluation", "holdout", "benchmark"})),
)
# Tasks are runs of their own; values of the environment may be secrets.
_LEFT_APART = frozenset({"tasks", "environmentVars"})


def data_role(name: str) -> str:
    """What data was for, as far as its name declares.

    >>> data_role("support-ticket-training-data"), data_role("Eval set"), data_role("tickets")
    ('training', 'testing', 'input')
    """
    words = set(_WORDS.findall(name.lower()))
    return next((role for role, names in _ROLES if words & names), "input")


def state_workflow(bom: Bom, workflow: object, place: str) -> None:
    """A workflow is a run; each of its tasks is a run that it started."""
    run = _run(bom, workflow, "", place)
    if run is None or not isinstance(workflow, dict):
        return
    for index, task in enumerate(_list(workflow.get("tasks"))):
        where = f"{place} > tasks[{index}]"
        if started := _run(bom, task, run.name, where):
            bom.gathering.join(run, started, "orchestration", where)


def _run(bom: Bom, given: object, within: str, place: str) -> ArtifactKey | None:
    about = given if isinstance(given, dict) else {}
    name, uid = text(about.get("name")), text(about.get("uid")) or text(about.get("bom-ref"))
    if not (name or uid):
        bom.gathering.refuse(place, "not_a_run", "Has neither a name nor a uid.")
        return None
    full = f"{within}/{name or uid}" if within else name or uid
    key = ArtifactKey(bom.serial or bom.place, Kind.RUN, full, uid)
    times = {"started_at": about.get("timeStart"), "ended_at": about.get("timeEnd")}
    facet: dict[str, Any] = {
        field: found.isoformat() for field, value in times.items() if (found := moment(value))
    }
    if parameters := dict(_parameters(bom, about, place)):
        facet["parameters"] = bom.gathering.kept(parameters, place)
    own = without(about, _LEFT_APART)
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        description=text(about.get("description")),
        stated_at=bom.stated_at,
        facets={"run": facet, "cyclonedx": bom.gathering.kept(own, place)},
    )
    if not bom.gathering.state(record, place):
        return None
    types = {text(one) for one in _list(about.get("taskTypes"))}
    for reference in _list(about.get("resourceReferences")):
        _read(bom, reference, key, types, f"{place} > resourceReferences")
    for index, one in enumerate(_list(about.get("inputs"))):
        _read(bom, _resource(one), key, types, f"{place} > inputs[{index}]")
    for index, one in enumerate(_list(about.get("outputs"))):
        where = f"{place} > outputs[{index}]"
        if written := _named(bom, _resource(one), one, where):
            bom.gathering.join(key, written, "output", where)
    return key


def _read(bom: Bom, resource: object, run: ArtifactKey, types: set[str], place: str) -> None:
    if resource is None:
        return
    if upstream := _named(bom, resource, None, place):
        bom.gathering.join(upstream, run, _input_role(upstream, types), place)


def _input_role(upstream: ArtifactKey, types: set[str]) -> str:
    if upstream.kind in (Kind.CODE, Kind.ENVIRONMENT):
        return upstream.kind
    if upstream.kind != Kind.DATASET:
        return "input"
    role = data_role(upstream.name)
    return "testing" if role == "input" and types == {"test"} else role


def _named(bom: Bom, resource: object, around: object, place: str) -> ArtifactKey | None:
    """A component by its reference, or something outside by its address."""
    given = resource if isinstance(resource, dict) else {}
    if "ref" in given:
        return bom.key_of(given["ref"], place)
    outside = given.get("externalReference")
    if not isinstance(outside, dict) or not (url := text(outside.get("url"))):
        if resource is not None:
            bom.gathering.refuse(place, "no_reference", "Names nothing in the bill or outside.")
        return None
    sort = text(around.get("type")) if isinstance(around, dict) else ""
    measured = "metrics" in (sort, text(outside.get("type")).rpartition("-")[2])
    kind = Kind.EVALUATION if measured else kind_word(outside.get("type")) or "reference"
    record = ArtifactRecord(
        namespace=bom.serial or bom.place,
        kind=kind,
        name=url,
        uri=url,
        stated_at=bom.stated_at,
        facets={"cyclonedx": bom.gathering.kept(outside, place)},
    )
    known = record.key in bom.gathering.artifacts
    return record.key if known or bom.gathering.state(record, place) else None


def _resource(one: object) -> object:
    """What an input or output names; values of the environment and parameters name nothing."""
    return one.get("resource") if isinstance(one, dict) else None


def _parameters(bom: Bom, about: dict[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    for side in ("inputs", "outputs"):
        for one in _list(about.get(side)):
            given = one if isinstance(one, dict) else {}
            for parameter in _list(given.get("parameters")):
                if isinstance(parameter, dict) and text(parameter.get("name")):
                    yield text(parameter["name"]), parameter.get("value")
            if given.get("environmentVars"):
                message = "Values of the environment may be secrets; they are not kept."
                bom.gathering.adapt(f"{place} > {side}", "environment_left_out", message)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
