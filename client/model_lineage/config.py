"""What a repository declares of its runs: `lineage.toml`, or `[tool.lineage]` in pyproject.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from model_lineage.declared import Declared, input_from, output_from
from model_lineage.documents import read_toml
from model_lineage.errors import ConfigError

TEXTS = ("namespace", "url", "owner", "producer", "image", "to")
LISTS = ("inputs", "outputs", "params", "metrics")


@dataclass(frozen=True)
class Config:
    """What is declared, and the folder to which its paths are relative."""

    folder: Path
    namespace: str = ""
    url: str = ""
    owner: str = ""
    producer: str = ""
    image: str = ""
    to: str = ""
    inputs: tuple[Declared, ...] = ()
    outputs: tuple[Declared, ...] = ()
    params: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    jobs: Mapping[str, "Config"] = field(default_factory=dict)

    def for_job(self, name: str) -> "Config":
        """With what the table `[jobs.NAME]` adds: its texts win, its lists are added."""
        own = self.jobs.get(name)
        if own is None:
            return self
        told: dict[str, Any] = {one: getattr(own, one) or getattr(self, one) for one in TEXTS}
        told.update({one: (*getattr(self, one), *getattr(own, one)) for one in LISTS})
        return replace(self, **told)


def find_config(place: Path) -> Config:
    """The nearest declaration in `place` or above it, no further up than the repository; outside
    of one, that in `place`.
    """
    up = (place, *place.parents)
    top = next((depth for depth, one in enumerate(up) if (one / ".git").exists()), 0)
    for folder in up[: top + 1]:
        own, project = folder / "lineage.toml", folder / "pyproject.toml"
        if own.is_file():
            return _declared(own, _table(own), "")
        tools = _table(project).get("tool", {}) if project.is_file() else {}
        if isinstance(tools, dict) and "lineage" in tools:
            return _declared(project, tools["lineage"], "tool.lineage")
    return Config(place)


def _declared(file: Path, table: Any, place: str) -> Config:
    try:
        return _config(file.parent, table, place)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from error


def _table(path: Path) -> dict[str, Any]:
    try:
        found = read_toml(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from error
    return found if isinstance(found, dict) else {}


def _config(folder: Path, table: Any, place: str) -> Config:
    if not isinstance(table, Mapping):
        raise ConfigError(f"{place} is not a table.")
    inside = f"{place}." if place else ""
    if "token" in table:
        raise ConfigError(
            f"{inside}token: a token does not belong in a repository. Revoke it, and set the "
            "variable LINEAGE_TOKEN."
        )
    known = (*TEXTS, *LISTS, "jobs")
    strange = sorted(set(table) - set(known))
    if strange:
        raise ConfigError(f"{inside}{strange[0]} is not known; known are {', '.join(known)}.")
    told: dict[str, Any] = {name: _text(table, name) for name in TEXTS}
    told["inputs"] = tuple(map(input_from, _list(table, "inputs")))
    told["outputs"] = tuple(map(output_from, _list(table, "outputs")))
    told.update({name: tuple(_texts(table, name)) for name in ("params", "metrics")})
    jobs = table.get("jobs", {})
    if not isinstance(jobs, Mapping):
        raise ConfigError(f"{inside}jobs is not a table of tables.")
    told["jobs"] = {
        name: _config(folder, one, f"{inside}jobs.{name}") for name, one in jobs.items()
    }
    return Config(folder, **told)


def _text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise ConfigError(f"{name} is not a text.")
    return value


def _list(table: Mapping[str, Any], name: str) -> list[Any]:
    value = table.get(name, [])
    if not isinstance(value, list):
        raise ConfigError(f"{name} is not a list.")
    return value


def _texts(table: Mapping[str, Any], name: str) -> list[str]:
    found = _list(table, name)
    if not all(isinstance(one, str) for one in found):
        raise ConfigError(f"{name} is not a list of paths.")
    return found
