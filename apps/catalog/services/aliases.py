"""Statements on names that move."""

from collections.abc import Iterable

import msgspec

from apps.catalog.models import AliasStatement
from apps.catalog.services.artifacts import StoredArtifacts
from apps.catalog.services.inserting import insert_rows
from apps.catalog.services.moving import ALIAS_FIELDS
from apps.catalog.services.writing import Change
from apps.graph.aliases import fingerprint
from apps.graph.records import AliasRecord

CHUNK = 5000


def state_aliases(
    *, change: Change, artifacts: StoredArtifacts, records: Iterable[AliasRecord]
) -> None:
    """Store each statement once. All are kept: which of them hold is for the reader to work out,
    so they may arrive in any order.
    """
    rows: dict[str, tuple[object, ...]] = {}
    for record in records:
        stated = None if record.artifact is None else artifacts[record.artifact]
        # Of two contents of one version, the one that this batch states.
        said = msgspec.structs.replace(record, artifact=stated and stated.key)
        mark = fingerprint(said, change.producer)
        ends = (None, None) if stated is None else (stated.survivor_id, stated.pk)
        told = (record.at, change.producer, change.evidence, change.number)
        rows[mark] = (record.scheme, record.value, *ends, *told, mark)
    new = sorted(rows.keys() - _stored(rows))
    insert_rows(model=AliasStatement, names=ALIAS_FIELDS, rows=[rows[mark] for mark in new])
    change.aliases_added += len(new)


def _stored(marks: Iterable[str]) -> set[str]:
    every = list(marks)
    found: set[str] = set()
    for start in range(0, len(every), CHUNK):
        rows = AliasStatement.objects.known().filter(fingerprint__in=every[start : start + CHUNK])
        found.update(rows.values_list("fingerprint", flat=True))
    return found
