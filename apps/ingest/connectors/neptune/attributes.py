"""Neptune keeps everything of a run, model or model version as attributes: a path, a type, values.

What is told of one of them is gathered here, whatever it is read from: scalars, series (their
length, last, least and greatest value, never the points) and tracked files.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from apps.ingest.connectors.contract import Remark
from apps.ingest.openlineage.masking import MASK, is_secret_name, mask_text

Value = str | int | float | bool | None | datetime | list[str]

MAX_TEXT = 20_000
MAX_ATTRIBUTES = 100_000
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


@dataclass(slots=True)
class Series:
    """Steps are Neptune's own decimal numbers, or None where the point has none."""

    kind: str
    points: int = 0
    last: float | None = None
    last_step: float | None = None
    least: float | None = None
    least_step: float | None = None
    greatest: float | None = None
    greatest_step: float | None = None

    def add(self, value: float | None, step: float | None) -> None:
        """One point; NaN and infinities may be the last value but no extreme."""
        self.points += 1
        if value is None:
            return
        if step is None or self.last_step is None or step >= self.last_step:
            self.last, self.last_step = value, step
        if not math.isfinite(value):
            return
        if self.least is None or value < self.least:
            self.least, self.least_step = value, step
        if self.greatest is None or value > self.greatest:
            self.greatest, self.greatest_step = value, step

    def facet(self) -> dict[str, Any]:
        about: dict[str, Any] = {"type": self.kind, "points": self.points}
        told = {
            "last": None if self.last is None else storable_number(self.last),
            "last_step": self.last_step,
            "min": self.least,
            "min_step": self.least_step,
            "max": self.greatest,
            "max_step": self.greatest_step,
        }
        return about | {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Tracked:
    """A file (`file`), each of a series of files (`file_series`), a folder (`file_set`), or a list
    of files that were only looked at (`artifact`). `where` is the path that the store gives; what
    is `away` lies elsewhere and is never opened."""

    attribute: str
    kind: str
    where: str = ""
    step: float | None = None
    listed: tuple[Any, ...] = ()
    away: bool = False


@dataclass(slots=True)
class Told:
    """All that is told of one run, model or model version. `place` is where, for people."""

    project: str
    identifier: str
    place: str
    values: dict[str, Value] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    files: list[Tracked] = field(default_factory=list)
    adapted: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    left_out: int = 0

    def series_at(self, path: str, kind: str) -> Series:
        """The series of that path; one that is not kept when there are too many attributes."""
        found = self.series.get(path)
        if found is None:
            found = Series(kind)
            if self._has_room():
                self.series[path] = found
        return found

    def put(self, path: str, value: Value) -> None:
        if path in self.values or self._has_room():
            self.values[path] = self._short(path, value)

    def track(self, tracked: Tracked) -> None:
        if self._has_room():
            self.files.append(tracked)

    def text(self, path: str) -> str:
        """The value as one line of text; empty if there is none."""
        value = self.values.get(path)
        return (
            _NOT_IN_LINE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else ""
        )

    def moment(self, path: str) -> datetime | None:
        value = self.values.get(path)
        return value if isinstance(value, datetime) and value.tzinfo is not None else None

    def adapt(self, at: str, code: str, message: str) -> None:
        self.adapted.append(Remark(f"{self.place}: {at}", code, message))

    def refuse(self, at: str, code: str, message: str) -> None:
        self.refused.append(Remark(f"{self.place}: {at}", code, message))

    def _has_room(self) -> bool:
        room = len(self.values) + len(self.series) + len(self.files) < MAX_ATTRIBUTES
        self.left_out += not room
        return room

    def _short(self, path: str, value: Value) -> Value:
        if not isinstance(value, str):
            return value
        masked = MASK if value and is_secret_name(path.rpartition("/")[2]) else mask_text(value)
        if masked != value:
            self.adapt(path, "secret", "A secret was masked.")
            value = masked
        if len(value) > MAX_TEXT:
            self.adapt(path, "cut", f"{len(value):,} characters; the first {MAX_TEXT:,} are kept.")
            value = value[:MAX_TEXT]
        clean = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
        if clean != value:
            self.adapt(path, "control_characters", "Control characters were replaced.")
        return clean


def storable(value: Any) -> Any:
    """The value as JSON can carry it: times in ISO 8601, NaN and infinities as words.

    >>> storable(float("nan")), storable(datetime(2025, 1, 2, tzinfo=UTC))
    ('NaN', '2025-01-02T00:00:00Z')
    """
    match value:
        case datetime():
            told = value.astimezone(UTC) if value.tzinfo else value
            return told.isoformat().replace("+00:00", "Z")
        case float():
            return storable_number(value)
        case str():
            return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
        case list() | tuple():
            return [storable(one) for one in value]
        case dict():
            return {line(str(name)): storable(inner) for name, inner in value.items()}
    return value


def storable_number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def line(text: str) -> str:
    """The text with nothing in it that may not stand in a name."""
    return _NOT_IN_LINE.sub("\N{REPLACEMENT CHARACTER}", text)


def within(values: Mapping[str, Any], most: int) -> tuple[dict[str, Any], int]:
    """As many of the values, in order of name, as fit into so many characters; how many do not.

    >>> within({"b": "x" * 90, "a": 1}, 50)
    ({'a': 1}, 1)
    """
    kept: dict[str, Any] = {}
    room = most
    for name in sorted(values):
        value = storable(values[name])
        room -= len(name) + len(str(value)) + 8
        if room >= 0:
            kept[line(name)] = value
    return kept, len(values) - len(kept)


def texts(values: Iterable[Any]) -> list[str]:
    return [one for one in values if isinstance(one, str)]
