"""Properties, paths and times of ML Metadata as plain values."""

import base64
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.identity import DIGEST_LENGTHS
from apps.graph.validation import json_value, line
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.formats.protobuf_struct import STRUCT_TYPE, read_any, read_struct
from apps.ingest.connectors.mlmd.tables import MAX_VALUE_BYTES, Row

STRUCT_PREFIX = "mlmd-struct::"
_LAST_MOMENT = 253_402_300_799_999


def integer(value: object, what: str) -> int:
    """A number that the store must have. SQLite keeps anything in any column."""
    if isinstance(value, int):
        return value
    raise RecordError(what, f"{str(value)[:80]!r} is not a whole number.")


def words(value: object, what: str) -> str:
    """One line of text; nothing for none."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RecordError(what, f"A {type(value).__name__}, not a text.")
    return line(value.strip(), what)


def moment(milliseconds: object) -> datetime | None:
    """A time in milliseconds since 1970; zero and what no calendar holds are not said."""
    if not isinstance(milliseconds, int) or not 0 < milliseconds <= _LAST_MOMENT:
        return None
    seconds, rest = divmod(milliseconds, 1000)
    return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest * 1000)


def properties(rows: Iterable[Row], place: str, adapted: list[Remark]) -> dict[str, Any]:
    """Name and value of each. A custom property gives way to a declared one of its name."""
    found: dict[str, Any] = {}
    for name, custom, *columns in rows:
        where = f"{place} > {str(name)[:80]}"
        try:
            label = line(str(name), where, required=True)
            value = json_value(_finite(_value(columns, where, adapted)), where)
        except RecordError as error:
            adapted.append(Remark(where, "field_left_out", error.message))
            continue
        found[f"{label} (custom)" if custom and label in found else label] = value
    return found


def _value(columns: list[Any], where: str, adapted: list[Remark]) -> Any:
    number, double, text, raw, message, truth = columns
    for one in columns:
        if isinstance(one, str | bytes) and len(one) > MAX_VALUE_BYTES:
            raise RecordError(where, f"Is {len(one):,} long; at most {MAX_VALUE_BYTES:,} are kept.")
    if isinstance(text, str) and text.startswith(STRUCT_PREFIX):
        try:
            return read_struct(base64.b64decode(text.removeprefix(STRUCT_PREFIX), validate=True))
        except ValueError as error:
            adapted.append(Remark(where, "no_struct", f"Kept as text: {error}"))
            return text
    if message is not None:
        return _message(message, where, adapted)
    if raw is not None:
        return {"base64": _base64(raw)}
    if truth is not None:
        return bool(truth)
    plain = next((one for one in (number, double, text) if one is not None), None)
    return _base64(plain) if isinstance(plain, bytes) else plain


def _message(stored: Any, where: str, adapted: list[Remark]) -> Any:
    """An `Any`. SQLite stores hold bytes as base64, MySQL as bytes."""
    try:
        message = stored if isinstance(stored, bytes) else base64.b64decode(stored, validate=True)
        name, content = read_any(message)
        if name == STRUCT_TYPE:
            return read_struct(content)
    except (TypeError, ValueError) as error:
        adapted.append(Remark(where, "no_struct", f"Kept as base64: {error}"))
        return {"base64": _base64(stored)}
    return {"type": name, "base64": _base64(content)}


def _base64(stored: Any) -> str:
    return base64.b64encode(stored).decode() if isinstance(stored, bytes) else str(stored)


def _finite(value: Any) -> Any:
    """Numbers that JSON cannot write become their names."""
    match value:
        case float() if math.isnan(value):
            return "NaN"
        case float() if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        case dict():
            return {name: _finite(inner) for name, inner in value.items()}
        case list():
            return [_finite(inner) for inner in value]
    return value


def digest_in(values: dict[str, Any]) -> str:
    """`algorithm:hex` where a property says the digest of the content, by a name that says so.

    >>> digest_in({"md5": "9e107d9d372bb6826bd81d3542a419d6"})
    'md5:9e107d9d372bb6826bd81d3542a419d6'
    >>> digest_in({"digest": "f44815dc"})
    ''
    """
    given = [(name, values.get(name)) for name in ("sha256", "md5", "sha1")]
    if isinstance(values.get("digest"), str):
        algorithm, _, content = values["digest"].partition(":")
        given.insert(0, (algorithm.lower(), content))
    for algorithm, content in given:
        size = DIGEST_LENGTHS.get(algorithm)
        if isinstance(content, str) and len(content) == size and _is_hex(content):
            return f"{algorithm}:{content.lower()}"
    return ""


def _is_hex(text: str) -> bool:
    return not set(text.lower()) - set("0123456789abcdef")


def numbers(values: dict[str, Any]) -> dict[str, int | float]:
    """The numbers among the properties, which is how metrics are kept."""
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
