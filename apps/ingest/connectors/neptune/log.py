"""The offline log of Neptune's 2.x client: `data-<n>.log`, a JSON object a line, with an operation
each (`{"obj": {"type": "AssignInt", "path": […], "value": 1}, "version": 1, "at": 1795.1}`), and
`metadata.json` beside it. It names no project, and a run only by an id of its own.

https://github.com/neptune-ai/neptune-client, `neptune/internal/operation.py`.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import Reading, Remark
from apps.ingest.connectors.neptune.attributes import Told, Tracked, line
from apps.ingest.connectors.neptune.files import Files

PROJECT = "offline"
MAX_LINE_BYTES = 8 * 1024 * 1024
MAX_METADATA_BYTES = 1024 * 1024
_LOG = re.compile(r"data-(\d{1,18})\.log\Z")
Operation = dict[str, Any]


def logs_in(root: Path) -> Iterator[tuple[Told, Files] | Reading]:
    """Each run with all the folders that its processes left, in order of the run's id."""
    found: defaultdict[str, list[tuple[str, Path, dict[str, Any]]]] = defaultdict(list)
    for folder in sorted({file.parent for file in root.rglob("data-*.log")}):
        place = folder.relative_to(root).as_posix()
        about = _metadata(folder, root)
        if isinstance(about, Remark):
            yield Reading(refused=(about,))
        else:
            found[about["containerId"]].append((str(about.get("createdAt")), folder, about))
    for identifier in sorted(found):
        folders = sorted(found[identifier], key=lambda one: one[:2])
        place = folders[0][1].relative_to(root).as_posix()
        told = Told(PROJECT, identifier, line(place))
        if (created := _moment(folders[0][2].get("createdAt"))) is not None:
            told.put("sys/creation_time", created)
        for name in ("neptuneClientVersion", "pythonVersion", "os"):
            if isinstance(value := folders[0][2].get(name), str):
                told.put(f"client/{name}", value)
        for _, folder, _ in folders:
            _tell(folder, root, told)
        yield told, Files(tuple(folder for _, folder, _ in folders))


def _metadata(folder: Path, root: Path) -> dict[str, Any] | Remark:
    place = line(folder.relative_to(root).as_posix())
    file = folder / "metadata.json"
    try:
        if not file.resolve().is_relative_to(root) or not file.is_file():
            return Remark(place, "no_metadata", "There is no metadata.json: whose log is not told.")
        if file.stat().st_size > MAX_METADATA_BYTES:
            return Remark(place, "no_metadata", "metadata.json is too large to be one.")
        about = strict_json.loads(file.read_bytes())
    except (OSError, RecordError) as error:
        return Remark(place, "no_metadata", f"metadata.json: {line(str(error))[:300]}")
    if not isinstance(about, dict) or not isinstance(about.get("containerId"), str):
        return Remark(place, "no_metadata", "metadata.json names no containerId.")
    if about.get("containerType", "run") != "run":
        kind = line(str(about["containerType"]))[:80]
        return Remark(place, "not_a_run", f"The log is of a {kind}, not of a run.")
    return about


def _tell(folder: Path, root: Path, told: Told) -> None:
    logs = [(int(match[1]), one) for one in folder.iterdir() if (match := _LOG.match(one.name))]
    for _, log in sorted(logs):
        place = log.name
        if not log.is_file() or not log.resolve().is_relative_to(root):
            told.refuse(place, "outside", "Leads out of the folder; not read.")
            continue
        try:
            with log.open("rb") as file:
                _tell_lines(file, place, told)
        except OSError as error:
            told.refuse(place, "not_readable", line(str(error))[:300])


def _tell_lines(file: Any, place: str, told: Told) -> None:
    number = 0
    while text := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(text) > MAX_LINE_BYTES:
            told.refuse(f"{place}:{number}", "too_long", "The line is too long; the rest is left.")
            return
        if not text.strip():
            continue
        try:
            _take(strict_json.loads(text, keep_non_finite=True), told)
        except (
            RecordError,
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
            OverflowError,
        ) as error:
            if not text.endswith(b"\n"):
                message = "The last line is cut: the client was stopped while it wrote."
                told.adapt(f"{place}:{number}", "truncated", message)
            else:
                message = f"Not an operation of the client: {line(str(error))[:200]}"
                told.refuse(f"{place}:{number}", "not_an_operation", message)


def _take(entry: Any, told: Told) -> None:
    operation = entry["obj"]
    parts = operation["path"]
    if not isinstance(parts, list) or not all(isinstance(one, str) for one in parts):
        raise TypeError("The path is not a list of names.")
    path, kind = "/".join(parts), operation["type"]
    act = OPERATIONS.get(kind)
    if act is None:
        told.adapt(path, "unknown_operation", f"{line(str(kind))[:80]!r} is not taken in.")
    else:
        act(told, path, operation)
    if (at := _moment(entry.get("at"))) is not None:
        told.values["sys/modification_time"] = at


def _assign(told: Told, path: str, operation: Operation) -> None:
    value, kind = operation["value"], operation["type"]
    if kind == "AssignFloat":
        value = float(value)
    elif kind == "AssignDatetime":
        value = _moment(value / 1000 if isinstance(value, int) else value)
    elif type(value) not in {str, int, bool}:
        raise TypeError(f"The value of {path[:80]} is not of the type it is said to be.")
    told.put(path, value)


def _log_floats(told: Told, path: str, operation: Operation) -> None:
    series = told.series_at(path, "float_series")
    for point in operation["values"]:
        step = point.get("step")
        series.add(float(point["value"]), None if step is None else float(step))


def _log_others(told: Told, path: str, operation: Operation) -> None:
    kind = "string_series" if operation["type"] == "LogStrings" else "file_series"
    told.series_at(path, kind).points += len(operation["values"])


def _strings(told: Told, path: str, operation: Operation) -> None:
    before = told.values.get(path)
    kept = list(before) if isinstance(before, list) else []
    given = [str(one) for one in operation["values"]]
    if operation["type"] == "AddStrings":
        told.put(path, kept + [one for one in given if one not in kept])
    else:
        told.put(path, [one for one in kept if one not in given])


def _upload(told: Told, path: str, operation: Operation) -> None:
    """Only what the client copied beside the log is read; a path elsewhere is kept as it stands."""
    _forget(told, path, operation)
    temporary = operation.get("tmp_file_name")
    if isinstance(temporary, str) and temporary:
        told.track(Tracked(path, "file", f"upload_path/{temporary}"))
    else:
        told.track(Tracked(path, "file", str(operation.get("file_path") or ""), away=True))


def _upload_set(told: Told, path: str, operation: Operation) -> None:
    if globs := operation.get("file_globs"):
        told.track(Tracked(path, "file_set", ", ".join(map(str, globs)), away=True))


def _track(told: Told, path: str, operation: Operation) -> None:
    """The client hashes tracked files only when it sends them."""
    listed = tuple({"filePath": str(one[0]), "destination": one[1]} for one in operation["entries"])
    before = [one for one in told.files if one.attribute == path and one.kind == "artifact"]
    _forget(told, path, operation)
    listed = tuple(inner for one in before for inner in one.listed) + listed
    told.track(Tracked(path, "artifact", listed=listed))


def _forget(told: Told, path: str, operation: Operation) -> None:
    del operation
    told.values.pop(path, None)
    told.series.pop(path, None)
    told.files[:] = [one for one in told.files if one.attribute != path]


def _nothing(told: Told, path: str, operation: Operation) -> None:
    """How a series is drawn."""
    del told, path, operation


OPERATIONS: dict[str, Callable[[Told, str, Operation], None]] = {
    **dict.fromkeys(
        ("AssignFloat", "AssignInt", "AssignBool", "AssignString", "AssignDatetime"), _assign
    ),
    "LogFloats": _log_floats,
    **dict.fromkeys(("LogStrings", "LogImages"), _log_others),
    **dict.fromkeys(("AddStrings", "RemoveStrings"), _strings),
    "UploadFile": _upload,
    "UploadFileContent": _upload,
    "UploadFileSet": _upload_set,
    "TrackFilesToArtifact": _track,
    **dict.fromkeys(
        ("DeleteAttribute", "ClearArtifact", "ClearStringSet", "ClearFloatLog", "ClearStringLog"),
        _forget,
    ),
    "ClearImageLog": _forget,
    "ConfigFloatSeries": _nothing,
}


def _moment(value: Any) -> datetime | None:
    """Seconds since 1970, or ISO 8601."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
