"""ML Metadata, the store behind TFX and Kubeflow Pipelines: a SQLite file, read table by table.

An execution is a run, and each reading holds whole executions: with what they read and wrote, the
code and image they name, and the scope (`system.DAGExecution`) that started them. Contexts group
and are kept in the run's facet. A store has no name: its namespace is that of its file.
"""

from collections.abc import Iterator
from pathlib import Path

from apps.graph.errors import RecordError
from apps.graph.records import LineageBatch
from apps.ingest.connectors.contract import Access, ConnectorError, Reading, Remark
from apps.ingest.connectors.formats.documents import files_in
from apps.ingest.connectors.mlmd.records import Records, add_artifact, add_execution
from apps.ingest.connectors.mlmd.store import Store
from apps.ingest.connectors.mlmd.tables import Tables, opened

PRODUCER = "mlmd"
SUFFIXES = (".db", ".sqlite", ".sqlite3", ".mlmd")
RECORDS_AT_ONCE = 2_000
PENDING = 1


def read(access: Access) -> Iterator[Reading]:
    """The store in a file, or each store in a folder."""
    path = access.path
    if path.is_file():
        yield from _read_file(path, path.name)
        return
    for place, file in files_in(path, SUFFIXES):
        if file is None:
            remark = Remark(place, "outside", "Leads out of the folder; not read.")
            yield Reading(refused=(remark,))
            continue
        try:
            yield from _read_file(file, place)
        except ConnectorError as error:
            yield Reading(refused=(Remark(place, "no_store", str(error)),))


def _read_file(path: Path, place: str) -> Iterator[Reading]:
    with opened(path) as tables:
        yield from read_store(tables, namespace=f"mlmd://{path.stem}", place=place)


def read_store(tables: Tables, *, namespace: str, place: str) -> Iterator[Reading]:
    """Every execution in order of id, then every artifact that none of them touched."""
    try:
        store = Store(tables, namespace)
    except RecordError as error:
        raise ConnectorError(f"{place} is damaged: {error}") from error
    records = Records()
    for row in tables.executions():
        try:
            add_execution(store, row, records)
        except RecordError as error:
            records.refused.append(Remark(error.path, "invalid", error.message))
        if len(records) >= RECORDS_AT_ONCE:
            yield _reading(records, place)
            records = Records()
    for row in tables.artifacts_without_events():
        try:
            if row[3] == PENDING:
                message = "Is declared and not yet written; not an artifact yet."
                records.adapted.append(Remark(f"Artifact {row[0]}", "pending_output", message))
            else:
                add_artifact(store, store.artifact(row, records.adapted), records)
        except RecordError as error:
            records.refused.append(Remark(error.path, "invalid", error.message))
        if len(records) >= RECORDS_AT_ONCE:
            yield _reading(records, place)
            records = Records()
    yield _reading(records, place)


def _reading(records: Records, place: str) -> Reading:
    return Reading(
        batch=LineageBatch(
            producer=PRODUCER,
            evidence=place,
            artifacts=tuple(records.artifacts.values()),
            edges=tuple(records.edges),
            identifiers=tuple(records.identifiers),
        ),
        adapted=tuple(_at(place, one) for one in dict.fromkeys(records.adapted)),
        refused=tuple(_at(place, one) for one in dict.fromkeys(records.refused)),
    )


def _at(place: str, remark: Remark) -> Remark:
    return Remark(f"{place}: {remark.place}", remark.code, remark.message)
