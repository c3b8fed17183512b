"""JSON as strict as both databases need it, with the place of the fault in every error."""

import json
import math
import re
from typing import Any

from apps.graph.errors import RecordError

MAX_DEPTH = 64
MAX_INTEGER_DIGITS = 100

# A whole string, or one bracket outside of strings.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def loads(text: str | bytes, *, keep_non_finite: bool = False) -> Any:
    """Parse; refuse duplicate keys, NaN, Infinity, huge integers and deep nesting.

    With `keep_non_finite` the bare words NaN and Infinity, which OpenLineage clients really send,
    become the strings "NaN", "Infinity" and "-Infinity".

    >>> loads('{"auc": NaN}', keep_non_finite=True)
    {'auc': 'NaN'}
    >>> loads('{"a": 1, "a": 2}')
    Traceback (most recent call last):
    apps.graph.errors.RecordError: $: The key "a" stands twice in one object.
    """
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise RecordError(
            "$", f"The body is not UTF-8: {error.reason} at byte {error.start}."
        ) from error
    _check_depth(decoded)
    try:
        return json.loads(
            decoded.removeprefix("\ufeff"),
            object_pairs_hook=_no_duplicates,
            parse_constant=str if keep_non_finite else _refuse_constant,
            parse_int=_bounded_int,
            parse_float=_finite_float,
        )
    except json.JSONDecodeError as error:
        raise RecordError(
            "$", f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error


def _check_depth(text: str) -> None:
    """Before parsing, because the parser itself recurses."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKETS.finditer(text):
        if found.group() in "[{":
            depth += 1
        elif found.group() in "]}":
            depth -= 1
        if depth > MAX_DEPTH:
            raise RecordError("$", f"JSON nested deeper than {MAX_DEPTH} levels.")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise RecordError("$", f'The key "{key[:80]}" stands twice in one object.')
        found[key] = value
    return found


def _refuse_constant(word: str) -> None:
    raise RecordError("$", f"{word} is not JSON; leave the value out or send it as a string.")


def _bounded_int(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise RecordError("$", f"An integer of {len(digits):,} digits; at most 100 are kept.")
    return int(digits)


def _finite_float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise RecordError("$", f"The number {digits[:40]} is too large to be kept exactly.")
    return value


def canonical(value: Any) -> str:
    """One spelling for equal values: sorted keys, no spaces. For hashing and comparing.

    >>> canonical({"b": 1, "a": [True, None]})
    '{"a":[true,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
