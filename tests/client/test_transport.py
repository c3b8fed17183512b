"""One exchange with a server that is busy, gone, slow or not the one that was meant."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from model_lineage import ApiError, Client, ConfigError, NotFoundError, UnreachableError
from model_lineage.transport import Transport

ME = {"username": "carl", "role": "contributor", "scopes": ["read"], "revision": 3}
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Site:
    """Answers in turn what is in `answers`, the last for ever; keeps what it was asked."""

    url: str
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    drip: float = 0.0


def reply(body: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": "application/json", **named}, json.dumps(body).encode()


@pytest.fixture
def sites() -> Iterator[Callable[[], Site]]:
    running = []

    def made() -> Site:
        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                site.asked.append((self.command, self.path, dict(self.headers), body))
                one = site.answers.pop(0) if len(site.answers) > 1 else site.answers[0]
                status, headers, content = one
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                for byte in content:
                    if site.drip:
                        time.sleep(site.drip)
                    self.wfile.write(bytes([byte]))

            do_GET = answer  # noqa: N815 - so named by http.server
            do_POST = answer  # noqa: N815
            do_PATCH = answer  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        # Of a client that hung up it would print a traceback.
        server.handle_error = lambda *_args: None  # type: ignore[method-assign]
        site = Site(f"http://127.0.0.1:{server.server_port}", [reply(ME)])
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        running.append((server, thread))
        return site

    yield made
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model_lineage.transport.LONGEST_WAIT", 0.01)


@pytest.fixture(name="site")
def _site(sites: Callable[[], Site]) -> Site:
    return sites()


def test_it_sends_the_token_and_says_who_it_is(site: Site) -> None:
    assert Client(site.url, "mlt_x").me().username == "carl"
    ((_, path, headers, _),) = site.asked
    assert path == "/api/v1/me"
    assert headers["Authorization"] == "Bearer mlt_x"
    assert headers["User-Agent"].startswith("model-lineage-client/")


def test_it_tries_again_while_the_server_is_busy(site: Site) -> None:
    busy = reply({"error": "busy", "message": "Later."}, 503, Retry_After="1")
    site.answers = [busy, busy, reply(ME)]
    assert Client(site.url).me().revision == 3
    site.asked.clear()
    site.answers = [busy]
    with pytest.raises(ApiError, match=r"503 busy: Later\."):
        Client(site.url).me()
    assert len(site.asked) == 3


def test_it_sends_a_flag_once_only(site: Site) -> None:
    site.answers = [reply({"error": "busy", "message": "Later."}, 503)]
    with pytest.raises(ApiError):
        Client(site.url).flag(1, reason="leakage", severity="high")
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 409, 500, 502])
def test_it_does_not_try_again_what_will_not_change(site: Site, status: int) -> None:
    site.answers = [(status, {}, b"<html>")]
    with pytest.raises(ApiError) as raised:
        Client(site.url).me()
    assert raised.value.status == status
    assert len(site.asked) == 1


def test_an_error_says_code_place_and_message(site: Site) -> None:
    body = {"error": "invalid", "message": "No.", "path": "$.a", "errors": [{"path": "$.a"}]}
    site.answers = [reply(body, 404)]
    with pytest.raises(NotFoundError) as raised:
        Client(site.url).me()
    told = raised.value
    assert (told.code, told.path, told.message) == ("invalid", "$.a", "No.")
    assert str(told) == "404 invalid at $.a: No."
    assert told.faults == [("$.a", "")]


def test_it_follows_an_artifact_to_the_one_it_proved_to_be(site: Site) -> None:
    known = {"id": 2, "namespace": "n", "kind": "model", "name": "m", "version": "1"}
    moved = reply({"error": "merged"}, 307, Location="/api/v1/artifacts/2")
    site.answers = [moved, reply(known)]
    assert Client(site.url, "mlt_x").artifact(1).id == 2
    assert [one[1] for one in site.asked] == ["/api/v1/artifacts/1", "/api/v1/artifacts/2"]


def test_a_post_sent_on_keeps_its_body(site: Site) -> None:
    moved = reply({}, 307, Location=f"{site.url}/api/v1/artifacts/2")
    known = {"id": 2, "namespace": "n", "kind": "model", "name": "m", "version": "1"}
    site.answers = [moved, reply(known)]
    Client(site.url).describe(1, owner="risk")
    assert [(one[0], json.loads(one[3])) for one in site.asked] == [
        ("PATCH", {"owner": "risk"})
    ] * 2


def test_it_takes_the_token_to_no_other_host(sites: Callable[[], Site]) -> None:
    first, other = sites(), sites()
    first.answers = [reply({}, 307, Location=f"{other.url}/api/v1/me")]
    with pytest.raises(ConfigError, match="the token is not taken there"):
        Client(first.url, "mlt_x").me()
    assert other.asked == []


def test_it_goes_in_no_circles(site: Site) -> None:
    site.answers = [reply({}, 307, Location="/api/v1/me")]
    with pytest.raises(UnreachableError, match="sends on more than"):
        Client(site.url, tries=1).me()


def test_it_does_not_wait_for_ever(site: Site) -> None:
    site.drip = 0.1
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        Client(site.url, seconds=0.5, tries=1).me()
    assert time.monotonic() - began < 5


def test_it_says_that_something_else_answers(site: Site) -> None:
    site.answers = [(200, {"Content-Type": "text/html"}, b"<html>Welcome</html>")]
    with pytest.raises(UnreachableError, match="no Model Lineage server"):
        Client(site.url).me()


@pytest.mark.parametrize(
    ("url", "token", "message"),
    [
        ("", "", "LINEAGE_URL"),
        ("file:///etc/passwd", "", "no address of a server"),
        ("lineage.example", "", "no address of a server"),
        ("https://me:pw@lineage.example", "", "LINEAGE_TOKEN"),
        ("https://lineage.example", "a\nX-Evil: 1", "blank or a line break"),
    ],
)
def test_it_refuses_what_is_no_address(url: str, token: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Client(url, token)


def test_it_says_that_nobody_answers() -> None:
    with pytest.raises(UnreachableError, match=r"http://127\.0\.0\.1:9 does not answer"):
        Transport("http://127.0.0.1:9").ask("GET", "/")
