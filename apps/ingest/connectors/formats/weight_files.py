"""Files of weights: what they are by content and what their heads say. Nothing is unpickled.

Read are pointers of Git LFS, the JSON head of safetensors (8 bytes of little-endian length, then
the head; https://github.com/huggingface/safetensors) and the keys and values at the start of GGUF
(https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
"""

import hashlib
import re
import struct
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from apps.graph import strict_json
from apps.graph.errors import RecordError

MAX_HASHED_BYTES = 4 * 1024**3
MAX_HEAD_BYTES = 16 * 1024**2
MAX_VALUE_BYTES = 64 * 1024
MAX_GGUF_VALUES = 10_000
MAX_GGUF_MEMBERS = 4_000_000
CHUNK = 1024 * 1024
SUFFIXES = (
    *(".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".h5", ".keras"),
    *(".msgpack", ".tflite", ".joblib", ".pkl", ".pickle", ".skops", ".npz"),
)
# Beside the weights, of the training that made them.
NO_WEIGHTS = re.compile(r"(training_args|optimizer|scheduler|scaler|rng_state).*\Z")

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-.*\n)*"
    rb"oid sha256:([0-9a-f]{64})\nsize (\d{1,19})\n?\Z"
)
_MAX_POINTER_BYTES = 1024
_SHA256_NAME = re.compile(r"[0-9a-f]{64}\Z")
# GGUF's value types by number: bytes of each of fixed length.
_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING, _ARRAY = 8, 9


class HeadError(Exception):
    """The head of a file is not what its name promises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFile:
    """`sha256` is of the whole content, empty where the file was too large to be read.

    `how` tells where the digest comes from: pointer, cache or content.
    """

    name: str
    suffix: str
    size: int
    sha256: str = ""
    how: str = ""
    head: dict[str, Any] = field(default_factory=dict)
    fault: str = ""


def is_weights(name: str) -> bool:
    """Whether a file holds weights, as far as its name tells.

    >>> is_weights("model-00001-of-00002.safetensors"), is_weights("training_args.bin")
    (True, False)
    """
    return name.endswith(SUFFIXES) and not NO_WEIGHTS.match(name)


def read_weights(file: Path, name: str) -> WeightFile:
    """The digest and the head of one file. `OSError` where it cannot be read."""
    size, suffix = file.stat().st_size, file.suffix.lower()
    if size <= _MAX_POINTER_BYTES and (found := _POINTER.match(file.read_bytes())):
        return WeightFile(
            name=name,
            suffix=suffix,
            size=int(found[2]),
            sha256=found[1].decode(),
            how="pointer",
        )
    head, fault = _head(file, suffix)
    digest, how = _digest(file, size)
    return WeightFile(
        name=name, suffix=suffix, size=size, sha256=digest, how=how, head=head, fault=fault
    )


def _digest(file: Path, size: int) -> tuple[str, str]:
    """The cache of the Hub names a large file by its sha256 and links to it."""
    stored = file.resolve()
    if stored.parent.name == "blobs" and _SHA256_NAME.match(stored.name):
        return stored.name, "cache"
    if size > MAX_HASHED_BYTES:
        return "", ""
    found = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(CHUNK):
            found.update(chunk)
    return found.hexdigest(), "content"


def _head(file: Path, suffix: str) -> tuple[dict[str, Any], str]:
    reader = {".safetensors": safetensors_metadata, ".gguf": gguf_metadata}.get(suffix)
    if reader is None:
        return {}, ""
    try:
        with file.open("rb") as content:
            return reader(content), ""
    except HeadError as error:
        return {}, str(error)


def safetensors_metadata(file: BufferedIOBase) -> dict[str, Any]:
    """The free texts under `__metadata__`."""
    (length,) = _unpack("<Q", file)
    if length > MAX_HEAD_BYTES:
        raise HeadError(f"Its head is said to be {length:,} bytes; at most {MAX_HEAD_BYTES:,}.")
    text = file.read(length)
    if len(text) < length:
        raise HeadError("Ends within its head.")
    try:
        head = strict_json.loads(text)
    except RecordError as error:
        raise HeadError(f"Its head is no JSON: {error.message}") from error
    found = head.get("__metadata__", {}) if isinstance(head, dict) else None
    if not isinstance(found, dict):
        raise HeadError("Its head is not an object, or its metadata are not.")
    return found


def gguf_metadata(file: BufferedIOBase) -> dict[str, Any]:
    """The values under `general.`, without long ones."""
    if file.read(4) != b"GGUF":
        raise HeadError("Does not begin with GGUF.")
    version, _tensors, count = _unpack("<IQQ", file)
    if version not in (2, 3):
        raise HeadError(f"GGUF of version {version}; 2 and 3 are read.")
    if count > MAX_GGUF_VALUES:
        raise HeadError(f"Is said to hold {count:,} values; at most {MAX_GGUF_VALUES:,} are read.")
    budget = _Budget(MAX_GGUF_MEMBERS)
    found = {}
    for _ in range(count):
        name = _gguf_text(file)
        (kind,) = _unpack("<I", file)
        value = _gguf_value(file, kind, budget, keep=name.startswith("general."))
        if name.startswith("general.") and value is not None:
            found[name] = value
    return found


@dataclass(slots=True)
class _Budget:
    """How many more members of lists are read."""

    left: int

    def take(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise HeadError(f"Its lists hold more than {MAX_GGUF_MEMBERS:,} members.")


def _gguf_value(file: BufferedIOBase, kind: int, budget: _Budget, *, keep: bool) -> Any:
    if kind in _SCALARS:
        return _unpack(f"<{_SCALARS[kind]}", file)[0]
    if kind == _STRING:
        return _gguf_text(file)
    if kind != _ARRAY:
        raise HeadError(f"Holds a value of the unknown type {kind}.")
    inner, count = _unpack("<IQ", file)
    budget.take(count)
    if inner in _SCALARS:
        size = struct.calcsize(f"<{_SCALARS[inner]}")
        if keep and count * size <= MAX_VALUE_BYTES:
            return list(_unpack(f"<{count}{_SCALARS[inner]}", file))
        file.seek(count * size, 1)
        return None
    if inner != _STRING:
        raise HeadError("Holds a list of lists.")
    members: list[str] = []
    for _ in range(count):
        member = _gguf_text(file)
        if keep and len(members) < 1000:  # noqa: PLR2004
            members.append(member)
    return members if keep else None


def _gguf_text(file: BufferedIOBase) -> str:
    (length,) = _unpack("<Q", file)
    if length > MAX_HEAD_BYTES:
        raise HeadError(f"Holds a text said to be {length:,} bytes.")
    found = file.read(length)
    if len(found) < length:
        raise HeadError("Ends within its head.")
    return found.decode("utf-8", "replace") if length <= MAX_VALUE_BYTES else ""


def _unpack(form: str, file: BufferedIOBase) -> tuple[Any, ...]:
    found = file.read(struct.calcsize(form))
    if len(found) < struct.calcsize(form):
        raise HeadError("Ends within its head.")
    return struct.unpack(form, found)
