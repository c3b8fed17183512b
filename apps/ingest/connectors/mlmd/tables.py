"""The tables of ML Metadata as rows, in SQL that SQLite and MySQL read alike.

The tables are those of `metadata_source_query_config` in google/ml-metadata, schema versions 6 to
10. A `Query` runs one statement and hands out its rows, until the next one is run; parameters are
written `?`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from apps.ingest.connectors.contract import ConnectorError

Row = tuple[Any, ...]
Query = Callable[[str, Sequence[object]], Iterator[Row]]

OLDEST_SCHEMA, NEWEST_SCHEMA = 6, 10
TABLES = {
    *("MLMDEnv", "Type", "ParentType", "Artifact", "ArtifactProperty", "Execution"),
    *("ExecutionProperty", "Event", "EventPath", "Context", "ContextProperty"),
    *("Association", "ParentContext"),
}
ROWS_AT_ONCE = 500
MAX_ROWS = 20_000
MAX_VALUE_BYTES = 2_000_000
MAX_TYPES = 100_000
FIRST_ID = -(2**63) + 1
# How many of the columns below each version has.
_VALUES = {6: 3, 7: 4, 8: 4, 9: 4, 10: 6}
_VALUE_COLUMNS = (
    *("int_value", "double_value", "string_value"),
    *("byte_value", "proto_value", "bool_value"),
)


_TIMES = (
    ("Execution", "last_update_time_since_epoch"),
    ("Artifact", "last_update_time_since_epoch"),
    ("Context", "last_update_time_since_epoch"),
    ("Event", "milliseconds_since_epoch"),
)
_CHANGED = (
    "select id from Execution where last_known_state in (1, 2)",
    "select id from Execution where last_update_time_since_epoch >= ?",
    "select execution_id from Event where milliseconds_since_epoch >= ?",
    (
        "select e.execution_id from Event e join Artifact a on a.id = e.artifact_id "
        "where a.last_update_time_since_epoch >= ?"
    ),
    (
        "select s.execution_id from Association s join Context c on c.id = s.context_id "
        "where c.last_update_time_since_epoch >= ?"
    ),
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
        """(id, type, state, name, external id, created, updated), in order of id; ms since 1970."""
        return self._pages(
            f"select x.id, x.type_id, x.last_known_state, x.name, {self._external('x')}, "  # noqa: S608
            "x.create_time_since_epoch, x.last_update_time_since_epoch from Execution x "
            "where x.id > ? order by x.id limit ?"
        )

    def _pages(self, statement: str) -> Iterator[Row]:
        """Rows in pages by the id they begin with, so that others may be asked for in between.

        The statement ends in two parameters: the last id, and the size of a page.
        """
        last: int = FIRST_ID - 1
        while True:
            page = list(self.query(statement, (last, ROWS_AT_ONCE)))
            yield from page
            if len(page) < ROWS_AT_ONCE:
                return
            following = page[-1][0]
            if not isinstance(following, int) or following <= last:
                raise ConnectorError("Rows of the store are not in order of their ids.")
            last = following

    def latest(self) -> int:
        """The newest time that a row bears, in ms since 1970."""
        found = (self._first(f"select max({column}) from {name}") for name, column in _TIMES)  # noqa: S608
        times = (row[0] for row in found if row is not None)
        return max((one for one in times if isinstance(one, int)), default=0)

    def changed_since(self, moment: int) -> set[int]:
        """The executions that changed at that time (ms since 1970) or later, or are not finished.

        One changes with its artifacts, its contexts and its events too: a new event alters neither
        the execution nor the artifact.
        """
        return {
            row[0]
            for statement in _CHANGED
            for row in self.query(statement, (moment,) if "?" in statement else ())
            if isinstance(row[0], int)
        }

    def execution(self, identity: int) -> Row | None:
        """(id, type, state, name)."""
        return self._first(
            "select id, type_id, last_known_state, name from Execution where id = ?", identity
        )

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

    def events(self, identity: int) -> list[Row]:
        """(id, artifact, type) of each event of an execution."""
        return list(
            self.query(
                "select id, artifact_id, type from Event where execution_id = ? "
                "order by id limit ?",
                (identity, MAX_ROWS + 1),
            )
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
        return self._first(f"{self._artifacts()} where a.id = ?", identity)

    def artifacts_without_events(self) -> Iterator[Row]:
        """As `artifact`, in order of id."""
        return self._pages(
            f"{self._artifacts()} where not exists "  # noqa: S608
            "(select 1 from Event e where e.artifact_id = a.id) and a.id > ? order by a.id limit ?"
        )

    def artifacts_only_read(self) -> Iterator[Row]:
        """(id,) of each artifact that has events, none of which wrote it."""
        return self._pages(
            "select a.id from Artifact a where exists "
            "(select 1 from Event e where e.artifact_id = a.id) and not exists "
            "(select 1 from Event e where e.artifact_id = a.id and e.type in (1, 4, 6)) "
            "and a.id > ? order by a.id limit ?"
        )

    def artifact_properties(self, identity: int) -> Iterator[Row]:
        return self._properties("Artifact", "artifact_id = ?", identity)

    def maker(self, artifact: int) -> Row | None:
        """(execution, event) of the first that wrote an artifact."""
        return self._first(
            "select e.execution_id, e.id from Event e where e.artifact_id = ? "
            "and e.type in (1, 4, 6) order by e.execution_id, e.id limit 1",
            artifact,
        )

    def count(self, table: str) -> int:
        """How many rows one of `TABLES` has."""
        row = self._first(f"select count(*) from {table}")  # noqa: S608
        return row[0] if row and isinstance(row[0], int) else 0

    def path(self, event: int) -> Iterator[Row]:
        """(event, key or none, index or none)."""
        return self.query(
            "select event_id, step_key, step_index from EventPath where event_id = ? limit 10",
            (event,),
        )

    def _first(self, statement: str, *parameters: object) -> Row | None:
        return next(iter(list(self.query(statement, parameters))), None)

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
