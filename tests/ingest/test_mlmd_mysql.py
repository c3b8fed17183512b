"""ML Metadata in MySQL. The recorded SQLite store is copied into a database of a real server (by
default MariaDB on this machine, `TEST_MYSQL_URL`), in the types that ml-metadata gives its columns
there; without a server those tests are skipped."""

# ruff: noqa: S608 - the statements are written here.

import base64
import os
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from apps.ingest.connectors.contract import Access, ConnectorError
from apps.ingest.connectors.mlmd import connector, mysql
from apps.ingest.connectors.reach import Reach
from tests.ingest.mlmd_stores import STORE, joined, reading

pymysql = pytest.importorskip("pymysql", reason="PyMySQL is not installed")

SERVER = urlsplit(os.environ.get("TEST_MYSQL_URL") or "mysql://root:@127.0.0.1:3306")
SECRET = f"{SERVER.username or 'root'}:{SERVER.password or ''}"
WHERE = f"mysql://{SERVER.hostname}:{SERVER.port or 3306}"
DATABASE = f"lineage_test_{os.getpid()}"
COLUMNS = {
    **dict.fromkeys(("INT", "INTEGER", "TINYINT", "BOOLEAN"), "bigint"),
    "DOUBLE": "double",
    "BLOB": "mediumblob",
    "TEXT": "mediumtext",
}


def connected() -> Any:
    user, _, password = SECRET.partition(":")
    try:
        return pymysql.connect(
            host=SERVER.hostname,
            port=SERVER.port or 3306,
            user=user,
            password=password,
            autocommit=True,
            connect_timeout=2,
        )
    except pymysql.OperationalError as error:
        pytest.skip(f"no MySQL or MariaDB to test with: {error.args[-1]}")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of a database that holds the recorded store."""
    with closing(connected()) as server, closing(sqlite3.connect(STORE)) as store:
        server.cursor().execute(f"create database {DATABASE} character set utf8mb4")
        try:
            server.select_db(DATABASE)
            copy(store, server.cursor())
            yield f"{WHERE}/{DATABASE}"
        finally:
            server.cursor().execute(f"drop database {DATABASE}")


def copy(store: sqlite3.Connection, server: Any) -> None:
    tables = [row[0] for row in store.execute("select name from sqlite_master where type='table'")]
    for table in tables:
        if table.startswith("sqlite"):
            continue
        columns = [(row[1], row[2]) for row in store.execute(f"pragma table_info({table})")]
        types = [COLUMNS.get(sort.partition("(")[0].upper(), sort) for _, sort in columns]
        binary = [name in {"proto_value", "byte_value"} for name, _ in columns]
        described = ", ".join(
            f"`{name}` {'mediumblob' if raw else sort}"
            for (name, _), sort, raw in zip(columns, types, binary, strict=True)
        )
        server.execute(f"create table `{table}` ({described}) engine=innodb")
        for row in store.execute(f"select * from {table}"):
            # Where SQLite holds base64, MySQL holds the bytes.
            values = [
                base64.b64decode(one) if raw and one is not None else one
                for one, raw in zip(row, binary, strict=True)
            ]
            server.execute(
                f"insert into `{table}` values ({', '.join(['%s'] * len(values))})", values
            )


def access(where: str, **given: Any) -> Access:
    return Access(where=where, **{"secret": SECRET, **given})


def test_it_reads_the_same_from_mysql_as_from_sqlite(database: str) -> None:
    found, expected = joined(connector.read(access(database))), reading()
    assert found.batch is not None
    assert expected.batch is not None
    namespace = f"mlmd://{database.removeprefix('mysql://')}"
    assert {one.key.namespace for one in found.batch.artifacts} == {namespace}
    assert said(found.batch, namespace) == said(expected.batch, "mlmd://store")
    assert [one.code for one in found.adapted] == [one.code for one in expected.adapted]


def said(batch: Any, namespace: str) -> set[str]:
    records = (*batch.artifacts, *batch.edges, *batch.identifiers)
    return {repr(one).replace(namespace, "mlmd://") for one in records}


def test_it_says_what_is_there(database: str) -> None:
    assert connector.test(access(database)) == (
        f"ML Metadata, schema version 10, at {database}: 17 executions, 12 artifacts."
    )


def test_it_sees_one_state_of_the_store_and_cannot_write(database: str) -> None:
    with mysql.opened(mysql.server_of(database), access(database)) as tables:
        before = list(tables.executions())
        with closing(connected()) as other:
            other.select_db(DATABASE)
            other.cursor().execute("insert into Execution select 99, 1, 2, 'new', null, 0, 0")
            try:
                assert list(tables.executions()) == before
                with pytest.raises(ConnectorError, match="READ ONLY"):
                    list(tables.query("update Execution set name = 'x'", ()))
            finally:
                other.cursor().execute("delete from Execution where id = 99")


def test_it_gives_up_a_statement_that_takes_too_long(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mysql, "SECONDS_TO_ANSWER", 1)
    with (
        mysql.opened(mysql.server_of(database), access(database)) as tables,
        pytest.raises(ConnectorError, match="longer than 1 second") as caught,
    ):
        list(tables.query("select count(*), sleep(0.4) from Execution group by id", ()))
    assert not caught.value.permanent


def test_it_refuses_to_mix_the_rows_of_two_statements(database: str) -> None:
    with mysql.opened(mysql.server_of(database), access(database)) as tables:
        rows = tables.types()
        next(rows)
        tables.count("Event")
        with pytest.raises(ConnectorError, match="after another statement"):
            next(rows)


@pytest.mark.parametrize(
    ("where", "given", "message"),
    [
        ("{}", {"secret": "nobody-of-this-name:x"}, "Access denied"),
        ("{}", {"secret": "root"}, "user:password"),
        ("{}", {"secret": ""}, "user:password"),
        ("{}-not-there", {}, "Unknown database"),
        ("{}?tls=yes", {}, "(?i)ssl|certificate"),
        ("{}", {"reach": Reach()}, "not a public address"),
        (f"{WHERE}/information_schema", {}, "not an ML Metadata store|cannot be read"),
    ],
    ids=["password", "no password", "no secret", "database", "tls", "reach", "no store"],
)
def test_it_says_why_a_database_cannot_be_read(
    database: str, where: str, given: dict[str, Any], message: str
) -> None:
    for ask in (connector.test, lambda one: list(connector.read(one))):
        with pytest.raises(ConnectorError, match=message) as caught:
            ask(access(where.format(database), **given))
        assert caught.value.permanent
        assert "nobody-of-this-name:x" not in str(caught.value)


def test_it_reads_no_schema_that_it_does_not_know(database: str) -> None:
    with closing(connected()) as server:
        server.select_db(DATABASE)
        server.cursor().execute("update MLMDEnv set schema_version = 11")
        try:
            with pytest.raises(ConnectorError, match="schema version 11"):
                list(connector.read(access(database)))
        finally:
            server.cursor().execute("update MLMDEnv set schema_version = 10")


@pytest.mark.parametrize(
    "where",
    [
        "mysql://db",
        "mysql://db/a/b",
        "mysql:///metadb",
        "mysql://db:port/metadb",
        "mysql://root:secret@db/metadb",
        "mysql://db/metadb?tls=perhaps",
        "mysql://db/metadb?ssl=yes",
        "postgresql://db/metadb",
        "mysql://[db/metadb",
    ],
)
def test_it_refuses_an_address_that_is_none(where: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        connector.test(access(where))
    assert "secret@" not in str(caught.value)


def test_it_names_a_server_in_one_way() -> None:
    assert mysql.server_of("mariadb://DB.Example/metadb").place == "db.example:3306/metadb"
    assert mysql.server_of("mysql://[::1]:3307/metadb").place == "[::1]:3307/metadb"


def test_it_says_which_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mysql, "pymysql", None)
    with pytest.raises(ConnectorError, match="needs PyMySQL"):
        connector.test(access("mysql://127.0.0.1/metadb"))


@pytest.mark.parametrize(
    ("greeting", "passing"),
    [
        (b"", True),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9, None),
        (b"\x05\x00\x00\x00\x0a5.7\x00", False),
        (b"\x03\x00\x00\x00\x0aab", False),
        (b"\x17\x00\x00\x00\xff\x10\x04Too many connections", True),
        (None, True),
    ],
    ids=["closes", "another protocol", "cut", "no end", "busy", "silent"],
)
def test_it_bears_a_server_that_is_none(
    greeting: bytes | None, passing: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mysql, "SECONDS_TO_ANSWER", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        done = threading.Event()

        def answer() -> None:
            line, _ = listening.accept()
            with line:
                if greeting is None:
                    done.wait(5)
                else:
                    line.sendall(greeting)

        thread = threading.Thread(target=answer)
        thread.start()
        port = listening.getsockname()[1]
        with pytest.raises(ConnectorError) as caught:
            connector.test(access(f"mysql://127.0.0.1:{port}/metadb"))
        done.set()
        thread.join()
    assert passing is None or caught.value.permanent is not passing
