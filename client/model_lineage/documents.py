"""Parameters and metrics in files: JSON, TOML, and YAML if PyYAML is there."""

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from model_lineage.errors import ConfigError
from model_lineage.values import scalar

MAX_BYTES = 1_000_000


def read_document(path: Path) -> dict[str, Any]:
    """The table in a file. `ConfigError` names the file and what to do."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{path} is larger than {MAX_BYTES:,} bytes; declare it as an input.")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(_READERS))
        raise ConfigError(f"{path} is of no kind that is read ({known}).")
    try:
        found = reader(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} cannot be read: {str(error) or 'nested too deep'}.") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path} holds no table of names and values.")
    return found


def read_toml(text: str) -> Any:
    # In the standard library since 3.11; before, tomli is the same thing.
    name = "tomllib" if sys.version_info >= (3, 11) else "tomli"
    return importlib.import_module(name).loads(text)


def _read_yaml(text: str) -> Any:
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        return _plain_yaml(text)
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error).replace("\n", " ")) from error


def _plain_yaml(text: str) -> dict[str, Any]:
    """`name: value` lines, which is all that most files of parameters hold.

    >>> _plain_yaml("lr: 0.1  # start\\nname: 'base'\\n")
    {'lr': 0.1, 'name': 'base'}
    """
    found: dict[str, Any] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        stripped = raw.strip()
        if not stripped or stripped.startswith("#") or stripped == "---":
            continue
        name, colon, value = stripped.partition(":")
        value = value.strip()
        plain = value[:1] not in {"[", "{", "&", "*", "|", ">", "!"} and not name.startswith("-")
        if raw[0].isspace() or not colon or not value or not plain:
            raise ValueError(
                f"line {number} is more than `name: value`; install PyYAML to have it read"
            )
        found[name.strip().strip("'\"")] = _plain_value(value)
    return found


def _plain_value(text: str) -> Any:
    if text[0] in "'\"" and text[1:].find(text[0]) >= 0:
        return text[1 : text.index(text[0], 1)]
    text = text.partition(" #")[0].strip()
    words = {"true": True, "false": False, "null": None, "~": None}
    return words[text.lower()] if text.lower() in words else typed(text)


def typed(text: str) -> Any:
    """A value from a command line: JSON if it is some, else the text.

    >>> typed("0.1"), typed("[1, 2]"), typed("adam"), typed("1e-3")
    (0.1, [1, 2], 'adam', 0.001)
    """
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return scalar(text)


def _read_json(text: str) -> Any:
    return json.loads(text)


_READERS: dict[str, Callable[[str], Any]] = {
    ".json": _read_json,
    ".toml": read_toml,
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
}
