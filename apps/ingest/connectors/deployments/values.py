"""Looking into parsed documents whose every field may be missing or of another type."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

MAX_REPLICAS = 2**31 - 1
_FRACTION = re.compile(r"(\.\d{6})\d+")


def at(value: Any, *names: str) -> Any:
    """What stands under these names, or None.

    >>> at({"spec": {"replicas": 2}}, "spec", "replicas"), at({"spec": []}, "spec", "replicas")
    (2, None)
    """
    for name in names:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text(value: Any, *names: str) -> str:
    """The text under these names; numbers are written out; anything else is empty."""
    found = at(value, *names)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return " ".join(str(found).split())


def mapping(value: Any, *names: str) -> dict[str, Any]:
    found = at(value, *names)
    return found if isinstance(found, dict) else {}


def mappings(value: Any, *names: str) -> list[dict[str, Any]]:
    """The mappings in the list under these names."""
    found = at(value, *names)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def texts(value: Any, *names: str) -> list[str]:
    """The texts in the list under these names, or in the words of the one text there."""
    found = at(value, *names)
    if isinstance(found, str):
        return found.split()
    if not isinstance(found, list):
        return []
    return [str(one) for one in found if isinstance(one, str | int | float)]


def count(value: Any) -> int | None:
    """A number of replicas, or None for what is no such number."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 11:  # noqa: PLR2004
        value = int(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= MAX_REPLICAS else None


def moment(value: Any) -> datetime | None:
    """An RFC 3339 time, or seconds since 1970. A time without a zone is one in UTC."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value, tz=UTC)
        if not isinstance(value, str) or "T" not in value.replace(" ", "T", 1):
            return None
        found = datetime.fromisoformat(_FRACTION.sub(r"\1", value.strip()))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def latest(moments: Iterator[datetime | None]) -> datetime | None:
    return max((one for one in moments if one), default=None)


def spelled(value: datetime | None) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value else None
