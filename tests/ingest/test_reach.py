"""What a source may open, and how a service is asked."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from apps.ingest.connectors.contract import Access, ConnectorError
from apps.ingest.connectors.reach import Reach
from apps.ingest.connectors.service import authorization, service

HERE = Reach(networks=(ip_network("127.0.0.0/8"),))
Answer = tuple[int, bytes]


@contextmanager
def served(answer: Callable[[BaseHTTPRequestHandler], Answer]) -> Iterator[str]:
    """A service on loopback that answers so; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer(self)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - as the library names it

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ingest.connectors.service.PAUSES", (0.0, 0.0))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "0.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"],
)
def test_it_refuses_addresses_that_are_not_public(host: str) -> None:
    with pytest.raises(ConnectorError, match=r"not a public address|cannot be found"):
        Reach().address(host, 80)


def test_it_opens_the_networks_that_are_named() -> None:
    assert HERE.address("127.0.0.1", 80) == "127.0.0.1"
    with pytest.raises(ConnectorError, match="SOURCE_NETWORKS"):
        HERE.address("10.0.0.1", 80)


def test_it_refuses_a_host_with_one_address_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", ("93.184.216.34", 80)), (0, 0, 0, "", ("10.0.0.1", 80))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: found)
    with pytest.raises(ConnectorError, match=r"10\.0\.0\.1"):
        Reach().address("example.com", 80)


def test_it_reads_paths_under_its_roots_only(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (inside / "link").symlink_to(tmp_path)
    reach = Reach(roots=(inside,))
    assert reach.path(str(inside)) == inside
    for where in (tmp_path, inside / "link", inside / "..", Path("/etc/passwd")):
        with pytest.raises(ConnectorError, match="may not be read"):
            reach.path(str(where))


def test_it_does_not_say_which_of_the_closed_paths_exist(tmp_path: Path) -> None:
    reach = Reach(roots=(tmp_path / "in",))
    (tmp_path / "in").mkdir()
    words = set()
    for name in ("there", "absent"):
        (tmp_path / "there").touch()
        with pytest.raises(ConnectorError) as caught:
            reach.path(str(tmp_path / name))
        words.add(str(caught.value).replace(name, "NAME").partition(" Folders")[0])
    assert len(words) == 1


def test_it_takes_no_url_for_a_path() -> None:
    with pytest.raises(ConnectorError, match="files and folders"):
        _ = Access(where="https://example.com/x").path


def test_it_never_shows_the_secret() -> None:
    assert "hunter2" not in repr(Access(where="x", secret="hunter2"))


def test_it_asks_with_the_credentials() -> None:
    def answer(request: BaseHTTPRequestHandler) -> Answer:
        told = [request.path, request.headers["Authorization"], request.headers["Host"]]
        return 200, json.dumps(told).encode()

    with served(answer) as base, service(base, reach=HERE, headers=authorization("t0k3n")) as api:
        path, given, host = api.get("/a", {"x": 1, "y": None})
    assert (path, given) == ("/a?x=1", "Bearer t0k3n")
    assert base == f"http://{host}"
    assert authorization("ada:pw") == {"Authorization": "Basic YWRhOnB3"}


def test_it_asks_again_when_the_service_is_busy() -> None:
    answers = iter([(503, b""), (429, b""), (200, b"[1]")])
    with served(lambda _: next(answers)) as base, service(base, reach=HERE) as api:
        assert api.get("/") == [1]


@pytest.mark.parametrize(
    ("answer", "words", "permanent"),
    [
        ((503, b""), "Answered 503", False),
        ((401, b"who?"), "credentials were not accepted. It said: who?", True),
        ((404, b""), "check the URL", True),
        ((302, b""), "a redirect", True),
        ((200, b"<html>"), "did not answer with JSON", True),
        ((200, b"[" * 100_000), "did not answer with JSON", True),
    ],
)
def test_it_says_what_went_wrong(answer: Answer, words: str, *, permanent: bool) -> None:
    with (
        served(lambda _: answer) as base,
        service(base, reach=HERE) as api,
        pytest.raises(ConnectorError) as caught,
    ):
        api.get("/things")
    assert words in str(caught.value)
    assert "/things" in str(caught.value)
    assert caught.value.permanent is permanent


def test_it_bounds_what_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ingest.connectors.service.MAX_ANSWER_BYTES", 100)
    with (
        served(lambda _: (200, b"[" + b"1," * 100 + b"1]")) as base,
        service(base, reach=HERE) as api,
        pytest.raises(ConnectorError, match="more than 100 bytes"),
    ):
        api.get("/")


@pytest.mark.parametrize(
    "base",
    [
        "ftp://example.com",
        "https://",
        "https://ada:pw@example.com",
        "file:///etc/passwd",
    ],
)
def test_it_refuses_addresses_of_other_shapes(base: str) -> None:
    with pytest.raises(ConnectorError) as caught, service(base, reach=HERE):
        pass
    assert "ada:pw" not in str(caught.value) or base not in str(caught.value)


def test_it_connects_to_the_address_that_it_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves otherwise the second time does not lead elsewhere."""
    with (
        served(lambda _: (200, b"1")) as base,
        service(base.replace("127.0.0.1", "lab.example"), reach=HERE) as api,
    ):
        asked: list[str] = []

        def address(_self: Reach, host: str, _port: int) -> str:
            asked.append(host)
            return "127.0.0.1"

        monkeypatch.setattr(Reach, "address", address)
        assert api.get("/") == 1
    assert asked == ["lab.example"]
