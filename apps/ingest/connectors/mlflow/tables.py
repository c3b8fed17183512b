"""The tables of an MLflow SQLite store, opened so that they can neither be written nor run code.

Tables and columns come and go with releases: those that are not there count as empty.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from apps.ingest.connectors.errors import ConnectorError

Row = tuple[Any, ...]

# The newest change to the schema in a release that this was tried with: MLflow 3.17.
KNOWN_SCHEMAS = frozenset({"dc11669786a5"})
NEEDED = ("experiments", "runs", "params", "tags", "latest_metrics", "metrics")
ROWS_AT_ONCE = 500
_HEADER_BYTES = 20
_MAX_VALUE_BYTES = 16 * 1024 * 1024
_STEPS_BETWEEN_CHECKS = 1_000_000
_MAX_CHECKS = 2_000


@dataclass(frozen=True, slots=True)
class Tables:
    """Which columns each table has, and what one statement finds."""

    connection: sqlite3.Connection
    columns: dict[str, frozenset[str]]

    @property
    def schema(self) -> str:
        rows = self.select("alembic_version", ("version_num",), "true order by 1 limit 1")
        return next((row[0] for row in rows if isinstance(row[0], str)), "")

    def select(
        self, table: str, columns: Sequence[str], where: str = "true", given: Sequence[Any] = ()
    ) -> list[Row]:
        """The rows, whole: a statement left open would keep MLflow itself from writing."""
        known = self.columns.get(table)
        if known is None:
            return []
        named = ", ".join(name if name in known else f"null as {name}" for name in columns)
        checks = 0

        def check() -> bool:
            nonlocal checks
            checks += 1
            return checks > _MAX_CHECKS

        # Some thousand million steps, which no honest statement needs.
        self.connection.set_progress_handler(check, _STEPS_BETWEEN_CHECKS)
        statement = f"select {named} from {table} where {where}"  # noqa: S608
        return self.connection.execute(statement, tuple(given)).fetchall()

    def pages(
        self, table: str, columns: Sequence[str], key: str, where: str = "true"
    ) -> Iterator[list[Row]]:
        """All rows in the order of a key, which is the first of the columns, page by page."""
        after: tuple[Any, ...] = ()
        while True:
            start = f"{key} > ? and " if after else ""
            page = self.select(
                table, columns, f"{start}{where} order by {key} limit {ROWS_AT_ONCE}", after
            )
            if page:
                yield page
            if len(page) < ROWS_AT_ONCE:
                return
            if after and page[-1][0] <= after[0]:
                raise ConnectorError(f"The rows of {table} are not in the order of {key}.")
            after = (page[-1][0],)


@contextmanager
def opened(path: Path) -> Iterator[Tables]:
    """The store in a SQLite file. ConnectorError says what is wrong with it, also later on."""
    try:
        with closing(_connection(path)) as connection:
            yield Tables(connection, _columns(connection, path))
    # SQLite quotes damaged names in its messages as they stand, and Python fails to decode them.
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        busy = isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
        raise ConnectorError(
            f"{path.name} cannot be read as an MLflow store: {error}", permanent=not busy
        ) from error
    except TypeError as error:
        raise ConnectorError(f"{path.name} holds keys of mixed types: {error}") from error


def _connection(path: Path) -> sqlite3.Connection:
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError as error:
        raise ConnectorError(f"{path.name} cannot be read: {error.strerror}.") from error
    if not header.startswith(b"SQLite format 3\0"):
        raise ConnectorError(f"{path.name} is not a SQLite file.")
    # A database left in WAL mode has all of it in the file once its log is gone. Opened in the
    # ordinary way it would need a file beside it, which a folder that cannot be written refuses.
    whole = header[18:20] == b"\2\2" and not path.with_name(f"{path.name}-wal").exists()
    uri = f"file:{quote(str(path))}?mode=ro{'&immutable=1' if whole else ''}"
    connection = sqlite3.connect(uri, uri=True, timeout=5, isolation_level=None)
    connection.text_factory = _text
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for setting in ("trusted_schema = off", "query_only = on", "cell_size_check = on"):
        connection.execute(f"pragma {setting}")
    return connection


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _columns(connection: sqlite3.Connection, path: Path) -> dict[str, frozenset[str]]:
    """Of plain tables: a view or a virtual table could be made to do anything."""
    found = connection.execute("select name, type, sql from sqlite_master").fetchall()
    plain = [name for name, sort, sql in found if sort == "table" and not _is_virtual(sql)]
    if missing := [name for name in NEEDED if name not in plain]:
        raise ConnectorError(f"{path.name} has no table {missing[0]}; it is not an MLflow store.")
    return {
        name: frozenset(
            row[0] for row in connection.execute("select name from pragma_table_info(?)", (name,))
        )
        for name in plain
    }


def _is_virtual(sql: object) -> bool:
    return not isinstance(sql, str) or "virtual" in sql[:20].lower() or "generated" in sql.lower()
