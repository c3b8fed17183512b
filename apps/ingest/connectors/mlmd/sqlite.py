"""An ML Metadata store in a SQLite file, opened so that it cannot be written or run code.

Where a MySQL server would refuse, SQLite keeps anything in any column; values are checked by those
who read them.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.mlmd.tables import TABLES, Query, Row, Tables, tables_of

_STEPS_BETWEEN_CHECKS = 1_000_000
_MAX_CHECKS = 2_000
_HEADER_BYTES = 20


@contextmanager
def opened(path: Path) -> Iterator[Tables]:
    """The store in a file, in the state it has now. ConnectorError if it is none."""
    try:
        with closing(_connection(path)) as connection:
            yield tables_of(_query(connection))
    # SQLite quotes damaged names in its messages as they stand, and Python fails to decode them.
    except (sqlite3.Error, OSError, OverflowError, UnicodeDecodeError) as error:
        raise ConnectorError(f"{path.name} cannot be read as an MLMD store: {error}") from error


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
