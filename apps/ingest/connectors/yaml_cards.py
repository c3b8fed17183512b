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
    try:
        with path.open("rb") as file:
            text = file.read(MAX_YAML_BYTES + 1)
        if len(text) > MAX_YAML_BYTES:
            raise ConnectorError(f"Is larger than {MAX_YAML_BYTES:,} bytes.")
    except OSError as error:
        raise ConnectorError(f"Cannot be read as YAML: {str(error)[:300]}") from error
    return parse_yaml(text)


def parse_yaml(text: bytes) -> Any:
    """The value in a text, which the caller has kept within bounds."""
    try:
        _check(text)
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 - one of the safe loaders
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
