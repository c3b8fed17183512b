"""What the events of one run have told so far, small enough to be kept beside them.

`join` is associative and commutative, so a run with a hundred thousand events is brought up to date
from what is kept and the one event that is new. Joining an event twice is the caller's to avoid.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from apps.graph.records import ArtifactKey
from apps.ingest.openlineage.envelope import Dataset, Event
from apps.ingest.openlineage.exact import Flow, Party, stated_flows, stated_sources
from apps.ingest.openlineage.lifecycle import ALTER, change_of, previous_name
from apps.ingest.openlineage.naming import code_key, dependencies, starting_runs
from apps.ingest.openlineage.texts import nameable

T = TypeVar("T")

STATES = {
    "START": "running",
    "RUNNING": "running",
    "COMPLETE": "completed",
    "FAIL": "failed",
    "ABORT": "aborted",
}
ENDS = frozenset({"COMPLETE", "FAIL", "ABORT"})

Order = tuple[datetime, int, int, str]
Name = tuple[str, str]  # namespace and name of a dataset
Told = tuple[Order, T]  # of several the latest counts
Dependency = tuple[ArtifactKey, ArtifactKey, str]


class Mention(NamedTuple):
    """A dataset as an event names it. The version is empty where none is stated."""

    namespace: str
    name: str
    version: str
    kind: str

    @property
    def dataset(self) -> Name:
        return self.namespace, self.name


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One run as its events tell it. `inputs` and `outputs` are every mention, as it was made.

    `changes` is the lifecycle change, mostly none, that the latest mention of each output tells;
    `sources` what went into an output
    by its facet `lineage`, `flows` the same by that of the job.
    """

    namespace: str
    name: str
    run_id: str
    events: int
    first: datetime
    last: datetime
    starts: frozenset[datetime] = frozenset()
    ends: frozenset[datetime] = frozenset()
    completed: frozenset[datetime] = frozenset()
    state: Told[str] | None = None
    parameters: Told[dict[str, Any]] | None = None
    flows: Told[tuple[Flow, ...]] | None = None
    changes: tuple[tuple[Name, Told[str]], ...] = ()
    sources: tuple[tuple[Name, Told[frozenset[Party] | None]], ...] = ()
    parents: frozenset[ArtifactKey] = frozenset()
    dependencies: frozenset[Dependency] = frozenset()
    code: frozenset[ArtifactKey] = frozenset()
    inputs: frozenset[Mention] = frozenset()
    outputs: frozenset[Mention] = frozenset()

    @property
    def started(self) -> datetime:
        return min(self.starts, default=self.first)

    @property
    def restarts(self) -> list[datetime]:
        """When further attempts began: at each START after something had ended the run."""
        return sorted(one for one in self.starts if one > min(self.ends, default=one))


def told_by(event: Event) -> Telling:
    """What one event of a run tells."""
    if event.job is None:
        raise ValueError("This is no event of a run.")
    state, parameters, code = STATES.get(event.type), _parameters(event), code_key(event)
    outputs = event.envelope.outputs or ()
    job_says = "lineage" in (event.job.facets or {})
    return Telling(
        namespace=event.job.namespace,
        name=event.job.name,
        run_id=event.run_id,
        events=1,
        first=event.time,
        last=event.time,
        starts=frozenset({event.time} if event.type == "START" else ()),
        ends=frozenset({event.time} if event.type in ENDS else ()),
        completed=frozenset({event.time} if event.type == "COMPLETE" else ()),
        state=None if state is None else (event.order, state),
        parameters=None if parameters is None else (event.order, parameters),
        flows=(event.order, stated_flows(event.job.facets)) if job_says else None,
        changes=_latest(
            ((one.namespace, one.name), (event.order, change_of(one.facets))) for one in outputs
        ),
        sources=_latest(
            ((one.namespace, one.name), (event.order, stated_sources(one.facets)))
            for one in outputs
            if "lineage" in (one.facets or {})
        ),
        parents=starting_runs(event),
        dependencies=dependencies(event),
        code=frozenset() if code is None else frozenset({code}),
        inputs=frozenset({*map(_mention, event.envelope.inputs or ()), *_carried_over(outputs)}),
        outputs=frozenset(map(_mention, outputs)),
    )


def join(one: Telling, other: Telling) -> Telling:
    """What both tell together; they must be of one run, and of different events."""
    return Telling(
        namespace=one.namespace,
        name=one.name,
        run_id=one.run_id,
        events=one.events + other.events,
        first=min(one.first, other.first),
        last=max(one.last, other.last),
        starts=one.starts | other.starts,
        ends=one.ends | other.ends,
        completed=one.completed | other.completed,
        state=_later(one.state, other.state),
        parameters=_later(one.parameters, other.parameters),
        flows=_later(one.flows, other.flows),
        changes=_latest((*one.changes, *other.changes)),
        sources=_latest((*one.sources, *other.sources)),
        parents=one.parents | other.parents,
        dependencies=one.dependencies | other.dependencies,
        code=one.code | other.code,
        inputs=one.inputs | other.inputs,
        outputs=one.outputs | other.outputs,
    )


def _later(one: Told[T] | None, other: Told[T] | None) -> Told[T] | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda told: told[0])


def _latest(told: Any) -> tuple[Any, ...]:
    """Of what is told of one name the latest."""
    found: dict[Name, Told[Any]] = {}
    for name, one in told:
        found[name] = _later(found.get(name), one) or one
    return tuple(sorted(found.items(), key=lambda pair: pair[0]))


def _mention(one: Dataset) -> Mention:
    return Mention(one.namespace, one.name, one.version, one.kind)


def _carried_over(outputs: Any) -> Iterator[Mention]:
    """What an output's content comes from, though no input says so: a table that is altered from
    itself, a renamed one from that of the name before.
    """
    for one in outputs:
        before = previous_name(one.facets)
        if before is not None:
            yield Mention(*before, "", one.kind)
        elif change_of(one.facets) == ALTER:
            yield Mention(one.namespace, one.name, "", one.kind)


def _parameters(event: Event) -> dict[str, Any] | None:
    run = event.envelope.run
    facet = ((run and run.facets) or {}).get("executionParameters")
    if facet is None:
        return None
    given = facet.get("parameters")
    return {
        key: one.get("value")
        for one in (given if isinstance(given, list) else [])
        if isinstance(one, dict) and (key := nameable(one.get("key")))
    }
