"""The tables of ML Metadata as rows, in SQL that SQLite and MySQL read alike.

The tables are those of `metadata_source_query_config` in google/ml-metadata, schema versions 6 to
10. A `Query` runs one statement and hands out its rows; parameters are written `?`.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from apps.ingest.connectors.contract import ConnectorError

Row = tuple[Any, ...]
Query = Callable[[str, Sequence[object]], Iterator[Row]]

OLDEST_SCHEMA, NEWEST_SCHEMA = 6, 10
TABLES = {
    *("MLMDEnv", "Type", "ParentType", "Artifact", "ArtifactProperty", "Execution"),
    *("ExecutionProperty", "Event", "EventPath", "Context", "ContextProperty"),
    *("Association", "ParentContext"),
}
EXECUTIONS_AT_ONCE = 500
MAX_ROWS = 20_000
MAX_VALUE_BYTES = 2_000_000
MAX_TYPES = 100_000
_STEPS_BETWEEN_CHECKS = 1_000_000
_MAX_CHECKS = 2_000
_HEADER_BYTES = 20
# How many of the columns below each version has.
_VALUES = {6: 3, 7: 4, 8: 4, 9: 4, 10: 6}
_VALUE_COLUMNS = (
    *("int_value", "double_value", "string_value"),
    *("byte_value", "proto_value", "bool_value"),
)


@dataclass(frozen=True, slots=True)
class Tables:
    """A store of a known schema version: each method is one statement."""

    query: Query
    version: int

    def types(self) -> Iterator[Row]:
        """(id, name)."""
        return self.query("select id, name from Type limit ?", (MAX_TYPES,))

    def base_types(self) -> Iterator[Row]:
        """(id of a type, id of its base type)."""
        return self.query("select type_id, parent_type_id from ParentType limit ?", (MAX_TYPES,))

    def executions(self) -> Iterator[Row]:
        """(id, type, state, name, external id, created, updated), in pages by id; ms since 1970."""
        last: object = None
        while True:
            after, given = ("", ()) if last is None else ("where id > ?", (last,))
            page = list(
                self.query(
                    f"select id, type_id, last_known_state, name, {self._external('Execution')}, "  # noqa: S608
                    "create_time_since_epoch, last_update_time_since_epoch "
                    f"from Execution {after} order by id limit ?",
                    (*given, EXECUTIONS_AT_ONCE),
                )
            )
            yield from page
            if len(page) < EXECUTIONS_AT_ONCE:
                return
            following = page[-1][0]
            if not isinstance(following, int) or (isinstance(last, int) and following <= last):
                raise ConnectorError("The executions of the store are not in order of their ids.")
            last = following

    def execution(self, identity: int) -> Row | None:
        """(id, type, state, name)."""
        rows = self.query(
            "select id, type_id, last_known_state, name from Execution where id = ?", (identity,)
        )
        return next(rows, None)

    def execution_properties(self, identity: int) -> Iterator[Row]:
        return self._properties("Execution", "execution_id = ?", identity)

    def contexts(self, identity: int) -> Iterator[Row]:
        """(id, type, name) of each context of an execution."""
        return self.query(
            "select c.id, c.type_id, c.name from Association s join Context c "
            "on c.id = s.context_id where s.execution_id = ? order by c.id limit ?",
            (identity, MAX_ROWS),
        )

    def parent_contexts(self, identity: int) -> Iterator[Row]:
        """(id, type, name) of each parent of a context."""
        return self.query(
            "select c.id, c.type_id, c.name from ParentContext p join Context c "
            "on c.id = p.parent_context_id where p.context_id = ? order by c.id limit ?",
            (identity, MAX_ROWS),
        )

    def context_properties(self, identity: int) -> Iterator[Row]:
        return self._properties("Context", "context_id = ?", identity)

    def events(self, identity: int) -> Iterator[Row]:
        """(id, artifact, type) of each event of an execution."""
        return self.query(
            "select id, artifact_id, type from Event where execution_id = ? order by id limit ?",
            (identity, MAX_ROWS + 1),
        )

    def paths(self, identity: int) -> Iterator[Row]:
        """(event, key or none, index or none): the steps of the paths of an execution's events."""
        return self.query(
            "select p.event_id, p.step_key, p.step_index from Event e join EventPath p "
            "on p.event_id = e.id where e.execution_id = ? limit ?",
            (identity, 4 * MAX_ROWS),
        )

    def artifact(self, identity: int) -> Row | None:
        """(id, type, uri, state, name, external id, created, updated); ms since 1970."""
        return next(self.query(f"{self._artifacts()} where a.id = ?", (identity,)), None)

    def artifacts_without_events(self) -> Iterator[Row]:
        return self.query(
            f"{self._artifacts()} where not exists "  # noqa: S608
            "(select 1 from Event e where e.artifact_id = a.id) order by a.id",
            (),
        )

    def artifact_properties(self, identity: int) -> Iterator[Row]:
        return self._properties("Artifact", "artifact_id = ?", identity)

    def maker(self, artifact: int) -> Row | None:
        """(execution, event) of the first that wrote an artifact."""
        return next(
            self.query(
                "select e.execution_id, e.id from Event e where e.artifact_id = ? "
                "and e.type in (1, 4, 6) order by e.execution_id, e.id limit 1",
                (artifact,),
            ),
            None,
        )

    def path(self, event: int) -> Iterator[Row]:
        """(event, key or none, index or none)."""
        return self.query(
            "select event_id, step_key, step_index from EventPath where event_id = ? limit 10",
            (event,),
        )

    def _artifacts(self) -> str:
        return (
            f"select a.id, a.type_id, a.uri, a.state, a.name, {self._external('a')}, "  # noqa: S608
            "a.create_time_since_epoch, a.last_update_time_since_epoch from Artifact a"
        )

    def _external(self, table: str) -> str:
        return f"{table}.external_id" if self.version >= 9 else "null"  # noqa: PLR2004

    def _properties(self, owner: str, condition: str, identity: int) -> Iterator[Row]:
        """(name, is custom, int, double, string, bytes, proto, bool)."""
        known = _VALUES[self.version]
        columns = (*_VALUE_COLUMNS[:known], *("null",) * (len(_VALUE_COLUMNS) - known))
        return self.query(
            f"select name, is_custom_property, {', '.join(columns)} from {owner}Property "  # noqa: S608
            f"where {condition} order by name, is_custom_property limit ?",
            (identity, MAX_ROWS),
        )


@contextmanager
def opened(path: Path) -> Iterator[Tables]:
    """The store in a SQLite file, opened so that it can neither be written nor run its own code."""
    try:
        with closing(_connection(path)) as connection:
            yield tables_of(_query(connection))
    # SQLite quotes damaged names in its messages as they stand, and Python fails to decode them.
    except (sqlite3.Error, OSError, OverflowError, UnicodeDecodeError) as error:
        raise ConnectorError(f"{path.name} cannot be read as an MLMD store: {error}") from error


def tables_of(query: Query) -> Tables:
    """The tables behind a query, once their version is known to be one that can be read."""
    versions = [row[0] for row in query("select schema_version from MLMDEnv", ())]
    version = versions[0] if len(versions) == 1 else None
    if not isinstance(version, int) or not OLDEST_SCHEMA <= version <= NEWEST_SCHEMA:
        raise ConnectorError(
            f"The store has schema version {str(version)[:40]}; versions {OLDEST_SCHEMA} to "
            f"{NEWEST_SCHEMA} can be read. ml-metadata migrates an older store when it opens it."
        )
    return Tables(query, version)


def _connection(path: Path) -> sqlite3.Connection:
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header.startswith(b"SQLite format 3\0"):
        raise ConnectorError(f"{path.name} is not a SQLite file.")
    # A database left in WAL mode has all of it in the file once its log is gone. Opened in the
    # ordinary way it would need a file beside it, which a folder that cannot be written refuses.
    whole = header[18:20] == b"\2\2" and not path.with_name(f"{path.name}-wal").exists()
    uri = f"file:{quote(str(path))}?mode=ro{'&immutable=1' if whole else ''}"
    connection = sqlite3.connect(uri, uri=True, timeout=5, isolation_level=None)
    connection.text_factory = _text
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 16 * 1024 * 1024)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for setting in ("trusted_schema = off", "query_only = on", "cell_size_check = on"):
        connection.execute(f"pragma {setting}")
    found = connection.execute("select name, type, sql from sqlite_master").fetchall()
    plain = {name for name, sort, sql in found if sort == "table" and not _is_virtual(sql)}
    if missing := sorted(TABLES - plain):
        raise ConnectorError(f"{path.name} has no table {missing[0]}; it is not an MLMD store.")
    # One state of the store from the first statement to the last.
    connection.execute("begin")
    return connection


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _is_virtual(sql: object) -> bool:
    return not isinstance(sql, str) or "virtual" in sql[:20].lower() or "generated" in sql.lower()


def _query(connection: sqlite3.Connection) -> Query:
    """Each statement may take some thousand million steps, which no honest store needs."""

    def query(sql: str, parameters: Sequence[object]) -> Iterator[Row]:
        checks = 0

        def check() -> bool:
            nonlocal checks
            checks += 1
            return checks > _MAX_CHECKS

        connection.set_progress_handler(check, _STEPS_BETWEEN_CHECKS)
        yield from connection.execute(sql, tuple(parameters))

    return query
