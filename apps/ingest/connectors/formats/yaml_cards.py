"""YAML from strangers: plain values only, no aliases (a bomb is made of them), no great depth."""

from pathlib import Path
from typing import Any

import yaml

from apps.graph.strict_json import MAX_DEPTH
from apps.ingest.connectors.contract import ConnectorError

MAX_YAML_BYTES = 16 * 1024 * 1024

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(path: Path) -> Any:
    """The value in a file. `ConnectorError` says why it cannot be read."""
    return parse_yaml(_text_of(path))


def load_yaml_documents(path: Path) -> list[Any]:
    """The values of all documents in a file."""
    return _parsed(_text_of(path))


def parse_yaml(text: bytes) -> Any:
    """The value in a text, which the caller has kept within bounds."""
    documents = _parsed(text)
    if len(documents) > 1:
        raise ConnectorError("Cannot be read as YAML: holds several documents, not one.")
    return documents[0] if documents else None


def _text_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_YAML_BYTES + 1)
    except OSError as error:
        raise ConnectorError(f"Cannot be read: {error.strerror}") from error
    if len(text) > MAX_YAML_BYTES:
        raise ConnectorError(f"Is larger than {MAX_YAML_BYTES:,} bytes.")
    return text


def _parsed(text: bytes) -> list[Any]:
    try:
        _check(text)
        return list(yaml.load_all(text, Loader=_LOADER))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConnectorError(f"Cannot be read as YAML: {str(error)[:300]}") from error


def _check(text: bytes) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise ConnectorError("Has aliases (*name), which are not followed.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise ConnectorError(f"Is nested deeper than {MAX_DEPTH} levels.")
