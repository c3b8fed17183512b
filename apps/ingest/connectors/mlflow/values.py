"""Values from strangers: of the type that is asked for, or as if they were not there."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.connectors.mlflow.store import Point

MAX_MILLISECONDS = 253_402_300_799_999
_MAX_DIGITS = 18


def words(value: object) -> str:
    """A text; a number as it is written, since some stores hold versions as numbers.

    >>> words("churn"), words(2), words(None), words(["churn"])
    ('churn', '2', '', '')
    """
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def whole(value: object) -> int | None:
    """A whole number, also one written as text: JSON of 64-bit numbers is.

    >>> whole(7), whole("7"), whole(7.0), whole(True), whole("7" * 40)
    (7, 7, 7, None, None)
    """
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        return int(value) if len(value.strip()) <= _MAX_DIGITS else None
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**_MAX_DIGITS:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_MAX_DIGITS:
        return value
    return None


def milliseconds(value: object) -> int | None:
    """A time since 1970 that a calendar has."""
    found = whole(value)
    return found if found is not None and 0 <= found <= MAX_MILLISECONDS else None


def number(value: object) -> float | None:
    """A number; NaN and the infinities are written as words in JSON.

    >>> number("NaN"), number("0.5"), number("-Infinity"), number([])
    (nan, 0.5, -inf, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def point(value: object, step: object, timestamp: object) -> Point | None:
    """One value of a metric; none if it is no number."""
    found = number(value)
    if found is None:
        return None
    return Point(whole(step) or 0, milliseconds(timestamp) or 0, found)


def mappings(value: object) -> Iterator[dict[str, Any]]:
    """The JSON objects in a list."""
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def pairs(value: object) -> dict[str, str]:
    """MLflow's list of `{key, value}`."""
    return {
        key: words(one.get("value")) for one in mappings(value) if (key := words(one.get("key")))
    }


def parsed(value: str) -> Any:
    """JSON within a text; none if it is none."""
    try:
        return strict_json.loads(value.encode("utf-8", "replace"), keep_non_finite=True)
    except RecordError:
        return None


def said(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not said."""
    return {name: one for name, one in values.items() if one not in (None, "", [], {}, ())}


def finite(value: float) -> float | str:
    """A number as JSON has it, else the word for it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
