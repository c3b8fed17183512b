"""A store of ML Metadata as readings: one for each execution, and for each artifact without one.

What did not change since the last reading is named and not read again. Which executions there are
is asked each time, so that what is gone is known.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey, LineageBatch
from apps.ingest.connectors.contract import ConnectorError, Reading, Remark
from apps.ingest.connectors.mlmd.records import Records, add_artifact, add_execution
from apps.ingest.connectors.mlmd.store import Store
from apps.ingest.connectors.mlmd.tables import Row, Tables
from apps.ingest.connectors.mlmd.values import integer

PRODUCER = "mlmd"
NAMES_AT_ONCE = 5_000
PENDING = 1
# Who writes sets the time before the row is there to be read, by a clock of their own.
LATE_MS = 10 * 60 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the last reading got; times in ms since 1970.

    All that changed until `until` has been read. A reading that was broken off had read what
    changed until `following`, of the executions up to the id `after`.
    """

    until: int | None = None
    following: int | None = None
    after: int | None = None

    @classmethod
    def of(cls, cursor: Mapping[str, Any]) -> "Progress":
        """Of a cursor; one that this connector did not write counts for none."""
        given = {name: cursor.get(name) for name in ("until", "following", "after")}
        numbers = {name: one for name, one in given.items() if type(one) is int}
        if ("following" in numbers) != ("after" in numbers):
            return cls()
        return cls(**numbers)

    def told(self) -> dict[str, int]:
        fields = {"until": self.until, "following": self.following, "after": self.after}
        return {name: one for name, one in fields.items() if one is not None}


@dataclass(slots=True)
class _Changes:
    """Which executions have to be read."""

    progress: Progress
    since_until: set[int] | None
    since_following: set[int]

    @classmethod
    def of(cls, tables: Tables, progress: Progress) -> "_Changes":
        until, following = progress.until, progress.following
        return cls(
            progress,
            None if until is None else tables.changed_since(until - LATE_MS),
            set() if following is None else tables.changed_since(following - LATE_MS),
        )

    def has(self, identity: int) -> bool:
        after = self.progress.after
        if after is not None and identity <= after:
            return identity in self.since_following
        return self.since_until is None or identity in self.since_until


def read_store(
    tables: Tables, *, namespace: str, place: str, within: str, cursor: Mapping[str, Any]
) -> Iterator[Reading]:
    """Every execution in order of id, then every artifact that none of them touched.

    `within` begins the name of every unit. The cursors are those of this store alone.
    """
    try:
        store = Store(tables, namespace)
    except RecordError as error:
        raise ConnectorError(f"{place} is damaged: {error}") from error
    progress = Progress.of(cursor)
    # A clock that runs ahead must not hide what is written until it is right again.
    now = min(tables.latest(), time.time_ns() // 1_000_000)
    following = now if progress.following is None else progress.following
    yield from _executions(store, place, f"{within}execution/", progress, following)
    yield from _artifacts(store, place, f"{within}artifact/", progress)
    yield Reading(cursor=Progress(until=following).told())


def _executions(
    store: Store, place: str, units: str, progress: Progress, following: int
) -> Iterator[Reading]:
    changes = _Changes.of(store.tables, progress)
    present: list[str] = []
    for row in store.tables.executions():
        records = Records()
        run: ArtifactKey | None = None
        try:
            identity = integer(row[0], "Execution.id")
            if changes.has(identity):
                run = add_execution(store, row, records)
        except RecordError as error:
            records.refused.append(Remark(error.path, "invalid", error.message))
        if run is not None:
            yield _reading(
                records,
                place,
                unit=f"{units}{identity}",
                about=(run,),
                cursor=Progress(until=progress.until, following=following, after=identity).told(),
            )
            continue
        if records.refused:
            yield _reading(records, place)
        present.append(f"{units}{row[0]}")
        if len(present) >= NAMES_AT_ONCE:
            yield Reading(present=tuple(present))
            present.clear()
    yield Reading(present=tuple(present), complete=units)


def _artifacts(store: Store, place: str, units: str, progress: Progress) -> Iterator[Reading]:
    since = None if progress.until is None else progress.until - LATE_MS
    # What an execution has read since stays what it is, though that execution states it now.
    present = [f"{units}{row[0]}" for row in store.tables.artifacts_only_read()]
    for row in store.tables.artifacts_without_events():
        unit = f"{units}{row[0]}"
        updated = row[7]
        if since is not None and isinstance(updated, int) and updated < since:
            present.append(unit)
            continue
        records = Records()
        key = _add_loose(store, row, records)
        if key is None:
            present.append(unit)
            yield _reading(records, place)
        else:
            yield _reading(records, place, unit=unit, about=(key,))
    yield Reading(present=tuple(present), complete=units)


def _add_loose(store: Store, row: Row, records: Records) -> ArtifactKey | None:
    """The key of an artifact without events; none if it cannot be taken, or is not written yet."""
    try:
        if row[3] == PENDING:
            message = "Is declared and not yet written; not an artifact yet."
            records.adapted.append(Remark(f"Artifact {row[0]}", "pending_output", message))
            return None
        one = store.artifact(row, records.adapted)
        add_artifact(store, one, records)
    except RecordError as error:
        records.refused.append(Remark(error.path, "invalid", error.message))
        return None
    return one.key


def _reading(
    records: Records,
    place: str,
    *,
    unit: str = "",
    about: tuple[ArtifactKey, ...] = (),
    cursor: Mapping[str, int] | None = None,
) -> Reading:
    batch = LineageBatch(
        producer=PRODUCER,
        evidence=place,
        artifacts=tuple(records.artifacts.values()),
        edges=tuple(records.edges),
        identifiers=tuple(records.identifiers),
    )
    return Reading(
        batch=batch if unit else None,
        adapted=tuple(_at(place, one) for one in dict.fromkeys(records.adapted)),
        refused=tuple(_at(place, one) for one in dict.fromkeys(records.refused)),
        unit=unit,
        about=about,
        cursor=cursor,
    )


def _at(place: str, remark: Remark) -> Remark:
    return Remark(f"{place}: {remark.place}", remark.code, remark.message)
