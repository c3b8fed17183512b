"""What every page asks of text that comes in by its address."""

import msgspec

from apps.graph.errors import RecordError
from apps.graph.validation import line

LONGEST_QUERY = 2000
NO_MOMENT = "This is no date and time. Write it as 2026-10-01 02:00."
LARGEST_REVISION = 2**63 - 1


def clean_line(text: str) -> str | None:
    """The text trimmed and normalised; None if no name could contain it."""
    try:
        return line(text.strip(), "$", limit=LONGEST_QUERY)
    except (RecordError, UnicodeEncodeError):
        return None


def whole_number(text: str) -> int | None:
    """A count or a revision out of an address; None where it says none."""
    try:
        value = msgspec.convert(text, int, strict=False)
    except msgspec.ValidationError:
        return None
    return value if 0 <= value <= LARGEST_REVISION else None
