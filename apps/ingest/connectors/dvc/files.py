"""The files in which DVC says what it did: `dvc.lock`, `*.dvc`, `dvc.yaml`. Paths from the top.

Formats: https://dvc.org/doc/user-guide/project-structure. A lock says what *was* used. Since DVC 3
`hash: md5` is the MD5 of the bytes; before, text had its line ends changed first (`dvc_md5`).
`….dir` is the MD5 of a list of members (`dvc_dir`), not of bytes.
"""

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.validation import MAX_NAME_BYTES, json_value, line

_HEX_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?\Z")
_OTHER_DIGESTS = ("etag", "checksum", "version_id")


@dataclass(frozen=True, slots=True)
class Tracked:
    """A dependency or an output as it stood. `scheme` and `value` are empty if it had no digest."""

    path: str
    scheme: str = ""
    value: str = ""
    size: int | None = None
    members: int | None = None
    url: str = ""

    @property
    def is_folder(self) -> bool:
        return self.value.endswith(".dir")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a lock. `name` is as DVC addresses it: `train`, `sub/dvc.yaml:train`."""

    name: str
    command: str
    inputs: tuple[Tracked, ...]
    outputs: tuple[Tracked, ...]
    parameters: Mapping[str, Any]

    @property
    def version(self) -> str:
        """The same command, inputs, parameters and outputs are the same run."""
        said = {
            "stage": self.name,
            "cmd": self.command,
            "deps": sorted((one.path, one.scheme, one.value) for one in self.inputs),
            "outs": sorted((one.path, one.scheme, one.value) for one in self.outputs),
            "params": self.parameters,
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Declared:
    """An entry of `artifacts:` in a `dvc.yaml`, with the path it names."""

    name: str
    path: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What a `dvc.yaml` adds to its lock."""

    folders: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[tuple[str, ...], ...] = ()
    declared: tuple[Declared, ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    """Where an imported file came from: another repository, or a URL."""

    source: Tracked
    repository: str = ""
    commit: str = ""
    asked_for: str = ""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One `*.dvc`: what it keeps, and where that came from."""

    outputs: tuple[Tracked, ...]
    imports: tuple[Import, ...]
    declared: tuple[Declared, ...] = ()


def mapping(value: object) -> dict[str, Any]:
    return {str(key): one for key, one in value.items()} if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def joined(folder: str, path: str) -> str:
    return path if "://" in path else posixpath.normpath(posixpath.join(folder, path))


def tracked(value: object, folder: str) -> Tracked:
    """`RecordError` if it has no path."""
    found = mapping(value)
    path = found.get("path")
    if not isinstance(path, str) or not path.strip():
        raise RecordError("path", "Has no path.")
    path = line(path, "path", limit=MAX_NAME_BYTES)
    scheme, digest = _digest(found)
    return Tracked(
        path=joined(folder, path),
        scheme=scheme,
        value=digest,
        size=_count(found.get("size")),
        members=_count(found.get("nfiles")),
        url=path if "://" in path else "",
    )


def _digest(found: Mapping[str, Any]) -> tuple[str, str]:
    md5 = found.get("md5")
    if isinstance(md5, str) and (shape := _HEX_MD5.match(md5.lower())):
        if shape.group(1):
            return "dvc_dir", md5.lower()
        return ("md5" if found.get("hash") == "md5" else "dvc_md5"), md5.lower()
    own = found.get("hash")
    for name in (*([own] if isinstance(own, str) else []), *_OTHER_DIGESTS):
        other = found.get(name)
        if isinstance(other, str) and other.strip() and re.fullmatch(r"[a-z0-9_]{1,40}", name):
            return f"dvc_{name}", line(other, name, limit=400)
    return "", ""


def _count(value: object) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return value if fits and isinstance(value, int) else None


def stages(lock: object, folder: str, pipeline: Pipeline) -> Iterator[Stage | RecordError]:
    """The stages of a lock, or what is wrong with one. Schema 1 had them at the top."""
    top = mapping(lock)
    found = mapping(top.get("stages")) if "schema" in top or "stages" in top else top
    for name, value in found.items():
        stage = mapping(value)
        base = joined(folder, pipeline.folders.get(name.partition("@")[0], ""))
        try:
            address = f"{folder}/dvc.yaml:{name}" if folder else name
            yield Stage(
                name=line(address, name, required=True),
                command=_command(stage.get("cmd")),
                inputs=tuple(tracked(one, base) for one in items(stage.get("deps"))),
                outputs=tuple(tracked(one, base) for one in items(stage.get("outs"))),
                parameters=json_value(_parameters(stage.get("params"), folder), "params"),
            )
        except RecordError as error:
            yield RecordError(f"{name} {error.path}", error.message)


def _command(value: object) -> str:
    parts = [str(one) for one in value] if isinstance(value, list) else [str(value or "")]
    return "\n".join(parts)


def _parameters(value: object, folder: str) -> dict[str, Any]:
    """By file and name. Dates, which JSON has not, as they are written."""
    return {
        joined(folder, file): {name: plain(one) for name, one in mapping(given).items()}
        for file, given in mapping(value).items()
    }


def plain(value: object) -> Any:
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else str(value)
    return str(value)


def pipeline(value: object, folder: str) -> Pipeline:
    top = mapping(value)
    folders, patterns = {}, [*items(top.get("metrics"))]
    named = [(one, folder) for one in patterns]
    for name, given in mapping(top.get("stages")).items():
        stage = mapping(given)
        stage = mapping(stage.get("do")) or stage
        place = stage.get("wdir")
        folders[name] = place if isinstance(place, str) and "${" not in place else ""
        named += [(one, joined(folder, folders[name])) for one in items(stage.get("metrics"))]
    return Pipeline(
        folders=folders,
        metrics=tuple(_pattern(joined(base, path)) for one, base in named for path in _paths(one)),
        declared=tuple(declared(top.get("artifacts"), folder)),
    )


def declared(value: object, folder: str) -> Iterator[Declared]:
    for name, given in mapping(value).items():
        facts = mapping(given)
        path = facts.pop("path", None)
        if isinstance(path, str):
            yield Declared(name, joined(folder, path), plain(facts))


def _paths(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(mapping(value))


def _pattern(path: str) -> tuple[str, ...]:
    return tuple(re.split(r"\$\{[^}]*\}", path[:MAX_NAME_BYTES]))


def fits(pattern: tuple[str, ...], path: str) -> bool:
    """Whether the path is one that the template stands for.

    >>> fits(("metrics/", ".json"), "metrics/churn.json")  # of metrics/${item.model}.json
    True
    """
    first, *rest = pattern
    if not rest:
        return path == first
    *middle, last = rest
    if not path.startswith(first) or not path.endswith(last):
        return False
    here, end = len(first), len(path) - len(last)
    for part in middle:
        here = path.find(part, here)
        if here < 0:
            return False
        here += len(part)
    return here < end


def data_file(value: object, folder: str) -> DataFile:
    """`RecordError` if an entry has no path."""
    top = mapping(value)
    base = joined(folder, top["wdir"] if isinstance(top.get("wdir"), str) else "")
    outs = [mapping(one) for one in items(top.get("outs"))]
    named = [
        Declared("", joined(base, str(one.get("path"))), {"type": one["type"]})
        for one in outs
        if isinstance(one.get("type"), str)
    ]
    return DataFile(
        outputs=tuple(tracked(one, base) for one in outs),
        imports=tuple(_import(mapping(one), base) for one in items(top.get("deps"))),
        declared=tuple(named),
    )


def _import(value: dict[str, Any], base: str) -> Import:
    other = mapping(value.get("repo"))
    if not other:
        return Import(tracked(value, base))
    words = {name: one for name, one in other.items() if isinstance(one, str)}
    commit = words.get("rev_lock", "")
    source = tracked(value, "")
    return Import(source, words.get("url", ""), commit, words.get("rev", ""))
