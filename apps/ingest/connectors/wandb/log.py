"""The `.wandb` file of one run: a log of protobuf records in LevelDB's framing.

Seven bytes of header (`:W&B`, 0xBEE1, a version), inside the first of blocks of 32 KiB; then parts,
each with crc32 (zlib's, over the type byte and the data), length and type (1 whole, 2 first,
3 middle, 4 last). A part never crosses a block; fewer than seven bytes left in one are padding.

The records are `wandb_internal.Record` messages. Field numbers of protobuf never change their
meaning, so the few that matter stand here as tables; everything else is skipped by its wire type.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

BLOCK_BYTES = 32 * 1024
PART = struct.Struct("<IHB")
MAX_RECORD_BYTES = 64 * 1024 * 1024
_WHOLE, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_LONGEST_VARINT = 10

Table = Mapping[int, "Field"]
Field = tuple[str, type | Table, bool]
"""The name, `str`, `int`, `bool` or the table of a message, and whether it repeats."""


class LogError(Exception):
    """These bytes are no such log, or no such message."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What could not be read at `offset`, in bytes from the beginning of the file."""

    offset: int
    code: str
    message: str


def log_records(file: BinaryIO) -> Iterator[bytes | Fault]:
    """Each record's bytes; a fault for what is cut off or damaged. Reads a block at a time."""
    record, offset = bytearray(), 0
    begun = False
    for offset, found in _blocks(file):
        if isinstance(found, Fault):
            begun = False
            yield found
            continue
        kind, data = found
        if kind in {_WHOLE, _FIRST}:
            if begun:
                yield Fault(offset, "unfinished", "The record before this has no end.")
            begun = True
            record.clear()
        record += data if begun else b""
        if len(record) > MAX_RECORD_BYTES:
            yield Fault(offset, "too_large", f"A record of more than {MAX_RECORD_BYTES:,} bytes.")
            begun = False
            record.clear()
        if begun and kind in {_WHOLE, _LAST}:
            yield bytes(record)
            begun = False
    if begun:
        yield _cut(offset)


def _blocks(file: BinaryIO) -> Iterator[tuple[int, tuple[int, bytes] | Fault]]:
    """Each part with the offset of its block."""
    head = file.read(PART.size)
    if len(head) < PART.size or struct.unpack("<4sHB", head)[:2] != (b":W&B", 0xBEE1):
        raise LogError("Does not begin like a .wandb file.")
    offset = PART.size
    while block := file.read(BLOCK_BYTES - offset % BLOCK_BYTES):
        for found in _parts(block, offset):
            yield offset, found
        offset += len(block)


def _parts(block: bytes, offset: int) -> Iterator[tuple[int, bytes] | Fault]:
    """The parts of one block, which begins at `offset` of the file."""
    at = 0
    while len(block) - at >= PART.size:
        checksum, length, kind = PART.unpack_from(block, at)
        if kind == 0 and length == 0:
            return
        data = block[at + PART.size : at + PART.size + length]
        if len(data) < length or kind not in {_WHOLE, _FIRST, _MIDDLE, _LAST}:
            last = (offset + len(block)) % BLOCK_BYTES != 0
            yield _cut(offset + at) if last else _damaged(offset + at)
            return
        if zlib.crc32(data, zlib.crc32(bytes([kind]))) != checksum:
            yield _damaged(offset + at)
            return
        yield kind, data
        at += PART.size + length
    if block[at:].strip(b"\0") and (offset + len(block)) % BLOCK_BYTES:
        yield _cut(offset + at)


def _cut(offset: int) -> Fault:
    return Fault(offset, "truncated", "Ends within a record: the run was killed or is still going.")


def _damaged(offset: int) -> Fault:
    return Fault(
        offset, "damaged", "The checksum does not hold; the rest of this block of 32 KiB is lost."
    )


def decoded(data: bytes, table: Table) -> dict[str, Any]:
    """The named fields of a message; as in protobuf, one that is not there has no key.

    >>> decoded(bytes([8, 150, 1, 18, 2, 104, 105]), {1: ("n", int, False), 2: ("t", str, True)})
    {'n': 150, 't': ['hi']}
    """
    found: dict[str, Any] = {}
    for number, value in _fields(data):
        if number not in table:
            continue
        name, what, repeats = table[number]
        plain = _plain(value, what)
        if repeats:
            found.setdefault(name, []).append(plain)
        else:
            found[name] = plain
    return found


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        wire = tag & 7
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield tag >> 3, value
            continue
        if wire == _LENGTH:
            length, at = _varint(data, at)
        elif wire in {_EIGHT, _FOUR}:
            length = 8 if wire == _EIGHT else 4
        else:
            raise LogError(f"Has a field of the unknown wire type {wire}.")
        if at + length > len(data):
            raise LogError("Has a field that is longer than the record.")
        yield tag >> 3, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    if at < len(data) and data[at] < 0x80:  # noqa: PLR2004 - most are one byte long
        return data[at], at + 1
    value = 0
    for place in range(_LONGEST_VARINT):
        if at + place >= len(data):
            break
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            return value & (2**64 - 1), at + place + 1
    raise LogError("Has a number that does not end.")


def _plain(value: int | bytes, what: type | Table) -> Any:
    if what is int or what is bool:
        if not isinstance(value, int):
            raise LogError("Has bytes where a number belongs.")
        return bool(value) if what is bool else value - 2**64 if value >= 2**63 else value
    if isinstance(value, int):
        raise LogError("Has a number where bytes belong.")
    if isinstance(what, Mapping):
        return decoded(value, what)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LogError("Has a text that is not UTF-8.") from error


def moment(stamp: dict[str, int] | None) -> datetime | None:
    """A `google.protobuf.Timestamp`, to the microsecond."""
    if not stamp:
        return None
    try:
        seconds = timedelta(
            seconds=stamp.get("seconds", 0), microseconds=stamp.get("nanos", 0) // 1000
        )
        return datetime(1970, 1, 1, tzinfo=UTC) + seconds
    except OverflowError as error:
        raise LogError("Has a time outside the years 1 to 9999.") from error


_STAMP: Table = {1: ("seconds", int, False), 2: ("nanos", int, False)}
_GIT: Table = {1: ("remote_url", str, False), 2: ("commit", str, False)}
_VALUE: Table = {
    1: ("key", str, False),
    2: ("nested_key", str, True),
    16: ("value_json", str, False),
}
_UPDATES: Table = {1: ("update", _VALUE, True), 2: ("remove", _VALUE, True)}
_BRANCH: Table = {1: ("run", str, False)}
_RUN: Table = {
    1: ("run_id", str, False),
    2: ("entity", str, False),
    3: ("project", str, False),
    4: ("config", _UPDATES, False),
    5: ("summary", _UPDATES, False),
    6: ("group", str, False),
    7: ("job_type", str, False),
    8: ("display_name", str, False),
    9: ("notes", str, False),
    10: ("tags", str, True),
    12: ("sweep_id", str, False),
    17: ("start_time", _STAMP, False),
    21: ("git", _GIT, False),
    23: ("branch_point", _BRANCH, False),
}
_ENVIRONMENT: Table = {
    1: ("os", str, False),
    2: ("python", str, False),
    4: ("docker", str, False),
    6: ("program", str, False),
    7: ("code_path", str, False),
    9: ("git", _GIT, False),
    10: ("email", str, False),
    13: ("username", str, False),
    18: ("gpu_type", str, False),
    19: ("gpu_count", int, False),
    25: ("cuda_version", str, False),
}
_FILE: Table = {
    1: ("path", str, False),
    2: ("digest", str, False),
    3: ("ref", str, False),
    4: ("size", int, False),
}
_MANIFEST: Table = {4: ("contents", _FILE, True), 5: ("manifest_file_path", str, False)}
_ARTIFACT: Table = {
    2: ("project", str, False),
    3: ("entity", str, False),
    4: ("type", str, False),
    5: ("name", str, False),
    6: ("digest", str, False),
    7: ("description", str, False),
    8: ("metadata", str, False),
    10: ("use_after_commit", bool, False),
    11: ("aliases", str, True),
    12: ("manifest", _MANIFEST, False),
    15: ("client_id", str, False),
    17: ("base_id", str, False),
    19: ("tags", str, True),
    20: ("digest_algorithm", str, False),
}
_USED: Table = {1: ("id", str, False), 2: ("type", str, False), 3: ("name", str, False)}
_EXIT: Table = {1: ("exit_code", int, False), 2: ("runtime", int, False)}
_HISTORY: Table = {1: ("item", _VALUE, True)}
RECORD: Table = {
    2: ("history", _HISTORY, False),
    3: ("summary", _UPDATES, False),
    5: ("config", _UPDATES, False),
    8: ("artifact", _ARTIFACT, False),
    17: ("run", _RUN, False),
    18: ("exit", _EXIT, False),
    25: ("use_artifact", _USED, False),
    26: ("environment", _ENVIRONMENT, False),
}
"""`wandb_internal.Record`, as far as it tells of lineage."""
