"""JSON as strict as both databases need it, with the place of the fault in every error."""

import json
import math
import re
from typing import Any

from apps.graph.errors import RecordError

MAX_DEPTH = 64
MAX_INTEGER_DIGITS = 100

_BLANK = re.compile(r"[ \t\r\n]*")
# Numbers stay text: here only the ends of values matter.
_LENIENT = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
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
    decoded = _decoded(text)
    _check_depth(decoded)
    try:
        return json.loads(
            decoded,
            object_pairs_hook=_no_duplicates,
            parse_constant=str if keep_non_finite else _refuse_constant,
            parse_int=_bounded_int,
            parse_float=_finite_float,
        )
    except json.JSONDecodeError as error:
        raise RecordError(
            "$", f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error


def loads_each(text: str | bytes, *, keep_non_finite: bool = False) -> list[Any]:
    """The members of an array, each as strict as by itself: for one that `loads` would refuse there
    stands the `RecordError` with its place. Raise if the whole is no array.

    >>> loads_each('[1, {"a": 1, "a": 2}]')
    [1, RecordError('$[1]: The key "a" stands twice in one object.')]
    """
    try:
        whole = loads(text, keep_non_finite=keep_non_finite)
    except RecordError:
        parts = _members(_decoded(text))
        if parts is None:
            raise
        return [_one(part, place, keep_non_finite) for place, part in enumerate(parts)]
    if not isinstance(whole, list):
        raise RecordError("$", "Must be an array; send one alone to the address for one.")
    return whole


def _one(text: str, place: int, keep_non_finite: bool) -> Any:  # noqa: FBT001
    try:
        return loads(text, keep_non_finite=keep_non_finite)
    except RecordError as error:
        return RecordError(f"$[{place}]{error.path[1:]}", error.message)


def _members(text: str) -> list[str] | None:
    """Where each member of an array begins and ends; None if this cannot be told."""
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] != "[":
        return None
    parts: list[str] = []
    here = start + 1
    try:
        while True:
            here = _beyond_blanks(text, here)
            _, end = _LENIENT.raw_decode(text, here)
            parts.append(text[here:end])
            here = _beyond_blanks(text, end)
            if text[here : here + 1] == "]":
                return None if text[here + 1 :].strip() else parts
            if text[here : here + 1] != ",":
                return None
            here += 1
    except (json.JSONDecodeError, RecursionError):
        return None


def _beyond_blanks(text: str, here: int) -> int:
    found = _BLANK.match(text, here)
    return found.end() if found else here


def _decoded(text: str | bytes) -> str:
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise RecordError(
            "$", f"The body is not UTF-8: {error.reason} at byte {error.start}."
        ) from error
    return decoded.removeprefix("\ufeff")


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
