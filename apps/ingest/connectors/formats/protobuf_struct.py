"""`google.protobuf.Struct` and `Any` as the JSON values they stand for.

A reader of the wire format for these messages alone: the protobuf library ships compiled code whose
major versions shut each other out (ml-metadata wants 4, kfp wants 6), for five kinds of field.
Field numbers are those of `google/protobuf/struct.proto` and `any.proto`.
"""

import struct
from collections.abc import Iterator
from typing import Any

from apps.graph.strict_json import MAX_DEPTH

STRUCT_TYPE = "google.protobuf.Struct"
_MAX_VARINT_BYTES = 10
_MAX_VALUES = 100_000


class WireError(ValueError):
    """The bytes are no such message."""


def read_struct(message: bytes) -> dict[str, Any]:
    """The mapping in an encoded `Struct`. Whole numbers come back as integers.

    >>> read_struct(bytes.fromhex("0a110a0473656564120911" + "0000000000001c40"))
    {'seed': 7}
    """
    return _struct(message, 0, [_MAX_VALUES])


def read_any(message: bytes) -> tuple[str, bytes]:
    """The type's name and the encoded message in an `Any`."""
    name, value = "", b""
    for number, content in _fields(message):
        if isinstance(content, bytes) and number == 1:
            name = _text(content).rpartition("/")[2]
        elif isinstance(content, bytes) and number == 2:  # noqa: PLR2004 - Any.value
            value = content
    return name, value


def _struct(message: bytes, depth: int, left: list[int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in _embedded(message):
        name, value = "", None
        for number, content in _fields(entry):
            if number == 1 and isinstance(content, bytes):
                name = _text(content)
            elif isinstance(content, bytes):
                value = _value(content, depth + 1, left)
        found[name] = value
    return found


def _value(message: bytes, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if depth > MAX_DEPTH or left[0] < 0:
        raise WireError("Holds too many values, or values nested too deep.")
    found: Any = None
    for number, content in _fields(message):
        match number, content:
            case 2, bytes():
                found = _number(content)
            case 3, bytes():
                found = _text(content)
            case 4, int():
                found = bool(content)
            case 5, bytes():
                found = _struct(content, depth, left)
            case 6, bytes():
                found = [_value(one, depth + 1, left) for one in _embedded(content)]
            case _:
                found = None
    return found


def _number(content: bytes) -> int | float:
    if len(content) != struct.calcsize("<d"):
        raise WireError("A number is not eight bytes long.")
    value = float(struct.unpack("<d", content)[0])
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise WireError("A text is not UTF-8.") from error


def _embedded(message: bytes) -> Iterator[bytes]:
    for number, content in _fields(message):
        if number == 1 and isinstance(content, bytes):
            yield content


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Each field's number and content: an integer for a varint, the bytes of anything else."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        match tag & 7:
            case 0:
                value, at = _varint(message, at)
                yield tag >> 3, value
                continue
            case 1:
                size = 8
            case 2:
                size, at = _varint(message, at)
            case 5:
                size = 4
            case _:
                raise WireError("Holds a field of an unknown make.")
        if at + size > len(message):
            raise WireError("Ends in the middle of a field.")
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(message[at : at + _MAX_VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a varint
            return value, at + index + 1
    raise WireError("Ends in the middle of a number.")
