"""What the events of one run have told so far, small enough to be kept beside them.

`join` is associative and commutative, so a run with a hundred thousand events is brought up to date
from what is kept and the one event that is new. Joining an event twice is the caller's to avoid.
"""

from datetime import datetime
from typing import Any

import msgspec

from apps.graph.records import ArtifactKey
from apps.ingest.openlineage.envelope import Dataset, Event
from apps.ingest.openlineage.naming import code_key, nameable, parent_key

STATES = {
    "START": "running",
    "RUNNING": "running",
    "COMPLETE": "completed",
    "FAIL": "failed",
    "ABORT": "aborted",
}

Order = tuple[datetime, int, int, str]
Version = tuple[str, str, str]  # namespace, name and version of a dataset; "" where none is stated


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One run as its events tell it. `inputs` and `outputs` are every mention, as it was made."""

    namespace: str
    name: str
    run_id: str
    events: int
    first: datetime
    last: datetime
    started: datetime | None = None
    state: tuple[Order, str] | None = None
    parameters: tuple[Order, dict[str, Any]] | None = None
    completed: frozenset[datetime] = frozenset()
    parents: frozenset[ArtifactKey] = frozenset()
    code: frozenset[ArtifactKey] = frozenset()
    inputs: frozenset[Version] = frozenset()
    outputs: frozenset[Version] = frozenset()


def told_by(event: Event) -> Telling:
    """What one event of a run tells."""
    if event.job is None:
        raise ValueError("This is no event of a run.")
    state, parameters = STATES.get(event.type), _parameters(event)
    parent, code = parent_key(event), code_key(event)
    return Telling(
        namespace=event.job.namespace,
        name=event.job.name,
        run_id=event.run_id,
        events=1,
        first=event.time,
        last=event.time,
        started=event.time if event.type == "START" else None,
        state=None if state is None else (event.order, state),
        parameters=None if parameters is None else (event.order, parameters),
        completed=frozenset({event.time} if event.type == "COMPLETE" else ()),
        parents=frozenset() if parent is None else frozenset({parent}),
        code=frozenset() if code is None else frozenset({code}),
        inputs=_mentioned(event.envelope.inputs),
        outputs=_mentioned(event.envelope.outputs),
    )


def join(one: Telling, other: Telling) -> Telling:
    """What both tell together; they must be of one run, and of different events."""
    starts = [moment for moment in (one.started, other.started) if moment is not None]
    return Telling(
        namespace=one.namespace,
        name=one.name,
        run_id=one.run_id,
        events=one.events + other.events,
        first=min(one.first, other.first),
        last=max(one.last, other.last),
        started=min(starts, default=None),
        state=_later(one.state, other.state),
        parameters=_later(one.parameters, other.parameters),
        completed=one.completed | other.completed,
        parents=one.parents | other.parents,
        code=one.code | other.code,
        inputs=one.inputs | other.inputs,
        outputs=one.outputs | other.outputs,
    )


def _later(
    one: tuple[Order, Any] | None, other: tuple[Order, Any] | None
) -> tuple[Order, Any] | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda told: told[0])


def _mentioned(datasets: list[Dataset] | None) -> frozenset[Version]:
    return frozenset((one.namespace, one.name, one.version) for one in datasets or ())


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
