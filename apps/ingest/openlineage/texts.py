"""Texts of an event that may name something, or may not."""

from apps.graph.errors import RecordError
from apps.graph.validation import line


def nameable(value: object, *, limit: int = 2000) -> str:
    """The text if it can name something, else nothing."""
    if not isinstance(value, str) or not value.strip():
        return ""
    try:
        return line(value, "$", limit=limit)
    except RecordError:
        return ""
