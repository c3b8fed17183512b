"""Saying that everything has been told."""

from collections.abc import Iterable, Iterator

from apps.ingest.connectors.contract import Reading


def all_told(readings: Iterable[Reading]) -> Iterator[Reading]:
    """The readings of a source that is read whole each time, and at last that these were all.

    That is left unsaid when something was refused of which no unit is known: what stood there is
    not gone, it only cannot be read now.
    """
    certain = True
    for reading in readings:
        certain = certain and bool(reading.unit or not reading.refused)
        yield reading
    if certain:
        yield Reading(complete="")
