"""Single values of a folder of runs: each a small file, named as the value is."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apps.ingest.connectors.mlflow.history import room_for_each, sampled
from apps.ingest.connectors.mlflow.store import ModelMetric, Series
from apps.ingest.connectors.mlflow.values import point

MAX_VALUE_BYTES = 100_000
MAX_NAMES = 20_000
MAX_LINE_BYTES = 2_000
WATCHED = ("tags", "params", "metrics", "inputs", "outputs")


def texts(folder: Path) -> dict[str, str]:
    """Every file below a folder: its name, and what it holds."""
    return {name: text_of(path) for name, path in named_files(folder)}


def named_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """In order of name; a `/` in a name made folders. No link is followed."""
    found = []
    for top, folders, names in os.walk(folder):
        folders.sort()
        found += [Path(top, name) for name in names]
        if len(found) > MAX_NAMES:
            break
    for path in sorted(found)[:MAX_NAMES]:
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path


def text_of(path: Path) -> str:
    """What a small file holds; nothing if there is none."""
    if path.is_symlink():
        return ""
    try:
        with path.open("rb") as file:
            return file.read(MAX_VALUE_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def metrics_in(folder: Path) -> dict[str, Series]:
    """Lines of `timestamp value step`, in the order in which they were logged."""
    files = list(named_files(folder))
    room = room_for_each(len(files))
    found = {}
    for name, path in files:
        points = (point(one[1], one[2] if len(one) > 2 else 0, one[0]) for one in _lines(path))  # noqa: PLR2004
        if series := sampled((one for one in points if one), room=room):
            found[name] = series
    return found


def measured_in(folder: Path) -> Iterator[ModelMetric]:
    """Lines of `timestamp value step run`, with the dataset's name and digest if there is one."""
    for name, path in named_files(folder):
        for one in _lines(path):
            found = point(one[1], one[2], one[0]) if len(one) > 3 else None  # noqa: PLR2004
            if found is not None:
                dataset = " ".join(one[4:-1])
                yield ModelMetric(
                    name=name,
                    point=found,
                    run=one[3],
                    dataset_name=dataset,
                    dataset_digest=one[-1] if dataset else "",
                )


def _lines(path: Path) -> Iterator[list[str]]:
    try:
        with path.open("rb") as file:
            while line := file.readline(MAX_LINE_BYTES):
                parts = line.decode("utf-8", "replace").split()
                if len(parts) > 1:
                    yield parts
    except OSError:
        return


def times_of(folder: Path) -> list[Any]:
    """When each small file was last written: no time in MLflow's own says so."""
    return [
        (sort, name, path.stat().st_mtime_ns)
        for sort in WATCHED
        for name, path in named_files(folder / sort)
    ]
