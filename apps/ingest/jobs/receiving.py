"""OpenLineage events taken in: stored, folded by run, and recorded in the graph, all or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from apps.catalog.services import graph_change
from apps.graph.errors import RecordError
from apps.graph.hashing import sha256
from apps.graph.records import Refusal
from apps.ingest.jobs.folding import derive, stated_apart
from apps.ingest.jobs.recording import Recorded, record_in_cuts
from apps.ingest.models import OpenLineageEvent
from apps.ingest.openlineage import PRODUCER
from apps.ingest.openlineage.envelope import Event, Note, read_event
from apps.ingest.selectors import known_digests

if TYPE_CHECKING:
    from apps.accounts.models import User

MAX_EVENTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a request. `conflicts` counts the edges that would have closed a cycle."""

    accepted: int
    duplicates: int
    adapted: tuple[Note, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    conflicts: int = 0
    counts: dict[str, int]
    revision: int | None = None


def receive_events(*, payload: object, actor: "User | None" = None) -> Received:
    """Take in one event or an array of them, from JSON parsed with non-finite numbers kept.

    All or nothing: `RecordError` names the event and the field that is not acceptable, and nothing
    is stored. An event that is known already changes nothing.
    """
    events: list[Event] = []
    notes: list[Note] = []
    for path, data in _each(payload):
        event, adapted = read_event(data, path)
        events.append(event)
        notes.extend(adapted)
    accepted, recorded = take_in_events(events=events, actor=actor)
    return Received(
        accepted=accepted,
        duplicates=len(events) - accepted,
        adapted=tuple(notes),
        refusals=tuple(recorded.refusals),
        conflicts=sum(refusal.code == "cycle" for refusal in recorded.refusals),
        counts=dict(recorded.counts),
        revision=recorded.revision,
    )


def receive_batch(
    *, payload: Sequence[object], actor: "User | None" = None
) -> dict[int, RecordError]:
    """Take in the events of an array that can be, in one transaction; for each other its place in
    the array and what is wrong with it. A `RecordError` in the payload stands for an event that
    could not even be parsed.
    """
    events: list[Event] = []
    failed: dict[int, RecordError] = {}
    for index, (path, data) in enumerate(_each(list(payload))):
        try:
            if isinstance(data, RecordError):
                raise data
            events.append(read_event(data, path)[0])
        except RecordError as error:
            failed[index] = error
    take_in_events(events=events, actor=actor)
    return failed


def take_in_events(*, events: Sequence[Event], actor: "User | None") -> tuple[int, Recorded]:
    """Store the new events and bring the graph up to date with them; say how many were new."""
    with graph_change(producer=PRODUCER, actor=actor):
        # The write lock is held from here on, so no other request folds the same run meanwhile.
        fresh = _unknown(events)
        return len(fresh), _take_in(fresh, actor) if fresh else Recorded()


def _each(payload: object) -> Iterable[tuple[str, object]]:
    if not isinstance(payload, list):
        return [("$", payload)]
    if len(payload) > MAX_EVENTS:
        raise RecordError("$", f"{len(payload):,} events; send at most {MAX_EVENTS:,} at once.")
    return [(f"$[{place}]", data) for place, data in enumerate(payload)]


def _unknown(events: Sequence[Event]) -> list[Event]:
    by_digest = {event.digest: event for event in events}
    known = known_digests(digests=by_digest)
    return [event for digest, event in by_digest.items() if digest not in known]


def _take_in(events: Sequence[Event], actor: "User | None") -> Recorded:
    receipt = sha256("\n".join(sorted(event.digest for event in events)))
    evidence = f"{PRODUCER}:{receipt}"
    OpenLineageEvent.objects.bulk_create([_row(event, receipt) for event in events], batch_size=500)
    derived = derive(events=events, receipt=receipt)
    recorded = record_in_cuts(
        batch=msgspec.structs.replace(derived.batch, evidence=evidence), actor=actor
    )
    for asserted in stated_apart(folds=derived.folds, events=events):
        batch = msgspec.structs.replace(asserted, evidence=evidence)
        recorded.add(record_in_cuts(batch=batch, actor=actor))
    return recorded


def _row(event: Event, receipt: str) -> OpenLineageEvent:
    job = event.job
    return OpenLineageEvent(
        digest=event.digest,
        shape=event.shape,
        event_type=event.type,
        event_time=event.time,
        run_id=event.run_id,
        job_namespace=job.namespace if job else "",
        job_name=job.name if job else "",
        fold_key=event.key,
        receipt=receipt,
        body=event.body,
    )
