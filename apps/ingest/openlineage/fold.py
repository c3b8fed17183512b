"""One run from the set of its events, or one job from its own: order of arrival never matters.

Everything here is a function of a set. Events are put in order by event time; what is accumulated
(datasets, code, the run that started it) is a union.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.graph.records import ArtifactKey
from apps.ingest.openlineage.envelope import Dataset, Event
from apps.ingest.openlineage.naming import code_key, parent_key

STATES = {
    "START": "running",
    "RUNNING": "running",
    "COMPLETE": "completed",
    "FAIL": "failed",
    "ABORT": "aborted",
}
ENDED = frozenset({"completed", "failed", "aborted"})
SEED_NAMES = ("seed", "random_seed", "random_state")

Name = tuple[str, str]  # namespace and name of a dataset
Version = tuple[str, str, str]  # and the version


@dataclass(frozen=True, slots=True)
class RunFold:
    """A run, as all of its events together tell it.

    `reads` are the datasets read without a version; which one that was depends on what had been
    completed when the run started. `completions` are the versions written and when.
    """

    namespace: str
    name: str
    run_id: str
    stated_at: datetime
    events: int
    state: str
    started_at: datetime | None
    ended_at: datetime | None
    reads_as_of: datetime
    parameters: dict[str, Any]
    seed: int | str | None
    parents: frozenset[ArtifactKey]
    code: frozenset[ArtifactKey]
    inputs: frozenset[Version]
    reads: frozenset[Name]
    outputs: frozenset[Version]
    completions: frozenset[tuple[Version, datetime]] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class JobFold:
    """What a job says that it reads and writes, apart from any run."""

    namespace: str
    name: str
    inputs: frozenset[Name]
    outputs: frozenset[Name]
    code: frozenset[ArtifactKey]


def fold_run(events: Iterable[Event]) -> RunFold:
    """The run that these events, at least one, are of."""
    every = sorted({event.digest: event for event in events}.values(), key=lambda one: one.order)
    job, run_id = every[0].job, every[0].run_id
    if job is None:
        raise ValueError("These are no events of a run.")
    outputs = _written(every, run_id)
    first = _first_started(every)
    parameters = _parameters(every)
    state, ended_at = _state(every)
    return RunFold(
        namespace=job.namespace,
        name=job.name,
        run_id=run_id,
        stated_at=every[-1].time,
        events=len(every),
        state=state,
        started_at=first,
        ended_at=ended_at,
        reads_as_of=first or every[0].time,
        parameters=parameters,
        seed=_seed(parameters),
        parents=frozenset(key for one in every if (key := parent_key(one)) is not None),
        code=frozenset(key for one in every if (key := code_key(one)) is not None),
        inputs=_stated_versions(every),
        reads=_versionless(every),
        outputs=outputs,
        completions=_completions(every, outputs, first or every[0].time),
    )


def fold_job(events: Iterable[Event]) -> JobFold:
    """The job by the latest of its job events that names any dataset."""
    every = sorted(events, key=lambda one: one.order)
    job = every[-1].job
    if job is None:
        raise ValueError("These are no events of a job.")
    telling = [one for one in every if one.envelope.inputs or one.envelope.outputs]
    last = telling[-1] if telling else every[-1]
    code = code_key(last)
    return JobFold(
        namespace=job.namespace,
        name=job.name,
        inputs=frozenset((one.namespace, one.name) for one in last.envelope.inputs or ()),
        outputs=frozenset((one.namespace, one.name) for one in last.envelope.outputs or ()),
        code=frozenset() if code is None else frozenset({code}),
    )


def _state(every: Sequence[Event]) -> tuple[str, datetime | None]:
    """By the last event that tells a state; OTHER and unknown types tell none."""
    for event in reversed(every):
        if state := STATES.get(event.type):
            return state, event.time if state in ENDED else None
    return "", None


def _first_started(every: Sequence[Event]) -> datetime | None:
    return next((one.time for one in every if one.type == "START"), None)


def _written(every: Sequence[Event], run_id: str) -> frozenset[Version]:
    """Versions that are stated; a dataset for which none is has the run's id as its version."""
    return frozenset(
        (namespace, name, version)
        for (namespace, name), versions in _versions(every, "outputs").items()
        for version in (versions or {run_id})
    )


def _stated_versions(every: Sequence[Event]) -> frozenset[Version]:
    return frozenset(
        (namespace, name, version)
        for (namespace, name), versions in _versions(every, "inputs").items()
        for version in versions
    )


def _versionless(every: Sequence[Event]) -> frozenset[Name]:
    return frozenset(name for name, versions in _versions(every, "inputs").items() if not versions)


def _versions(every: Sequence[Event], direction: str) -> dict[Name, set[str]]:
    found: dict[Name, set[str]] = {}
    for event in every:
        mentioned: list[Dataset] = getattr(event.envelope, direction) or []
        for one in mentioned:
            versions = found.setdefault((one.namespace, one.name), set())
            if one.version:
                versions.add(one.version)
    return found


def _completions(
    every: Sequence[Event], outputs: frozenset[Version], started: datetime
) -> frozenset[tuple[Version, datetime]]:
    """Nothing completes before it started: with that, reading by time can close no cycle."""
    times = {max(one.time, started) for one in every if one.type == "COMPLETE"}
    return frozenset((version, time) for version in outputs for time in times)


def _parameters(every: Sequence[Event]) -> dict[str, Any]:
    for event in reversed(every):
        run = event.envelope.run
        facet = ((run and run.facets) or {}).get("executionParameters")
        if facet is not None:
            given = facet.get("parameters")
            return {
                str(one["key"]): one.get("value")
                for one in (given if isinstance(given, list) else [])
                if isinstance(one, dict) and isinstance(one.get("key"), str)
            }
    return {}


def _seed(parameters: dict[str, Any]) -> int | str | None:
    for name, value in sorted(parameters.items()):
        if name.lower() in SEED_NAMES and isinstance(value, str | int):
            return int(value) if isinstance(value, bool) else value
    return None
