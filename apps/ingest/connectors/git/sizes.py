"""How large an object says it is, before anything of it is unpacked.

https://git-scm.com/docs/pack-format: each object begins with its type and size; one kept as a
difference names its base and, at the start of the difference, the size of the result. What is
unpacked is held to the sizes told here by the reader of packs itself.
"""

import struct
import zlib
from pathlib import Path
from typing import BinaryIO

from dulwich.object_store import DiskObjectStore
from dulwich.objects import ObjectID
from dulwich.pack import Pack

MAX_CHAIN = 4096
SHA1_BYTES = 20
_HEADER_BYTES = 512
_BLOCK_BYTES = 64 * 1024
_BY_OFFSET, _BY_NAME = 6, 7


def largest_part(objects: DiskObjectStore, sha: bytes) -> int:
    """The size in bytes of an object or of the largest that must be unpacked for it; 0 if it is
    not in a pack (loose objects are held to a limit when they are read).
    """
    name, largest = ObjectID(sha), 0
    for pack in objects.packs:
        if name in pack:
            with Path(pack.data.path).open("rb") as file:
                largest = max(largest, _in_pack(file, pack, pack.index.object_offset(name)))
    return largest


def check_pack(path: Path, most: int, largest: int) -> None:
    """Refuse a pack of more than `most` objects, or with one that unpacks to more than `largest`
    bytes, before a reader unpacks it. ValueError with the reason; zlib.error if it is damaged.
    """
    with path.open("rb") as file:
        signature, _, count = struct.unpack(">4sII", file.read(12))
        if signature != b"PACK" or count > most:
            raise ValueError(f"it holds {count:,} objects; at most {most:,} are read")
        for _ in range(count):
            start = file.tell()
            head = file.read(_HEADER_BYTES)
            kind, size, at = _type_and_size(head)
            if kind == _BY_OFFSET:
                _, at = _offset(head, at)
            elif kind == _BY_NAME:
                at += SHA1_BYTES
            result = _result(head[at:]) if kind in {_BY_OFFSET, _BY_NAME} else size
            if max(size, result) > largest:
                raise ValueError(f"it holds an object of {max(size, result):,} bytes")
            file.seek(start + at)
            _skip(file, size)


def _skip(file: BinaryIO, size: int) -> None:
    """Go to the end of a zlib stream that is held to the size it was said to have."""
    stream, left = zlib.decompressobj(), size
    while not stream.eof:
        packed = stream.unconsumed_tail or file.read(_BLOCK_BYTES)
        if not packed:
            raise zlib.error("The pack ends within an object.")
        left -= len(stream.decompress(packed, _BLOCK_BYTES))
        if left < 0:
            raise zlib.error("An object is larger than it is said to be.")
    file.seek(-len(stream.unused_data), 1)


def _in_pack(file: BinaryIO, pack: Pack, offset: int) -> int:
    largest = 0
    for _ in range(MAX_CHAIN):
        file.seek(offset)
        head = file.read(_HEADER_BYTES)
        kind, size, at = _type_and_size(head)
        largest = max(largest, size)
        if kind == _BY_OFFSET:
            back, at = _offset(head, at)
            if back <= 0 or back > offset:
                raise ValueError("A base lies outside of its pack.")
            base = offset - back
        elif kind == _BY_NAME:
            length = pack.object_format.oid_length
            base = pack.index.object_offset(ObjectID(head[at : at + length].hex().encode()))
            at += length
        else:
            return largest
        largest = max(largest, _result(head[at:]))
        offset = base
    raise ValueError("A chain of differences is too long.")


def _type_and_size(head: bytes) -> tuple[int, int, int]:
    kind, size, shift, at = (head[0] >> 4) & 7, head[0] & 15, 4, 1
    while head[at - 1] & 0x80:
        size |= (head[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return kind, size, at


def _offset(head: bytes, at: int) -> tuple[int, int]:
    value = head[at] & 0x7F
    while head[at] & 0x80:
        at += 1
        value = ((value + 1) << 7) | (head[at] & 0x7F)
    return value, at + 1


def _result(packed: bytes) -> int:
    """The second of the two sizes at the start of a difference."""
    start = zlib.decompressobj().decompress(packed, 40)
    at = size = 0
    for _ in range(2):
        size = shift = 0
        while True:
            size |= (start[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not start[at - 1] & 0x80:
                break
    return size
