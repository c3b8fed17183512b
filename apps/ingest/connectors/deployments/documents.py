"""Manifest files: YAML of several documents or JSON, a file or a folder, secrets masked.

Documents of one file are cut at the lines `---` before they are parsed, so that one that cannot be
read does not sink its neighbours. Aliases are followed, because Compose files live on them, as long
as the document that they stand for stays small.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from apps.graph.strict_json import MAX_DEPTH
from apps.ingest.connectors.contract import ConnectorError, Remark
from apps.ingest.connectors.formats.documents import SUFFIXES, files_in, json_values
from apps.ingest.connectors.formats.yaml_cards import MAX_YAML_BYTES
from apps.ingest.openlineage.masking import mask_event

YAML_SUFFIXES = (".yaml", ".yml")
MAX_VALUES = 200_000
MAX_NUMBER = 10**100
MAX_TEXT = 64 * 1024 * 1024

Placed = tuple[str, dict[str, Any]]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CUT = re.compile(rb"^---(?=\s|$)", re.MULTILINE)
_BLANK = re.compile(rb"(?:\s|#[^\n]*(?:\n|\Z)|^%[^\n]*$|^\.\.\.[ \t\r]*$)*\Z", re.MULTILINE)


def manifests(path: Path) -> Iterator[Placed | Remark]:
    """Each document with its place (`prod.yaml#2`); the items of a Kubernetes List one by one."""
    if path.is_file():
        yield from _file(path, path.name)
        return
    for place, file in files_in(path, (*YAML_SUFFIXES, *SUFFIXES)):
        if file is None:
            yield Remark(place, "outside", "Leads out of the folder; not read.")
            continue
        try:
            yield from _file(file, place)
        except ConnectorError as error:
            yield Remark(place, "unreadable", str(error))


def _file(path: Path, place: str) -> Iterator[Placed | Remark]:
    is_yaml = path.name.endswith(YAML_SUFFIXES)
    if not is_yaml and not path.name.endswith(SUFFIXES):
        is_yaml = _first_byte(path) not in {b"{", b"["}
    for found in _yaml_values(path, place) if is_yaml else json_values(path, keep_non_finite=True):
        if isinstance(found, Remark):
            yield found
            continue
        where, value = found
        where = where if is_yaml else place + where.removeprefix(path.name)
        yield from _unfolded(where, value)


def _first_byte(path: Path) -> bytes:
    """The first that is not blank, of a file whose name does not tell what it is."""
    try:
        with path.open("rb") as file:
            start = file.read(4096)
        if start.startswith(b"\x1f\x8b"):
            with gzip.open(path) as zipped:
                start = zipped.read(4096)
    except (OSError, EOFError, zlib.error) as error:
        raise ConnectorError(f"{path.name} cannot be read: {error}") from error
    return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]


def _unfolded(place: str, value: Any) -> Iterator[Placed | Remark]:
    items = value.get("items") if isinstance(value, dict) else None
    is_list = isinstance(value, dict) and str(value.get("kind", "")).endswith("List")
    if is_list and isinstance(items, list):
        for index, one in enumerate(items):
            yield from _unfolded(f"{place} items[{index}]", one)
    elif isinstance(value, dict):
        yield place, mask_event(value)
    else:
        message = f"Holds a {type(value).__name__}, not a description of something."
        yield Remark(place, "no_description", message)


def _yaml_values(path: Path, place: str) -> Iterator[tuple[str, Any] | Remark]:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_TEXT + 1)
    except OSError as error:
        raise ConnectorError(f"{path.name} cannot be read: {error}") from error
    if len(text) > MAX_TEXT:
        raise ConnectorError(f"{path.name} is larger than {MAX_TEXT:,} bytes.")
    number = 0
    for document in _cuts(text):
        if _BLANK.match(document):
            continue
        number += 1
        where = place if number == 1 else f"{place}#{number}"
        try:
            yield where, parsed(document)
        except ConnectorError as error:
            yield Remark(where, "not_yaml", str(error))
    if not number:
        yield Remark(place, "empty", "Holds no document.")


def _cuts(text: bytes) -> Iterator[bytes]:
    """The documents of a text, without the marks between them."""
    start = 0
    for mark in _CUT.finditer(text):
        yield text[start : mark.start()]
        start = mark.end()
    yield text[start:]


def parsed(text: bytes | str) -> Any:
    """One YAML document as JSON values. `ConnectorError` says why it cannot be read."""
    if len(text) > MAX_YAML_BYTES:
        raise ConnectorError(f"Is larger than {MAX_YAML_BYTES:,} bytes.")
    try:
        _check(text)
        return _plain(yaml.load(text, Loader=_LOADER))  # noqa: S506 - one of the safe loaders
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise ConnectorError(f"Cannot be read as YAML: {str(error)[:300]}") from error


def _check(text: bytes | str) -> None:
    """Refuse depth, and aliases that stand for much or for what holds them."""
    extents: dict[str, tuple[int, int]] = {}
    held: list[tuple[str, int]] = []
    deepest = [0]
    count = 0
    for event in yaml.parse(text, Loader=_LOADER):
        count += 1
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in extents:
                raise ConnectorError(f"The alias *{event.anchor} stands in what it stands for.")
            size, levels = extents[event.anchor]
            count += size
            deepest[-1] = max(deepest[-1], levels)
        elif isinstance(event, yaml.CollectionStartEvent):
            held.append((event.anchor or "", count))
            deepest.append(0)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = held.pop()
            levels = deepest.pop() + 1
            deepest[-1] = max(deepest[-1], levels)
            if anchor:
                extents[anchor] = (count - before, levels)
        elif isinstance(event, yaml.ScalarEvent) and event.anchor:
            extents[event.anchor] = (1 + len(event.value) // 64, 0)
        if len(held) + deepest[-1] > MAX_DEPTH:
            raise ConnectorError(f"Is nested deeper than {MAX_DEPTH} levels.")
        if count > MAX_VALUES:
            raise ConnectorError(f"Holds more than {MAX_VALUES:,} values, aliases followed.")


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {_key(name): _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case set():
            return sorted(str(one) for one in value)
        case None | bool() | str():
            return value
        case int() | float() if abs(value) <= MAX_NUMBER:
            return value
        case _:
            return _spelled(value)


def _spelled(value: Any) -> str:
    """Times as in RFC 3339; what JSON has no word for as YAML's own."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, int):
        return hex(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _key(name: Any) -> str:
    # YAML reads the key `on` as true.
    return str(name).lower() if isinstance(name, bool) else str(name)
