"""OpenLineage events from a file or a folder: JSON, arrays or JSON lines, plain or gzipped."""

from collections.abc import Iterator

from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import Access, Reading, Remark
from apps.ingest.connectors.formats.documents import json_values
from apps.ingest.openlineage.envelope import Event, read_event

EVENTS_AT_ONCE = 500


def read(access: Access) -> Iterator[Reading]:
    """The events in readings of at most 500; one that is not acceptable is refused by itself."""
    path = access.path
    events: list[Event] = []
    adapted: list[Remark] = []
    refused: list[Remark] = []
    for found in json_values(path, keep_non_finite=True):
        if isinstance(found, Remark):
            refused.append(found)
            continue
        place, value = found
        try:
            event, notes = read_event(value)
        except RecordError as error:
            refused.append(Remark(f"{place} {error.path}", "not_an_event", error.message))
            continue
        events.append(event)
        adapted += [Remark(f"{place} {note.path}", note.code, note.message) for note in notes]
        if len(events) == EVENTS_AT_ONCE:
            yield _reading(events, adapted, refused)
            events, adapted, refused = [], [], []
    yield _reading(events, adapted, refused)


def _reading(events: list[Event], adapted: list[Remark], refused: list[Remark]) -> Reading:
    return Reading(events=tuple(events), adapted=tuple(adapted), refused=tuple(refused))
