"""The public API of Weights & Biases: GraphQL over HTTP, and the files it leads to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import Access, ConnectorError
from apps.ingest.connectors.service import Service, authorization, service
from apps.ingest.connectors.wandb.answers import held, inner, several, text

MAX_PAGES = 10_000
HOSTED = "https://api.wandb.ai"
# The site that people see, and the host that answers.
_SITES = {"wandb.ai": HOSTED, "www.wandb.ai": HOSTED}
_PASSING = ("rate limit", "timeout", "timed out", "try again", "temporar", "unavailable")


class RefusedError(ConnectorError):
    """The server answered with errors: what was asked for is not there, or not for this key."""


@dataclass(frozen=True, slots=True)
class Place:
    """`https://api.wandb.ai/acme/churn` taken apart; `project` is empty for all of a team."""

    base: str
    team: str
    project: str = ""


def place_of(where: str) -> Place:
    """Server, entity and project. ConnectorError if the URL names none.

    >>> place_of("https://wandb.ai/acme/churn")
    Place(base='https://api.wandb.ai', team='acme', project='churn')
    """
    try:
        parts = urlsplit(where)
        names = [one for one in parts.path.split("/") if one]
    except ValueError:
        names = []
    if len(names) not in {1, 2}:
        raise ConnectorError(
            f"Name whose runs to read, and perhaps of which project: {HOSTED}/ENTITY/PROJECT."
        )
    base = _SITES.get(parts.netloc.lower(), f"{parts.scheme}://{parts.netloc}")
    return Place(base, *names)


@dataclass(slots=True)
class Api:
    """One server, asked with one key."""

    access: Access
    service: Service

    def ask(self, operation: str, query: str, **variables: Any) -> dict[str, Any]:
        """The `data` of an answer. RefusedError if it bears errors, as GraphQL's 200 may."""
        body = {"operationName": operation, "query": query, "variables": variables}
        answer = self.service.post("/graphql", body)
        if found := several(inner(answer, "errors")):
            said = text(found[0], "message")[:200] or "no reason"
            passing = any(word in said.lower() for word in _PASSING)
            raise RefusedError(
                f"{self.service.base} refused {operation}: {said}", permanent=not passing
            )
        data = inner(answer, "data")
        if not isinstance(data, dict):
            raise ConnectorError(f"{self.service.base} answered {operation} without data.")
        return data

    def pages(
        self, operation: str, query: str, path: tuple[str, ...], **variables: Any
    ) -> Iterator[Any]:
        """What a connection that stands at `path` holds, page by page."""
        cursor, seen = None, set()
        for _ in range(MAX_PAGES):
            data = self.ask(operation, query, cursor=cursor, **variables)
            connection = inner(data, *path)
            if connection is None:
                raise self.nothing_at(path[0], operation)
            yield from held(connection)
            if inner(connection, "pageInfo", "hasNextPage") is not True:
                return
            cursor = text(inner(connection, "pageInfo"), "endCursor")
            if not cursor or cursor in seen:
                raise ConnectorError(f"{operation} leads from a page to that page again.")
            seen.add(cursor)
        raise ConnectorError(f"{operation} has more than {MAX_PAGES:,} pages.")

    def nothing_at(self, what: str, operation: str) -> RefusedError:
        return RefusedError(
            f"{self.service.base} shows no such {what} to this key ({operation}); check the names "
            "in the URL."
        )

    def file(self, address: str) -> bytes:
        """A file by the address the server gave. Another host is not told the key."""
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError as error:
            raise RefusedError("The server named no address of the file.") from error
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        origin = f"{parts.scheme}://{parts.netloc}"
        if not parts.netloc or origin == self.service.base:
            return self.service.read(path)
        if parts.scheme not in {"http", "https"} or port == 0:
            raise RefusedError(f"The server leads to {parts.scheme[:40]}://, which is not read.")
        with service(origin, reach=self.access.reach) as elsewhere:
            return elsewhere.read(path)

    def json_file(self, address: str) -> Any:
        try:
            return strict_json.loads(self.file(address), keep_non_finite=True)
        except RecordError as error:
            raise RefusedError(f"The file is not JSON: {error.message}") from error


@contextmanager
def opened(access: Access, place: Place) -> Iterator[Api]:
    """The API with the source's secret, an API key."""
    secret = access.secret if ":" in access.secret else f"api:{access.secret}"
    headers = authorization(secret) if access.secret else {}
    with service(place.base, reach=access.reach, headers=headers) as found:
        yield Api(access, found)
