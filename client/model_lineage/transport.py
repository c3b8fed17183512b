"""One HTTP exchange with the server: bounded in time and size, retried where that is safe."""

import http.client
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any, Optional
from urllib.parse import urlencode, urljoin, urlsplit

from model_lineage.errors import ApiError, ConfigError, NotFoundError, UnreachableError
from model_lineage.version import __version__

MAX_ANSWER = 512 * 1024 * 1024
PIECE = 1024 * 1024
# Artifacts that proved to be others are sent on from; a merge of merges takes several steps.
MAX_HOPS = 5
LONGEST_WAIT = 10.0
NOT_FOUND, BUSY, FIRST_FAULT = 404, 503, 300
SENT_ON = frozenset({307, 308})


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """urllib would take the token along to any host."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


@dataclass(frozen=True)
class Transport:
    """`seconds` bound each single exchange; `tries` are made of what may be sent twice."""

    url: str
    token: str = ""
    seconds: float = 30.0
    tries: int = 3

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError(
                f"{self.url[:200]!r} is no address of a server, such as https://lineage.example."
            )
        if parts.username or parts.password:
            raise ConfigError("The address holds a name or password; send LINEAGE_TOKEN instead.")
        if any(not "!" <= one <= "~" for one in self.token):
            raise ConfigError("The token holds a blank or a line break; copy it once more.")

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Optional[dict[str, Any]] = None,
        body: Any = None,
        again: bool = True,
    ) -> Any:
        """The parsed answer, the text if it is no JSON, None if it is empty.

        `again`: it may be sent twice without harm, so it is retried when the server is busy or
        away. ApiError when the server says no, UnreachableError when it says nothing.
        """
        given = {name: value for name, value in (query or {}).items() if value is not None}
        address = self.url.rstrip("/") + path
        address += f"?{urlencode(given, doseq=True)}" if given else ""
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        for attempt in range(1, self.tries + 1):
            wait = min(LONGEST_WAIT, 0.3 * 2**attempt)
            last = attempt == self.tries or not again
            try:
                return self._follow(method, address, data)
            except UnreachableError:
                if last:
                    raise
            except _BusyError as busy:
                if last:
                    raise busy.error from None
                wait = min(LONGEST_WAIT, busy.seconds or wait)
            time.sleep(wait)
        raise UnreachableError("Nothing was tried.")

    def _follow(self, method: str, address: str, data: Optional[bytes]) -> Any:
        for _ in range(MAX_HOPS):
            status, headers, content = self._exchange(method, address, data)
            if status not in SENT_ON:
                return _result(status, headers, content)
            onward = urljoin(address, headers.get("Location", ""))
            if urlsplit(onward)[:2] != urlsplit(address)[:2]:
                raise ConfigError(
                    f"{self.url} sends on to {urlsplit(onward).netloc or 'nowhere'}; the token is "
                    "not taken there. Set LINEAGE_URL to the address that answers."
                )
            address = onward
        raise UnreachableError(f"{self.url} sends on more than {MAX_HOPS} times.")

    def _exchange(
        self, method: str, address: str, data: Optional[bytes]
    ) -> tuple[int, Message, bytes]:
        headers = {
            "Accept": "application/json",
            "User-Agent": f"model-lineage-client/{__version__}",
        }
        if data is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            address, data=data, headers=headers, method=method
        )
        opener = urllib.request.build_opener(_NoRedirects)
        until = time.monotonic() + self.seconds
        try:
            try:
                with opener.open(request, timeout=self.seconds) as answer:
                    return answer.status, answer.headers, self._read(answer, until)
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, error.headers, self._read(error, until)
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise UnreachableError(f"{self.url} does not answer: {reason}.") from error

    def _read(self, answer: Any, until: float) -> bytes:
        """All of it, unless it takes too long or grows too large.

        `read` would wait for the whole, with the time limit on each of its parts alone.
        """
        content = bytearray()
        while piece := answer.read1(PIECE):
            content += piece
            if len(content) > MAX_ANSWER or time.monotonic() > until:
                raise TimeoutError(f"the answer was not complete within {self.seconds:g} seconds")
        return bytes(content)


class _BusyError(Exception):
    def __init__(self, error: ApiError, seconds: float) -> None:
        self.error, self.seconds = error, seconds


def _result(status: int, headers: Message, content: bytes) -> Any:
    text = content.decode("utf-8", "replace")
    parsed: Any = text or None
    if "json" in headers.get("Content-Type", ""):
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = text
    if status < FIRST_FAULT:
        return parsed
    body = parsed if isinstance(parsed, dict) else {}
    error = NotFoundError(status, body) if status == NOT_FOUND else ApiError(status, body)
    if status == BUSY:
        after = headers.get("Retry-After", "")
        raise _BusyError(error, float(after) if after.isdigit() else 0.0)
    raise error
