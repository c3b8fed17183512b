"""Values as the server keeps them: JSON, one spelling of text, finite numbers, no secrets."""

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timezone
from pathlib import PurePath
from typing import Any, Optional, Union

from model_lineage.errors import ConfigError
from model_lineage.masking import MASK, is_secret_name, mask

Scalar = Union[str, int, float, bool, None]

MAX_NAME_BYTES = 2000
MAX_VERSION_BYTES = 500
# The server keeps 64 levels and 2,000,000 bytes of facets; the rest of a facet needs room too.
MAX_DEPTH = 60
TOO_DEEP = f"A value is nested deeper than {MAX_DEPTH} levels; give a flatter one."
MAX_INTEGER = 10**100

_NOT_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def now() -> str:
    """The time with its zone, to the microsecond."""
    return datetime.now(timezone.utc).isoformat()


def line(text: str, limit: int = MAX_NAME_BYTES) -> str:
    r"""One line that the server takes: what it refuses is written as %XX, what is too long is cut
    and told apart by a digest. File names may hold anything.

    >>> line("data/a\nb\udcff.csv")
    'data/a%0Ab%FF.csv'
    >>> len(line("x" * 5000).encode())
    2000
    """
    safe = _NOT_IN_LINE.sub(_percent, text)
    kept = safe.encode()
    if len(kept) <= limit:
        return safe
    mark = "…" + hashlib.sha256(kept).hexdigest()[:12]
    return kept[: limit - len(mark.encode())].decode("utf-8", "ignore") + mark


def _percent(found: re.Match[str]) -> str:
    raw = found.group().encode("utf-8", "surrogateescape" if _is_byte(found.group()) else "replace")
    return "".join(f"%{byte:02X}" for byte in raw)


def _is_byte(character: str) -> bool:
    """Whether it stands for a byte of a file name that is no UTF-8."""
    return "\udc80" <= character <= "\udcff" or character < "\ud800"


def clean(value: Any, *, depth: int = 0) -> Any:
    """Any value as JSON that the server takes, secrets masked; numbers of other libraries too.

    >>> clean({"lr": 0.1, "when": date(2026, 10, 1), "api_key": "k3y", "best": float("nan")})
    {'lr': 0.1, 'when': '2026-10-01', 'api_key': '********', 'best': 'NaN'}
    """
    if depth > MAX_DEPTH:
        raise ConfigError(TOO_DEEP)
    if isinstance(value, Mapping):
        return {
            line(mask(str(name))): MASK
            if is_secret_name(str(name)) and inner not in (None, "")
            else clean(inner, depth=depth + 1)
            for name, inner in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        members = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
        return [clean(one, depth=depth + 1) for one in members]
    return scalar(value)


def scalar(value: Any) -> Scalar:
    """A number, a text, true, false or nothing. NaN and infinities become words."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < MAX_INTEGER else "an integer of more than 100 digits"
    if isinstance(value, float):
        return _finite(float(value))
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if not isinstance(value, (str, PurePath)) and callable(getattr(value, "item", None)):
        return _of_array(value)
    return mask(_NOT_IN_TEXT.sub(_percent, str(value)))


def _finite(value: float) -> Union[float, str]:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _of_array(value: Any) -> Scalar:
    """A number of NumPy, PyTorch and the like, which say it by `item()`."""
    try:
        inner = value.item()
    except (TypeError, ValueError, RuntimeError):
        return mask(str(value)[:10_000])
    plain = isinstance(inner, (bool, int, float, str))
    return scalar(inner) if plain else mask(str(inner)[:10_000])


def flat(
    value: Mapping[str, Any], before: str = "", *, depth: int = 0
) -> Iterator[tuple[str, Scalar]]:
    """Metrics by name, nested ones joined by dots; lists are left out.

    >>> dict(flat({"auc": 0.9, "test": {"f1": 0.8, "curve": [1, 2]}}))
    {'auc': 0.9, 'test.f1': 0.8}
    """
    if depth > MAX_DEPTH:
        raise ConfigError(TOO_DEEP)
    for name, inner in value.items():
        full = f"{before}{name}"
        if isinstance(inner, Mapping):
            yield from flat(inner, f"{full}.", depth=depth + 1)
        elif not isinstance(inner, (list, tuple)):
            yield line(full), scalar(inner)


def seed_value(given: Any) -> Optional[Union[int, str]]:
    """A seed as a number if it is one, else as it stands.

    >>> seed_value("42"), seed_value("random"), seed_value(None)
    (42, 'random', None)
    """
    if given is None or given == "":
        return None
    text = str(given)
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else str(clean(text))
