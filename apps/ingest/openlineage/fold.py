"""One run from the set of its events, or one job from its own: order of arrival never matters.

Everything here is a function of a set of events. What they tell of a state goes by event time; what
is accumulated (datasets, code, the run that started it) is a union.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.graph.records import ArtifactKey
from apps.ingest.openlineage.envelope import Event
from apps.ingest.openlineage.naming import code_key
from apps.ingest.openlineage.telling import Telling, Version

ENDED = frozenset({"completed", "failed", "aborted"})
SEED_NAMES = ("seed", "random_seed", "random_state")

Name = tuple[str, str]  # namespace and name of a dataset


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


def fold_run(telling: Telling) -> RunFold:
    """The run that these events, taken together, are of."""
    started = telling.started or telling.first
    outputs = _written(telling)
    parameters = telling.parameters[1] if telling.parameters else {}
    state, ended_at = _state(telling)
    return RunFold(
        namespace=telling.namespace,
        name=telling.name,
        run_id=telling.run_id,
        stated_at=telling.last,
        events=telling.events,
        state=state,
        started_at=telling.started,
        ended_at=ended_at,
        reads_as_of=started,
        parameters=parameters,
        seed=_seed(parameters),
        parents=telling.parents,
        code=telling.code,
        inputs=frozenset(one for one in telling.inputs if one[2]),
        reads=_without_version(telling.inputs),
        outputs=outputs,
        # Nothing completes before it started: with that, reading by time can close no cycle.
        completions=frozenset(
            (version, max(moment, started)) for version in outputs for moment in telling.completed
        ),
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


def _state(telling: Telling) -> tuple[str, datetime | None]:
    """By the last event that tells a state; OTHER and unknown types tell none."""
    if telling.state is None:
        return "", None
    (moment, *_), state = telling.state
    return state, moment if state in ENDED else None


def _written(telling: Telling) -> frozenset[Version]:
    """Versions that are stated; a dataset for which none is has the run's id as its version."""
    stated = {one for one in telling.outputs if one[2]}
    named_by_run = {(*name, telling.run_id) for name in _without_version(telling.outputs)}
    return frozenset(stated | named_by_run)


def _without_version(mentions: frozenset[Version]) -> frozenset[Name]:
    """Those for which no event states a version."""
    stated = {one[:2] for one in mentions if one[2]}
    return frozenset(one[:2] for one in mentions if one[:2] not in stated)


def _seed(parameters: dict[str, Any]) -> int | str | None:
    for name, value in sorted(parameters.items()):
        if name.lower() in SEED_NAMES and isinstance(value, str | int):
            return int(value) if isinstance(value, bool) else value
    return None
