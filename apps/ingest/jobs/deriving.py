"""Which version was complete when, and who read a dataset without naming one: kept in step with
the folds, so that a version that becomes known late changes exactly the readers it concerns.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import reduce
from typing import Any

from msgspec.json import encode

from apps.graph.hashing import sha256
from apps.graph.strict_json import canonical
from apps.ingest.models import DatasetRead, DatasetWrite, RunTelling
from apps.ingest.openlineage.envelope import DATASET, RUN, Event
from apps.ingest.openlineage.fold import Name, RunFold
from apps.ingest.openlineage.telling import Telling, join, told_by
from apps.ingest.selectors import derived_rows, events_by_key, tellings

Row = tuple[object, ...]
Moment = tuple[str, datetime]
WRITE_FIELDS = ("dataset_hash", "version", "version_hash", "completed_at", "source")
READ_FIELDS = ("dataset_hash", "fold_key", "started_at")


def bring_up_to_date(*, events: Iterable[Event]) -> dict[str, Telling]:
    """What each run of these events, new and stored already, tells with them."""
    new: dict[str, list[Event]] = {}
    for event in events:
        if event.shape == RUN:
            new.setdefault(event.key, []).append(event)
    known = tellings(keys=new)
    # Of a run without a telling every event is new, or the tellings were thrown away.
    stored = events_by_key(keys=new.keys() - known.keys())
    current = {}
    for key, fresh in new.items():
        held = known.get(key)
        told = [told_by(event) for event in (fresh if held else stored[key])]
        current[key] = reduce(join, told, held) if held else reduce(join, told)
    RunTelling.objects.bulk_create(
        [RunTelling(fold_key=key, told=encode(told).decode()) for key, told in current.items()],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["fold_key"],
        update_fields=["told"],
    )
    return current


def dataset_hash(name: Name) -> str:
    return sha256(canonical(list(name)))


def derive_writes(*, folds: Mapping[str, RunFold], events: Iterable[Event]) -> set[Moment]:
    """Bring the completions of these runs, and of these dataset events, up to date.

    Return the (dataset, time) of each completion that came or went.
    """
    wanted = {
        _write(version[:2], version[2], moment, key)
        for key, fold in folds.items()
        for version, moment in fold.completions
    }
    sources = set(folds)
    for event in events:
        told = event.envelope.dataset
        if event.shape == DATASET and told is not None and told.version:
            wanted.add(_write((told.namespace, told.name), told.version, event.time, event.digest))
            sources.add(event.digest)
    held = derived_rows(model=DatasetWrite, column="source", values=sources, fields=WRITE_FIELDS)
    gone, new = _difference(held, wanted)
    if gone:
        DatasetWrite.objects.filter(pk__in=gone).delete()
    DatasetWrite.objects.bulk_create(
        [DatasetWrite(**_fields(WRITE_FIELDS, row)) for row in new], batch_size=1000
    )
    return {(str(row[0]), row[3]) for row in held.keys() ^ wanted if isinstance(row[3], datetime)}


def derive_reads(*, folds: Mapping[str, RunFold]) -> None:
    """Bring the versionless reads of these runs up to date."""
    wanted: set[Row] = {
        (dataset_hash(name), key, fold.reads_as_of)
        for key, fold in folds.items()
        for name in fold.reads
    }
    held = derived_rows(model=DatasetRead, column="fold_key", values=set(folds), fields=READ_FIELDS)
    gone, new = _difference(held, wanted)
    if gone:
        DatasetRead.objects.filter(pk__in=gone).delete()
    DatasetRead.objects.bulk_create(
        [DatasetRead(**_fields(READ_FIELDS, row)) for row in new], batch_size=1000
    )


def _write(name: Name, version: str, moment: datetime, source: str) -> Row:
    return (dataset_hash(name), version, sha256(version), moment, source)


def _difference(held: Mapping[Row, int], wanted: set[Row]) -> tuple[list[int], list[Row]]:
    """The primary keys to delete, and the rows to insert."""
    gone = [held[row] for row in held.keys() - wanted]
    return gone, sorted(wanted - held.keys(), key=str)


def _fields(names: tuple[str, ...], row: Row) -> dict[str, Any]:
    return dict(zip(names, row, strict=True))
