"""An ML Metadata store in MySQL or MariaDB, where Kubeflow Pipelines keeps it.

All of it is read in one transaction. Rows come from the server one by one, so that no result is
held in memory as a whole.
"""

import re
import socket
import ssl
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from apps.ingest.connectors.contract import Access, ConnectorError
from apps.ingest.connectors.mlmd.tables import Row, Tables, tables_of

try:
    import pymysql
    from pymysql.constants import CR, ER
    from pymysql.cursors import SSCursor
except ModuleNotFoundError:  # SQLite stores are read without it.
    pymysql = None

PORT = 3306
SECONDS_TO_CONNECT = 10
SECONDS_TO_ANSWER = 60
TLS: dict[str, Literal["none", "checked", "unchecked"]] = {
    "": "none",
    "yes": "checked",
    "unchecked": "unchecked",
}
_DATABASE = re.compile(r"[\w$-]{1,64}\Z")
# Of MariaDB and MySQL: a statement took too long. The driver does not name them.
_TOO_LONG = (1969, 3024)
# What the driver raises over bytes that no server of this kind sends.
_NOT_MYSQL = (
    *(RuntimeError, ValueError, TypeError, LookupError, AssertionError, struct.error),
    *(ArithmeticError, AttributeError),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A database on a server. `tls` is whether the connection is encrypted for certain."""

    host: str
    port: int
    database: str
    tls: Literal["none", "checked", "unchecked"]

    @property
    def place(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}/{self.database}"


def server_of(where: str) -> Server:
    """The server in `mysql://host:3306/database`, with `?tls=yes` if the connection is to be
    encrypted. ConnectorError says what is wrong with the address."""
    try:
        parts = urlsplit(where)
        host, port = (parts.hostname or "").lower(), parts.port or PORT
    except ValueError as error:
        raise ConnectorError(f"{where[:200]} is not an address: {error}.") from error
    database = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in {"mysql", "mariadb"} or not host or not _DATABASE.match(database):
        raise ConnectorError(
            "An ML Metadata database is given as mysql://host:3306/database; a SQLite store as the "
            "path of its file."
        )
    if parts.username is not None:
        raise ConnectorError(
            "The address holds credentials; give them as the source's secret, user:password."
        )
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls = asked.pop("tls", "")
    if tls not in TLS or asked or parts.fragment:
        raise ConnectorError(
            "After the database may stand ?tls=yes (encrypted, the certificate is checked) or "
            "?tls=unchecked (encrypted, whoever answers), and nothing else."
        )
    return Server(host=host, port=port, database=database, tls=TLS[tls])


@contextmanager
def opened(server: Server, access: Access) -> Iterator[Tables]:
    """The store on a server, as it is now: what is written meanwhile is not seen.

    The host is judged by the address it resolves to, and that very address is connected to.
    ConnectorError says what was not possible; it is not permanent where trying again may help.
    """
    if pymysql is None:
        raise ConnectorError(
            "Reading ML Metadata from MySQL needs PyMySQL, which is not installed: "
            "pip install 'model-lineage[mlmd]'."
        )
    with closing(_connection(server, access)) as connection:
        statements = _Statements(connection, server.place)
        _limit_time(statements)
        for begin in (
            "set session transaction isolation level repeatable read",
            "start transaction with consistent snapshot, read only",
        ):
            statements.run(begin)
        yield tables_of(statements)


def _connection(server: Server, access: Access) -> Any:
    user, colon, password = access.secret.partition(":")
    if not user or not colon:
        raise ConnectorError("MySQL needs credentials: give the source's secret as user:password.")
    address = access.reach.address(server.host, server.port)
    with _explained(server.place):
        line = socket.create_connection((address, server.port), SECONDS_TO_CONNECT)
        # Many small statements: none is to wait for the one before to be acknowledged.
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = pymysql.connect(
            host=server.host,
            port=server.port,
            user=user,
            password=password.encode(),
            database=server.database,
            charset="utf8mb4",
            ssl=_encryption(server),
            connect_timeout=SECONDS_TO_CONNECT,
            # Longer than a statement may take, so that the server is the first to give up.
            read_timeout=2 * SECONDS_TO_ANSWER,
            write_timeout=SECONDS_TO_ANSWER,
            local_infile=False,
            autocommit=True,
            program_name="model-lineage",
            defer_connect=True,
        )
        try:
            connection.connect(line)
        except BaseException:
            line.close()
            raise
        return connection


def _encryption(server: Server) -> ssl.SSLContext | None:
    """None leaves it to the server whether to encrypt."""
    if server.tls == "none":
        return None
    context = ssl.create_default_context()
    if server.tls == "unchecked":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _limit_time(statements: "_Statements") -> None:
    """The server ends what takes too long: in seconds for MariaDB, in milliseconds for MySQL."""
    for limit in (
        f"set session max_statement_time = {SECONDS_TO_ANSWER}",
        f"set session max_execution_time = {SECONDS_TO_ANSWER * 1000}",
    ):
        with suppress(ConnectorError):
            statements.run(limit)


class _Statements:
    """Runs one statement after the other. The rows of one end where the next is run."""

    def __init__(self, connection: Any, place: str) -> None:
        self._connection = connection
        self._place = place
        self._open: Any = None

    def run(self, sql: str) -> None:
        list(self(sql, ()))

    def __call__(self, sql: str, parameters: Sequence[object]) -> Iterator[Row]:
        with _explained(self._place):
            if self._open is not None:
                self._open.close()
            cursor = self._open = self._connection.cursor(SSCursor)
            cursor.execute(sql.replace("?", "%s"), tuple(parameters))
        while True:
            if self._open is not cursor:
                raise ConnectorError("Rows were asked for after another statement was run.")
            with _explained(self._place):
                row = None if cursor.description is None else cursor.fetchone()
            if row is None:
                return
            yield row


@contextmanager
def _explained(place: str) -> Iterator[None]:
    """What the driver raises, as ConnectorError."""
    try:
        yield
    except pymysql.MySQLError as error:
        code = error.args[0] if error.args else None
        raise ConnectorError(_words(place, error), permanent=not _may_pass(code)) from error
    except OSError as error:
        raise ConnectorError(f"{place} cannot be reached: {error}", permanent=False) from error
    except _NOT_MYSQL as error:
        raise ConnectorError(f"{place} does not answer as MySQL does: {error}") from error


def _may_pass(code: object) -> bool:
    return code in {
        *(CR.CR_CONN_HOST_ERROR, CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST),
        *(
            ER.CON_COUNT_ERROR,
            ER.SERVER_SHUTDOWN,
            ER.LOCK_WAIT_TIMEOUT,
            ER.TOO_MANY_USER_CONNECTIONS,
        ),
        *_TOO_LONG,
    }


def _words(place: str, error: Exception) -> str:
    code, said = (*error.args, "", "")[:2]
    if code in _TOO_LONG:
        return f"{place} took longer than {SECONDS_TO_ANSWER} seconds over one statement."
    if code == ER.NO_SUCH_TABLE:
        return f"{place} is not an ML Metadata store: {said}."
    return f"{place} cannot be read: {said or error}"
