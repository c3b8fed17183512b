"""Which version was complete when, and who read a dataset without naming one: kept in step with
the folds, so that a version that becomes known late changes exactly the readers it concerns.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import reduce
from typing import Any

from msgspec.json import encode

from apps.graph.hashing import key_hash
from apps.graph.records import ArtifactKey
from apps.ingest.models import DatasetRead, DatasetWrite, RunTelling
from apps.ingest.openlineage.attempts import Statement, attempt_statements, fold_attempts
from apps.ingest.openlineage.envelope import DATASET, RUN, Event
from apps.ingest.openlineage.fold import RunFold, fold_run
from apps.ingest.openlineage.naming import dataset_key, run_hash, run_key
from apps.ingest.openlineage.telling import Name, Telling, join, told_by
from apps.ingest.selectors import dataset_hashes, derived_rows, events_by_key, tellings

Row = tuple[object, ...]
Moment = tuple[str, datetime]
Folds = Mapping[str, list[RunFold]]
WRITE_FIELDS = (
    *("dataset_hash", "namespace", "kind", "name", "version", "key_hash"),
    *("completed_at", "source"),
)
READ_FIELDS = ("dataset_hash", "fold_key", "started_at")


def bring_up_to_date(*, events: Iterable[Event], receipt: str) -> dict[str, Telling]:
    """What each run of these events, new and stored already with this receipt, tells with them."""
    new: dict[str, list[Event]] = {}
    for event in events:
        if event.shape == RUN:
            new.setdefault(event.key, []).append(event)
    known = tellings(keys=new)
    # Of a run without a telling every event is new, or the tellings were thrown away.
    stored = events_by_key(keys=new.keys() - known.keys(), but_of=receipt)
    current = {}
    for key, fresh in new.items():
        held = known.get(key)
        told = [told_by(event) for event in (*fresh, *stored.get(key, ()))]
        current[key] = reduce(join, told, held) if held else reduce(join, told)
    RunTelling.objects.bulk_create(
        [RunTelling(fold_key=key, told=encode(told).decode()) for key, told in current.items()],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["fold_key"],
        update_fields=["told"],
    )
    return current


def fold_runs(*, current: Mapping[str, Telling]) -> Folds:
    """Each run as it now stands, by its attempts; mostly there is one."""
    several = {key for key, told in current.items() if told.restarts}
    events = events_by_key(keys=several)
    return {
        key: fold_attempts(told, events[key]) if key in several else [fold_run(told)]
        for key, told in current.items()
    }


def said_of_attempts(*, current: Mapping[str, Telling]) -> list[Statement]:
    """What is said of the artifacts of those of these runs that have several attempts."""
    several = {key for key, told in current.items() if told.restarts}
    events = events_by_key(keys=several)
    return [
        said for key in sorted(several) for said in attempt_statements(current[key], events[key])
    ]


def derive_writes(*, folds: Folds, events: Iterable[Event]) -> set[Moment]:
    """Bring the completions of these runs, and of these dataset events, up to date.

    Return the (dataset, time) of each completion that came or went.
    """
    done: dict[str, set[tuple[ArtifactKey, datetime]]] = {key: set() for key in folds}
    for key, attempts in folds.items():
        for fold in attempts:
            done[key] |= fold.completions
    for event in events:
        told = event.envelope.dataset
        if event.shape == DATASET and told is not None and told.version:
            version = dataset_key(told.namespace, told.name, told.version, told.kind)
            done[event.digest] = {(version, event.time)}
    hashes = dataset_hashes(names={_name(one) for every in done.values() for one, _ in every})
    wanted = {
        _write(hashes[_name(one)], one, moment, source)
        for source, every in done.items()
        for one, moment in every
    }
    for key, attempts in folds.items():
        base = run_hash(run_key(attempts[0].namespace, attempts[0].name, attempts[0].run_id))
        # Who is started by the run later than this was started by this attempt.
        wanted |= {_write(base, one.key, one.started, key) for one in attempts[1:]}
    held = derived_rows(model=DatasetWrite, column="source", values=set(done), fields=WRITE_FIELDS)
    gone, new = _difference(held, wanted)
    if gone:
        DatasetWrite.objects.filter(pk__in=gone).delete()
    DatasetWrite.objects.bulk_create(
        [DatasetWrite(**_fields(WRITE_FIELDS, row)) for row in new], batch_size=1000
    )
    return {(str(row[0]), row[6]) for row in held.keys() ^ wanted if isinstance(row[6], datetime)}


def derive_reads(*, folds: Folds) -> None:
    """Bring the versionless reads of these runs, and which runs started them, up to date."""
    named = {name for every in folds.values() for fold in every for name, _ in fold.reads}
    hashes = dataset_hashes(names=named)
    wanted: set[Row] = set()
    for key, attempts in folds.items():
        for fold in attempts:
            wanted |= {(hashes[name], key, fold.started) for name, _ in fold.reads}
            wanted |= {(run_hash(one), key, fold.started) for one in fold.parents}
    held = derived_rows(model=DatasetRead, column="fold_key", values=set(folds), fields=READ_FIELDS)
    gone, new = _difference(held, wanted)
    if gone:
        DatasetRead.objects.filter(pk__in=gone).delete()
    DatasetRead.objects.bulk_create(
        [DatasetRead(**_fields(READ_FIELDS, row)) for row in new], batch_size=1000
    )


def _name(key: ArtifactKey) -> Name:
    return key.namespace, key.name


def _write(stands_for: str, key: ArtifactKey, moment: datetime, source: str) -> Row:
    return (
        stands_for,
        key.namespace,
        key.kind,
        key.name,
        key.version,
        key_hash(key),
        moment,
        source,
    )


def _difference(held: Mapping[Row, int], wanted: set[Row]) -> tuple[list[int], list[Row]]:
    """The primary keys to delete, and the rows to insert."""
    gone = [held[row] for row in held.keys() - wanted]
    return gone, sorted(wanted - held.keys(), key=str)


def _fields(names: tuple[str, ...], row: Row) -> dict[str, Any]:
    return dict(zip(names, row, strict=True))
