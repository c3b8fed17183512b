"""JSON from files: one document or one a line, plain or gzipped, within limits."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import ConnectorError, Remark

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
MAX_LINE_BYTES = 32 * 1024 * 1024
MAX_FILES = 20_000
SUFFIXES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
MAX_FILE_BYTES = 2 * 1024 * 1024 * 1024

Placed = tuple[str, Any]


def json_values(path: Path, *, keep_non_finite: bool = False) -> Iterator[Placed | Remark]:
    """Each value with its place (`events.jsonl:12`, `$[3]`); a remark for each that is no JSON.

    A file whose first line is whole JSON is read line by line; any other as one document.
    An array counts as the values in it. Of a folder, the JSON files are read in order of name.
    """
    if path.is_file():
        yield from _file_values(path, path.name, keep_non_finite=keep_non_finite)
        return
    for place, file in files_in(path, SUFFIXES):
        if file is None:
            yield Remark(place, "outside", "Leads out of the folder; not read.")
        else:
            yield from _file_values(file, place, keep_non_finite=keep_non_finite)


def files_in(folder: Path, suffixes: Sequence[str]) -> list[tuple[str, Path | None]]:
    """The files with these endings, by place in the folder; none for a link that leads out."""
    if not folder.is_dir():
        raise ConnectorError(f"{folder} is not a file or folder that can be read.")
    found: list[tuple[str, Path | None]] = []
    for file in sorted(folder.rglob("*")):
        if file.name.endswith(tuple(suffixes)) and not file.is_dir():
            inside = file.is_file() and file.resolve().is_relative_to(folder.resolve())
            found.append((file.relative_to(folder).as_posix(), file if inside else None))
    if len(found) > MAX_FILES:
        raise ConnectorError(
            f"{folder} holds {len(found):,} files; at most {MAX_FILES:,} are read."
        )
    return found


def _file_values(path: Path, place: str, *, keep_non_finite: bool) -> Iterator[Placed | Remark]:
    try:
        with _opened(path) as file:
            yield from _values(file, place, keep_non_finite=keep_non_finite)
    except (OSError, EOFError, zlib.error) as error:
        raise ConnectorError(f"{path} cannot be read: {error}") from error


def _opened(path: Path) -> BufferedIOBase:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else path.open("rb")


def _values(file: BufferedIOBase, name: str, *, keep_non_finite: bool) -> Iterator[Placed | Remark]:
    first = file.readline(MAX_LINE_BYTES + 1)
    if _is_whole(first, keep_non_finite=keep_non_finite):
        yield from _lines(first, file, name, keep_non_finite=keep_non_finite)
        return
    text = first + file.read(MAX_DOCUMENT_BYTES - len(first) + 1)
    if len(text) > MAX_DOCUMENT_BYTES:
        raise ConnectorError(
            f"{name} is one document of more than {MAX_DOCUMENT_BYTES:,} bytes; write one record "
            "a line instead."
        )
    yield from _parsed(text, name, keep_non_finite=keep_non_finite)


def _is_whole(first: bytes, *, keep_non_finite: bool) -> bool:
    try:
        strict_json.loads(first, keep_non_finite=keep_non_finite)
    except RecordError:
        return False
    return True


def _lines(
    first: bytes, file: BufferedIOBase, name: str, *, keep_non_finite: bool
) -> Iterator[Placed | Remark]:
    number, read, text = 1, 0, first
    while text:
        read += len(text)
        if len(text) > MAX_LINE_BYTES or read > MAX_FILE_BYTES:
            raise ConnectorError(
                f"{name}:{number} is beyond what is read: lines of {MAX_LINE_BYTES:,} bytes, "
                f"files of {MAX_FILE_BYTES:,}."
            )
        if text.strip():
            yield from _parsed(text, f"{name}:{number}", keep_non_finite=keep_non_finite)
        number, text = number + 1, file.readline(MAX_LINE_BYTES + 1)


def _parsed(text: bytes, place: str, *, keep_non_finite: bool) -> Iterator[Placed | Remark]:
    try:
        value = strict_json.loads(text, keep_non_finite=keep_non_finite)
    except RecordError as error:
        yield Remark(place, "not_json", error.message)
        return
    if isinstance(value, list):
        yield from ((f"{place} $[{index}]", one) for index, one in enumerate(value))
    else:
        yield place, value
