"""JSON over HTTP, from services that a source names."""

import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.connectors.errors import ConnectorError
from apps.ingest.connectors.reach import Reach

MAX_ANSWER_BYTES = 64 * 1024 * 1024
# Connecting, and each wait for the next bytes.
SECONDS = 30.0
# Pauses before the second, third and fourth attempt; longer if the service says how long.
PAUSES = (0.5, 2.0, 5.0)
LONGEST_PAUSE = 60.0
BUSY = frozenset({429, 500, 502, 503, 504})
_MEANING = {
    401: "The credentials were not accepted.",
    403: "The credentials do not allow this.",
    404: "There is nothing at this address; check the URL.",
    407: "A proxy stands in between.",
}


class NothingThereError(ConnectorError):
    """The service has nothing at this address (404). A caller may know what that means."""


class Service:
    """One HTTP service. Redirects are not followed: where one leads is not what was checked."""

    def __init__(self, base: str, client: httpx2.Client) -> None:
        self.base = base.rstrip("/")
        self._client = client

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON answer to a GET. ConnectorError names the address and what it said."""
        given = {name: value for name, value in (params or {}).items() if value is not None}
        return self._json("GET", path, params=given)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON answer to a POST that only asks: it is repeated if the service is busy."""
        return self._json("POST", path, json=dict(body))

    def read(
        self, path: str, params: Mapping[str, Any] | None = None, *, once: bool = False
    ) -> bytes:
        """The bytes of a small file. ConnectorError if there is none.

        `once` for what can be done without: it is not asked for again if the service is busy.
        """
        pauses = () if once else PAUSES
        return self._answer("GET", path, pauses, params=params or None)

    def _json(self, method: str, path: str, **sent: Any) -> Any:
        body = self._answer(method, path, PAUSES, **sent)
        try:
            return strict_json.loads(body, keep_non_finite=True)
        except RecordError as error:
            raise ConnectorError(
                f"{self.base}{path} did not answer with JSON: {error.message}"
            ) from error

    def _answer(self, method: str, path: str, pauses: Sequence[float], **sent: Any) -> bytes:
        for pause in (*pauses, None):
            asked = 0.0
            try:
                status, body, asked = self._ask(method, path, **sent)
            except httpx2.RequestError as error:
                reason, status, body = f"{type(error).__name__}: {error}", 0, b""
            else:
                if status < httpx2.codes.MULTIPLE_CHOICES:
                    return body
                reason = words_on(status, body)
            if status and status not in BUSY:
                gone = status == httpx2.codes.NOT_FOUND
                raise (NothingThereError if gone else ConnectorError)(
                    f"{self.base}{path}: {reason}"
                )
            if pause is None or asked > LONGEST_PAUSE:
                break
            time.sleep(max(pause, asked))
        raise ConnectorError(f"{self.base}{path} cannot be reached: {reason}", permanent=False)

    def _ask(self, method: str, path: str, **sent: Any) -> tuple[int, bytes, float]:
        with self._client.stream(method, f"{self.base}{path}", **sent) as answer:
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise ConnectorError(
                        f"{self.base}{path} answers with more than {MAX_ANSWER_BYTES:,} bytes."
                    )
            return answer.status_code, bytes(body), _pause_asked_for(answer.headers)


def words_on(status: int, body: bytes) -> str:
    """What an answer that is no success means."""
    if httpx2.codes.is_redirect(status):
        return f"Answered {status}, a redirect; give the address it leads to."
    said = " ".join(body[:500].decode("utf-8", "replace").split())[:200]
    meaning = _MEANING.get(status, "")
    return " ".join(filter(None, (f"Answered {status}.", meaning, f"It said: {said}" * bool(said))))


def _pause_asked_for(headers: Mapping[str, str]) -> float:
    """The seconds until a service wants to be asked again; 0 if it says nothing of that."""
    said = headers.get("Retry-After") or headers.get("RateLimit-Reset") or ""
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        until = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return 0.0
    return max(0.0, until.timestamp() - time.time())


@contextmanager
def service(
    base: str, *, reach: Reach, headers: Mapping[str, str] | None = None
) -> Iterator[Service]:
    """A service for as long as the block runs. ConnectorError if the URL is not acceptable."""
    try:
        url = httpx2.URL(base)
    except httpx2.InvalidURL as error:
        raise ConnectorError(f"{base} is not a URL: {error}.") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConnectorError(f"{base} is not an address of the form https://host/path.")
    if url.userinfo:
        raise ConnectorError("The URL holds credentials; give them as the source's secret instead.")
    with httpx2.Client(
        transport=CheckedTransport(reach),
        headers={"User-Agent": "model-lineage", **(headers or {})},
        timeout=SECONDS,
        follow_redirects=False,
        trust_env=False,
    ) as client:
        yield Service(base, client)


class CheckedTransport(httpx2.HTTPTransport):
    """Connects to the very address that was checked, whatever the name resolves to next."""

    def __init__(self, reach: Reach) -> None:
        super().__init__(trust_env=False)
        self._reach = reach

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        request.url = url.copy_with(host=self._reach.address(url.host, port))
        return super().handle_request(request)


def authorization(secret: str) -> dict[str, str]:
    """Headers for a secret: `user:password` is sent as Basic, anything else as a bearer token."""
    if not secret:
        return {}
    if ":" in secret:
        return {"Authorization": f"Basic {b64encode(secret.encode()).decode()}"}
    return {"Authorization": f"Bearer {secret}"}
