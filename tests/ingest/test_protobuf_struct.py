"""Structs of protobuf from hands that are not trusted."""

import pytest

from apps.ingest.connectors.formats.protobuf_struct import WireError, read_struct


@pytest.mark.parametrize(
    "message",
    ["0a", "0aff", "ff" * 11, "0a020a", "0a0412021105", "0b", "0a0c0a0161120711" + "00" * 6],
)
def test_it_knows_bytes_that_are_no_struct(message: str) -> None:
    with pytest.raises(WireError):
        read_struct(bytes.fromhex(message))


def test_it_does_not_follow_structs_without_end() -> None:
    message = b"\x22\x00"
    for _ in range(70):
        entry = b"\x0a\x00\x12" + _sized(message)
        message = b"\x2a" + _sized(b"\x0a" + _sized(entry))
    with pytest.raises(WireError, match="too deep"):
        read_struct(b"\x0a" + _sized(b"\x0a\x00\x12" + _sized(message)))


def _sized(content: bytes) -> bytes:
    size, low = len(content), b""
    while size > 127:
        low += bytes([size & 127 | 128])
        size >>= 7
    return low + bytes([size]) + content
