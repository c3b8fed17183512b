"""Lineage batches as the REST interface takes them, from JSON or JSON lines of any size."""

from collections.abc import Iterator
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.validation import MAX_RECORDS, lineage_batch
from apps.ingest.connectors.contract import Access, Reading, Remark
from apps.ingest.connectors.formats.documents import json_values

# What takes an edge back comes before what may stand in its place.
RECORDS = ("retractions", "artifacts", "edges", "identifiers", "aliases")


def read(access: Access) -> Iterator[Reading]:
    """One reading a batch; a batch of more than 10,000 records is cut."""
    path = access.path
    for found in json_values(path):
        if isinstance(found, Remark):
            yield Reading(refused=(found,))
            continue
        place, value = found
        for first, part in _cuts(value):
            yield _reading(place, first, part)


def _reading(place: str, first: str, part: object) -> Reading:
    try:
        return Reading(batch=lineage_batch(part))
    except RecordError as error:
        where = f"{place} {error.path}{first}"
        return Reading(refused=(Remark(where, "not_a_batch", error.message),))


def _cuts(value: Any) -> Iterator[tuple[str, Any]]:
    """The batch in parts of at most 10,000 records, each with a word on where it begins."""
    lists = [name for name in RECORDS if isinstance(value, dict) and name in value]
    sized = all(isinstance(value[name], list) for name in lists)
    if not lists or not sized or sum(len(value[name]) for name in lists) <= MAX_RECORDS:
        yield "", value
        return
    rest = {name: inner for name, inner in value.items() if name not in RECORDS}
    for name in lists:
        for start in range(0, len(value[name]), MAX_RECORDS):
            after = f" (counted from {name}[{start}])" if start else ""
            yield after, rest | {name: value[name][start : start + MAX_RECORDS]}
