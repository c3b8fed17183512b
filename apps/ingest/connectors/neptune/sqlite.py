"""The offline database of Neptune's 3.x client: `run_operations.sqlite3`, one for each run.

`metadata` names project and run; `run_operations` holds a protobuf message a row, `Run` where
`operation_type` is 1, else `UpdateRunSnapshot` (neptune_pb/ingest/v1/common.proto of
https://github.com/neptune-ai/neptune-api). The few fields that matter are read off the wire here.
"""

import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apps.ingest.connectors.contract import Reading, Remark
from apps.ingest.connectors.neptune.attributes import Told, Tracked, Value, line

NAME = "run_operations.sqlite3"
CREATE = 1
MAX_OPERATION_BYTES = 32 * 1024 * 1024
ADDED = 1
# Numbers of fields: of `Run`, of `ForkPoint`, of `Value`.
RUN_FORK, RUN_CREATED, RUN_FAMILY, RUN_EXPERIMENT, RUN_OWNER = 2, 3, 4, 5, 6
FORK_PARENT, FORK_STEP = 2, 4
FLOAT, INT, BOOL, STRING, MOMENT, STRING_SET, FILE, HISTOGRAM = 1, 3, 5, 6, 8, 12, 13, 14
# Of `UpdateRunSnapshot`; of an entry of a map.
STEP, ASSIGN, MODIFY, APPEND = 1, 4, 5, 8
KEY, VALUE = 1, 2
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WAL = "A write-ahead log lies beside the database; what stands only there is not read."
FAULTS = (
    *(sqlite3.Error, OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError),
    struct.error,
)

Wire = dict[int, list[Any]]


def databases_in(root: Path) -> Iterator[Told | Reading]:
    """Each run, in order of the folders."""
    for file in sorted(root.rglob(NAME)):
        place = line(file.parent.relative_to(root).as_posix() + f"/{NAME}")
        if not file.is_file() or not file.resolve().is_relative_to(root):
            message = "Leads out of the folder; not read."
            yield Reading(refused=(Remark(place, "outside", message),))
            continue
        try:
            yield _told(file, place)
        except FAULTS as error:
            message = f"Not readable as Neptune's client writes it: {line(str(error))[:300]}"
            yield Reading(refused=(Remark(place, "not_readable", message),))


def _told(file: Path, place: str) -> Told:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        database.text_factory = lambda raw: raw.decode("utf-8", "replace")
        database.execute("PRAGMA trusted_schema = OFF")
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        if missing := {"metadata", "run_operations"} - {name for (name,) in tables}:
            raise ValueError(f"There is no table {min(missing)}.")
        row = database.execute("SELECT project, run_id FROM metadata ORDER BY id").fetchone()
        if row is None or not all(isinstance(one, str) and one for one in row):
            raise ValueError("It names no project or no run.")
        told = Told(row[0], row[1], place)
        told.put("sys/custom_run_id", row[1])
        _tell(database, told)
    wal = file.with_name(f"{NAME}-wal")
    if wal.is_file() and wal.stat().st_size:
        told.adapt(wal.name, "unmerged", WAL)
    return told


def _tell(database: sqlite3.Connection, told: Told) -> None:
    rows = database.execute(
        "SELECT sequence_id, timestamp, operation_type,"
        " CASE WHEN length(operation) <= ? THEN operation END"
        " FROM run_operations ORDER BY sequence_id",
        (MAX_OPERATION_BYTES,),
    )
    for number, at, kind, operation in rows:
        try:
            if not isinstance(operation, bytes):
                raise TypeError("The operation is too large, or no bytes.")
            (_create if kind == CREATE else _update)(_wire(operation), told)
            if isinstance(at, int):
                told.values["sys/modification_time"] = EPOCH + timedelta(milliseconds=at)
        except FAULTS as error:
            message = f"Not an operation of the client: {line(str(error))[:200]}"
            told.refuse(f"operation {number}", "not_an_operation", message)


def _create(run: Wire, told: Told) -> None:
    for number, path in ((RUN_EXPERIMENT, "sys/name"), (RUN_FAMILY, "sys/family")):
        if number in run:
            told.put(path, _text(run, number))
    if RUN_CREATED in run:
        told.put("sys/creation_time", _moment(run[RUN_CREATED][-1]))
    if RUN_OWNER in run:
        owner = _wire(run[RUN_OWNER][-1])
        told.put("sys/owner", _text(owner, 1) or _text(owner, 2))
    if RUN_FORK in run:
        fork = _wire(run[RUN_FORK][-1])
        told.put("sys/forking/parent", _text(fork, FORK_PARENT))
        if FORK_STEP in fork:
            told.put("sys/forking/step", _step(fork[FORK_STEP][-1]))


def _update(update: Wire, told: Told) -> None:
    step = _step(update[STEP][-1]) if STEP in update else None
    for path, value in _entries(update, ASSIGN):
        _assign(told, path, value)
    for path, value in _entries(update, MODIFY):
        _modify(told, path, value)
    for path, value in _entries(update, APPEND):
        if FLOAT in value:
            told.series_at(path, "float_series").add(_double(value[FLOAT][-1]), step)
        else:
            kind = next((SERIES[one] for one in value if one in SERIES), "unknown_series")
            told.series_at(path, kind).points += 1


def _assign(told: Told, path: str, value: Wire) -> None:
    number = next(iter(value), 0)
    if number == FILE:
        told.files[:] = [one for one in told.files if one.attribute != path]
        told.track(Tracked(path, "file", _text(_wire(value[FILE][-1]), 1), away=True))
    elif number in READERS:
        found: Value = READERS[number](value[number][-1])
        told.put(path, found)
    else:
        told.adapt(path, "unknown_type", "The value is of a type that is not known.")


def _modify(told: Told, path: str, value: Wire) -> None:
    before = told.values.get(path)
    kept = list(before) if isinstance(before, list) else []
    for inner in value.get(1, []):
        for entry in map(_wire, _wire(inner).get(1, [])):
            text, added = _text(entry, KEY), entry.get(VALUE, [0])[-1] == ADDED
            kept = [one for one in kept if one != text] + ([text] if added else [])
    told.put(path, kept)


def _entries(message: Wire, number: int) -> Iterator[tuple[str, Wire]]:
    for entry in map(_wire, message.get(number, [])):
        yield _text(entry, KEY), _wire(entry[VALUE][-1]) if VALUE in entry else {}


def _wire(data: Any) -> Wire:
    """Every field by number: whole numbers as they are, all else as bytes."""
    if not isinstance(data, bytes):
        raise TypeError("A message is expected where a number stands.")
    found: Wire = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
            found.setdefault(number, []).append(value)
            continue
        if kind == 2:  # noqa: PLR2004
            size, at = _varint(data, at)
        elif kind in {1, 5}:
            size = 8 if kind == 1 else 4
        else:
            raise ValueError(f"Fields of the wire type {kind} are not known.")
        if at + size > len(data):
            raise ValueError("The message is cut.")
        found.setdefault(number, []).append(data[at : at + size])
        at += size
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("The message is cut.")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004
            return value & (2**64 - 1), at
    raise ValueError("A number is too long.")


def _text(message: Wire, number: int) -> str:
    values = message.get(number, [b""])
    return values[-1].decode("utf-8", "replace") if isinstance(values[-1], bytes) else ""


def _double(raw: bytes) -> float:
    value: float = struct.unpack("<d", raw)[0]
    return value


def _moment(raw: bytes) -> datetime:
    told = _wire(raw)
    return EPOCH + timedelta(
        seconds=told.get(1, [0])[-1], microseconds=told.get(2, [0])[-1] // 1000
    )


def _step(raw: bytes) -> float:
    told = _wire(raw)
    return float(told.get(1, [0])[-1] + told.get(2, [0])[-1] / 1_000_000)


SERIES = {STRING: "string_series", FILE: "file_series", HISTOGRAM: "histogram_series"}
READERS: dict[int, Callable[[Any], Value]] = {
    FLOAT: _double,
    INT: lambda raw: raw - 2**64 if raw >= 2**63 else raw,
    BOOL: bool,
    STRING: lambda raw: raw.decode("utf-8", "replace"),
    MOMENT: _moment,
    STRING_SET: lambda raw: [one.decode("utf-8", "replace") for one in _wire(raw).get(1, [])],
}
