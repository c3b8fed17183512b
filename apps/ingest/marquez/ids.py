"""Marquez's ids of what a lineage graph shows: `dataset:namespace:name`, joined by colons.

A namespace such as `postgres://db:5432` has colons of its own, so an id may be read in several
ways. Which one is meant is what the graph knows; `readings` gives them, the likeliest first.
"""

import re
from itertools import combinations
from typing import NamedTuple

from apps.graph.errors import RecordError

TYPES = ("dataset", "datasetField", "job")
MAX_ID = 6000
MAX_COLONS = 12
# The colons that Marquez itself cuts at: not those of `s3://bucket` and `host:5432`.
_CUT = re.compile(r":(?!//|\d)")


class Reading(NamedTuple):
    """One way to read an id. `field` and `version` are empty where there are none."""

    type: str
    namespace: str
    name: str
    field: str = ""
    version: str = ""


def readings(text: str) -> list[Reading]:
    """Each way to read the id. RecordError if there is none.

    >>> readings("job:postgres://db:5432:train")[0]
    Reading(type='job', namespace='postgres://db:5432', name='train', field='', version='')
    >>> readings("dataset:lake:orders#v2")[0]
    Reading(type='dataset', namespace='lake', name='orders', field='', version='v2')
    """
    type_, _, rest = text[:MAX_ID].partition(":")
    colons = [found.start() for found in re.finditer(":", rest)]
    cuts = 2 if type_ == "datasetField" else 1
    if type_ not in TYPES or len(colons) < cuts or len(colons) > MAX_COLONS or len(text) > MAX_ID:
        raise RecordError(
            "$.nodeId",
            f"{text[:80]!r} is none of dataset:namespace:name, job:namespace:name and "
            f"datasetField:namespace:name:field, of at most {MAX_COLONS} colons.",
        )
    likely = {found.start() for found in _CUT.finditer(rest)}
    ways = sorted(combinations(colons, cuts), key=lambda way: (not likely.issuperset(way), way))
    found = [
        one
        for way in ways
        for one in _versioned(type_, _cut(rest, way))
        if one.namespace and one.name
    ]
    if not found:
        raise RecordError("$.nodeId", f"{text[:80]!r} names nothing.")
    return found


def _cut(text: str, way: tuple[int, ...]) -> list[str]:
    starts, ends = (0, *(one + 1 for one in way)), (*way, len(text))
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _versioned(type_: str, parts: list[str]) -> list[Reading]:
    """With what follows the last `#` as version, and without: a name may hold one."""
    namespace, name, column = (*parts, "")[:3]
    last, mark, version = parts[-1].rpartition("#")
    plain = Reading(type_, namespace, name, column)
    if not mark or not last:
        return [plain]
    changed = {"field": last} if column else {"name": last}
    return [plain._replace(version=version, **changed), plain]


def dataset_id(namespace: str, name: str) -> str:
    return f"dataset:{namespace}:{name}"


def job_id(namespace: str, name: str) -> str:
    return f"job:{namespace}:{name}"


def field_id(namespace: str, name: str, field: str, version: str = "") -> str:
    return f"datasetField:{namespace}:{name}:{field}" + (f"#{version}" if version else "")
