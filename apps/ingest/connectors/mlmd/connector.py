"""ML Metadata, the store behind TFX and Kubeflow Pipelines: SQLite files, or a MySQL database.

An execution is a run, and each reading holds one of them whole: with what it read and wrote, the
code and image it names, and the scope (`system.DAGExecution`) that started it. Contexts group and
are kept in the run's facet. A file has no name but its own: its namespace is that of its file,
that of a database is its server's.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from apps.ingest.connectors.contract import Access, ConnectorError, Reading, Remark
from apps.ingest.connectors.formats.documents import files_in
from apps.ingest.connectors.mlmd import mysql, sqlite
from apps.ingest.connectors.mlmd.reading import read_store
from apps.ingest.connectors.mlmd.tables import Tables

SUFFIXES = (".db", ".sqlite", ".sqlite3", ".mlmd")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One store of the source. `within` begins the names of its units."""

    name: str
    namespace: str
    within: str = ""

    def read(
        self, opened: AbstractContextManager[Tables], cursors: Mapping[str, Any]
    ) -> Iterator[Reading]:
        """The store's readings; their cursors say besides where the other stores are at."""
        own = cursors.get(self.name)
        with opened as tables:
            for reading in read_store(
                tables,
                namespace=self.namespace,
                place=self.name,
                within=self.within,
                cursor=own if isinstance(own, Mapping) else {},
            ):
                if reading.cursor is None:
                    yield reading
                else:
                    yield replace(reading, cursor={**cursors, self.name: reading.cursor})


def read(access: Access) -> Iterator[Reading]:
    """The store in a database or a file, or each store in a folder."""
    if access.is_url:
        server = mysql.server_of(access.where)
        place = _Place(name=f"mysql://{server.place}", namespace=f"mlmd://{server.place}")
        yield from place.read(mysql.opened(server, access), access.cursor)
    elif access.path.is_file():
        place = _of_file(access.path)
        yield from place.read(sqlite.opened(access.path), access.cursor)
    else:
        yield from _read_folder(access)


def test(access: Access) -> str:
    """What is there, in words. ConnectorError if it is no store."""
    if access.is_url:
        server = mysql.server_of(access.where)
        with mysql.opened(server, access) as tables:
            return _words(tables, f"mysql://{server.place}")
    if access.path.is_file():
        with sqlite.opened(access.path) as tables:
            return _words(tables, access.path.name)
    stores = sum(file is not None for _, file in files_in(access.path, SUFFIXES))
    if not stores:
        raise ConnectorError(f"No file in {access.path.name} ends in {', '.join(SUFFIXES)}.")
    return f"{stores} {'file' if stores == 1 else 'files'} in {access.path.name} may be a store."


def _words(tables: Tables, place: str) -> str:
    return (
        f"ML Metadata, schema version {tables.version}, at {place}: "
        f"{tables.count('Execution'):,} executions, {tables.count('Artifact'):,} artifacts."
    )


def _of_file(path: Path) -> _Place:
    return _Place(name=path.name, namespace=f"mlmd://{path.stem}")


def _read_folder(access: Access) -> Iterator[Reading]:
    cursors = dict(access.cursor)
    whole = True
    for name, file in files_in(access.path, SUFFIXES):
        if file is None:
            yield Reading(refused=(Remark(name, "outside", "Leads out of the folder; not read."),))
            continue
        place = _Place(name=name, namespace=f"mlmd://{file.stem}", within=f"{name}/")
        try:
            for reading in place.read(sqlite.opened(file), cursors):
                cursors.update(reading.cursor or {})
                yield reading
        except ConnectorError as error:
            whole = False
            yield Reading(refused=(Remark(name, "no_store", str(error)),))
    if whole:
        # Files that are gone took their executions with them.
        yield Reading(complete="")
