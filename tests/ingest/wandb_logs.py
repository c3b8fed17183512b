"""`.wandb` files written by hand, for what no client writes."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEAD = struct.pack("<4sHB", b":W&B", 0xBEE1, 0)
BLOCK = 32 * 1024


def part(kind: int, data: bytes) -> bytes:
    return struct.pack("<IHB", zlib.crc32(data, zlib.crc32(bytes([kind]))), len(data), kind) + data


def framed(*records: bytes) -> bytes:
    """The records as the client frames them: no part crosses a block."""
    out = bytearray(HEAD)
    for record in records:
        rest, first = record, True
        while first or rest:
            left = BLOCK - len(out) % BLOCK
            if left < 7:
                out += bytes(left)
                continue
            now, rest = rest[: left - 7], rest[left - 7 :]
            out += part((1 if not rest else 2) if first else (4 if not rest else 3), now)
            first = False
    return bytes(out)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def message(*fields: tuple[int, Any]) -> bytes:
    """Numbers as varints; texts and messages as lengths."""
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: Any) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value % 2**64)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def a_run(run_id: str = "r1", seconds: int = 1_790_000_000, *more: tuple[int, Any]) -> bytes:
    began = message((1, seconds))
    return message(
        (17, message((1, run_id), (2, "oak"), (3, "trees"), (8, "grow"), (17, began), *more))
    )


def settings(**values: str) -> bytes:
    """A config record; the values are JSON."""
    return message((5, message(*_items(values))))


def summary(**values: str) -> bytes:
    return message((3, message(*_items(values))))


def _items(values: dict[str, str]) -> Iterator[tuple[int, bytes]]:
    for name, text in values.items():
        yield 1, message((1, name), (16, text))


def artifact(
    name: str, digest: str, *files: bytes, kind: str = "model", used: bool = False
) -> bytes:
    manifest = message(*((4, one) for one in files))
    fields = ((4, kind), (5, name), (6, digest), (10, int(used)), (12, manifest))
    return message((8, message(*fields)))


def finished(code: int = 0) -> bytes:
    return message((18, message((1, code), (2, 60))))


def folder_with(tmp_path: Path, *records: bytes, name: str = "offline-run-1-r1") -> Path:
    folder = tmp_path / name
    (folder / "files").mkdir(parents=True)
    (folder / "run-r1.wandb").write_bytes(framed(*records))
    return folder
