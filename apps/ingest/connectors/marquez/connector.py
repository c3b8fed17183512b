"""A Marquez server, by its API; or answers of its `events/lineage` saved to files.

The OpenLineage events that it received are the best source: they say most, and are taken in as if
they had been sent here. What they cannot tell (tags, datasets and jobs that no run touched) comes
from its lists, and so does everything where Marquez keeps no event at all.

A server that is of this product answers `shape=all`, which Marquez passes over: then its events are
of every shape, and nothing is missing from them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import Access, ConnectorError, Reading, Remark
from apps.ingest.connectors.formats.documents import json_values
from apps.ingest.connectors.marquez.listed import listed
from apps.ingest.connectors.service import authorization, service
from apps.ingest.openlineage.envelope import Event, read_event
from apps.ingest.openlineage.moments import read_moment

Get = Callable[[str, Mapping[str, Any]], Any]

EVENTS, PAGE = "/api/v1/events/lineage", 500
# Marquez's own default ends in 2030.
FOREVER = "9000-01-01T00:00:00Z"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
# After so many pages in a row without a new event the server does not page at all.
MAX_STALE_PAGES = 20
# Events may arrive later than they happened. What is read twice changes nothing.
LATENESS = timedelta(days=1)


def read(access: Access) -> Iterator[Reading]:
    """Events since the cursor, in pages; then what only the lists tell."""
    if not access.is_url:
        yield from saved_answers(access)
        return
    with service(
        _base(access.where), reach=access.reach, headers=authorization(access.secret)
    ) as marquez:
        yield from readings(marquez.get, access.cursor)


def test(access: Access) -> str:
    """What the server answers, in words."""
    if not access.is_url:
        return f"{access.path} can be read."
    with service(
        _base(access.where), reach=access.reach, headers=authorization(access.secret)
    ) as marquez:
        answer = marquez.get(EVENTS, {"limit": 1, "before": FOREVER})
    return f"The server answers; it has {_count(answer)} events of runs."


def readings(get: Get, cursor: Mapping[str, Any]) -> Iterator[Reading]:
    """The readings of a server that `get(path, parameters)` asks."""
    after = _moment(cursor.get("after"))
    since = BEGINNING if after is None else max(BEGINNING, after - LATENESS)
    last, of_every_shape = after, False
    for events, told_all, reading in _pages(get, since):
        of_every_shape = told_all
        last = max((one.time for one in events), default=last)
        yield reading if last is None else replace(reading, cursor={"after": last.isoformat()})
    if not of_every_shape:
        yield from listed(get, in_full=last is None)
    yield Reading(complete="")


def _pages(get: Get, since: datetime) -> Iterator[tuple[list[Event], bool, Reading]]:
    """Each page begins at the time at which the one before ended: a list that grows meanwhile
    moves nothing. `offset` only counts what is of that very time.
    """
    offset, stale, before = 0, 0, set[str]()
    while True:
        asked = {"after": since.isoformat(), "before": FOREVER, "sortDirection": "asc"}
        answer = get(EVENTS, {**asked, "shape": "all", "limit": PAGE, "offset": offset})
        given = answer.get("events") if isinstance(answer, dict) else None
        if not isinstance(given, list):
            raise ConnectorError(f"{EVENTS} did not answer with events; is this Marquez?")
        events, reading = _taken(f"{EVENTS} from {since.isoformat()}", given)
        yield events, answer.get("shape") == "all", reading
        if len(given) < PAGE:
            return
        digests = {one.digest for one in events}
        stale = stale + 1 if digests <= before else 0
        if stale > MAX_STALE_PAGES:
            raise ConnectorError(f"{EVENTS} answers with the same page again and again.")
        last = max((one.time for one in events), default=since)
        at_last = sum(one.time == last for one in events)
        offset = at_last if last > since else offset + len(given)
        since, before = max(since, last), digests


def saved_answers(access: Access) -> Iterator[Reading]:
    """Files with an answer of `events/lineage` each."""
    for found in json_values(access.path, keep_non_finite=True):
        if isinstance(found, Remark):
            yield Reading(refused=(found,))
            continue
        place, value = found
        given = value.get("events") if isinstance(value, dict) else None
        if isinstance(given, list):
            yield _taken(place, given)[1]
        else:
            words = "Is no answer of Marquez's events/lineage: it has no events."
            yield Reading(refused=(Remark(place, "not_events", words),))


def _taken(place: str, given: list[Any]) -> tuple[list[Event], Reading]:
    events: list[Event] = []
    adapted: list[Remark] = []
    refused: list[Remark] = []
    for number, data in enumerate(given):
        where = f"{place}: events[{number}]"
        try:
            event, notes = read_event(data)
        except RecordError as error:
            refused.append(Remark(f"{where} {error.path}", "not_an_event", error.message))
            continue
        events.append(event)
        adapted += [Remark(f"{where} {note.path}", note.code, note.message) for note in notes]
    return events, Reading(events=tuple(events), adapted=tuple(adapted), refused=tuple(refused))


def _base(where: str) -> str:
    """The address that is given with or without `/api/v1`."""
    return where.rstrip("/").removesuffix("/api/v1")


def _moment(value: object) -> datetime | None:
    try:
        return read_moment(value, "$.after")[0] if value else None
    except RecordError:
        return None


def _count(answer: object) -> int:
    count = answer.get("totalCount") if isinstance(answer, dict) else None
    if not isinstance(count, int):
        raise ConnectorError(f"{EVENTS} did not answer with events; is this Marquez?")
    return count
