"""OpenLineage events taken in: stored, folded by run, and recorded in the graph, all or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.catalog.services import graph_change
from apps.graph.errors import RecordError
from apps.graph.hashing import sha256
from apps.graph.records import (
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
    Refusal,
)
from apps.ingest.jobs.deriving import (
    bring_up_to_date,
    dataset_hash,
    derive_reads,
    derive_writes,
)
from apps.ingest.jobs.recording import Recorded, record_in_cuts
from apps.ingest.models import OpenLineageEvent
from apps.ingest.openlineage import PRODUCER
from apps.ingest.openlineage.envelope import JOB, Event, Note, read_event
from apps.ingest.openlineage.fold import RunFold, fold_job, fold_run
from apps.ingest.openlineage.mapping import (
    job_edges,
    job_producer,
    lifetime,
    run_edges,
    statements,
)
from apps.ingest.openlineage.naming import run_key
from apps.ingest.selectors import (
    events_by_key,
    known_digests,
    live_edges_by,
    live_run_edges,
    readers_within,
    tellings,
    versions_read,
    windows_after,
)

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
    folds = {key: fold_run(told) for key, told in bring_up_to_date(events=events).items()}
    states = [lifetime(fold) for fold in folds.values()]
    folds |= _readers_concerned(folds, events)
    said = [statement for event in events for statement in statements(event)]
    wanted, live = _edges_of(folds)
    recorded = record_in_cuts(
        batch=LineageBatch(
            producer=PRODUCER,
            evidence=evidence,
            artifacts=(*(one for one in said if isinstance(one, ArtifactRecord)), *states),
            identifiers=tuple(one for one in said if isinstance(one, IdentifierRecord)),
            edges=tuple(wanted - live),
            retractions=tuple(live - wanted),
        ),
        actor=actor,
    )
    jobs = {event.key for event in events if event.shape == JOB}
    for every in events_by_key(keys=jobs).values():
        recorded.add(_record_job(every, evidence, actor))
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


def _readers_concerned(folds: Mapping[str, RunFold], events: Sequence[Event]) -> dict[str, RunFold]:
    """Runs received earlier whose versionless reads mean another version now."""
    changed = derive_writes(folds=folds, events=events)
    derive_reads(folds=folds)
    if not changed:
        return {}
    readers = readers_within(windows=windows_after(moments=changed)) - folds.keys()
    return {key: fold_run(told) for key, told in tellings(keys=readers).items()}


def _edges_of(folds: Mapping[str, RunFold]) -> tuple[set[EdgeRecord], set[EdgeRecord]]:
    """The edges that these runs should have, and those that they have."""
    known = versions_read(keys=folds)
    wanted: set[EdgeRecord] = set()
    for key, fold in folds.items():
        versions = {
            name: known[key, hashed]
            for name in fold.reads
            if (key, hashed := dataset_hash(name)) in known
        }
        wanted |= run_edges(fold, versions)
    runs = {run_key(fold.namespace, fold.name, fold.run_id) for fold in folds.values()}
    return wanted, live_run_edges(runs=runs)


def _record_job(events: Sequence[Event], evidence: str, actor: "User | None") -> Recorded:
    fold = fold_job(events)
    producer = job_producer(fold)
    wanted, live = job_edges(fold), live_edges_by(producer=producer)
    batch = LineageBatch(
        producer=producer,
        evidence=evidence,
        edges=tuple(wanted - live),
        retractions=tuple(live - wanted),
    )
    return record_in_cuts(batch=batch, actor=actor)
