"""Event times as producers write them."""

import re
from datetime import UTC, datetime, timedelta, timezone

from apps.graph.errors import RecordError

# A run is dated a little after its last event, and that must still be a date.
LAST_YEAR = 9998
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,30}))?)?"
    r"(?:([Zz])|([+-])(\d\d):?(\d\d))?(?:\[[\w/+-]+\])?\Z",
    re.ASCII,
)


def read_moment(text: object, path: str) -> tuple[datetime, int, bool]:
    """The time in UTC, its nanoseconds beyond the microsecond, and whether it had an offset.

    A time without an offset is taken as UTC: the same everywhere, whatever zone a server is in.

    >>> read_moment("2026-10-01T02:00:00.123456789+02:00", "$")[:2]
    (datetime.datetime(2026, 10, 1, 0, 0, 0, 123456, tzinfo=datetime.timezone.utc), 789)
    """
    found = _MOMENT.match(text) if isinstance(text, str) else None
    if found is None:
        raise RecordError(
            path, f"{str(text)[:80]!r} is not a time such as 2026-10-01T02:00:00.123Z."
        )
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    digits = (found[7] or "").ljust(9, "0")
    try:
        moment = datetime(
            year, month, day, hour, minute, second, int(digits[:6]), tzinfo=_zone(found)
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RecordError(path, f"{text!r} is not a day and time that exists.") from None
    if moment.year > LAST_YEAR:
        raise RecordError(path, f"{text!r} is after the year {LAST_YEAR}.")
    return moment, int(digits[6:9]), bool(found[8] or found[9])


def _zone(found: re.Match[str]) -> timezone:
    if found[9] is None:
        return UTC
    offset = timedelta(hours=int(found[10]), minutes=int(found[11]))
    return timezone(-offset if found[9] == "-" else offset)
