"""What stands by itself in a source that is read whole each time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from apps.ingest.connectors.contract import Reading


def all_told(readings: Iterable[Reading]) -> Iterator[Reading]:
    """The readings, one a unit, and at last that these were all.

    A unit of which nothing could be taken in is still there. One that stands twice is read under
    two names, and what it is about hangs on the first. That these were all is left unsaid when
    something was refused of which no unit is known: it is not gone, it cannot be read now.
    """
    certain = True
    times: Counter[str] = Counter()
    for reading in readings:
        certain = certain and bool(reading.unit or not reading.refused)
        if reading.unit and reading.batch is None:
            yield replace(reading, unit="", about=(), present=(*reading.present, reading.unit))
            continue
        times[reading.unit] += 1
        if reading.unit and (count := times[reading.unit]) > 1:
            yield replace(reading, unit=f"{reading.unit} ({count})", about=())
        else:
            yield reading
    if certain:
        yield Reading(complete="")
