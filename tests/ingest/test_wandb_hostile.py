"""A server of Weights & Biases that is busy, shut, broken or hostile."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from apps.ingest.connectors.contract import Access, ConnectorError, Reading
from apps.ingest.connectors.wandb import connector
from tests.ingest.wandb_server import KEY, WandbServer, serving
from tests.ingest.wandb_synchronised import synchronised

ORCHARD = Path(__file__).parent / "payloads" / "wandb" / "orchard"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ingest.connectors.service.time.sleep", lambda _: None)


@pytest.fixture
def server() -> Iterator[WandbServer]:
    found = synchronised(ORCHARD)
    with serving(found):
        yield found


def read(server: WandbServer, path: str = "orchard/apples", **more: Any) -> list[Reading]:
    access = Access(where=f"{server.base}/{path}", secret=KEY, **more)
    return list(connector.read(access))


def runs_told(readings: list[Reading]) -> list[str]:
    return [one.unit.rpartition("/")[2] for one in readings if one.unit]


@pytest.mark.parametrize(
    ("path", "secret", "said"),
    [
        ("orchard/apples", "wrong", "credentials were not accepted"),
        ("orchard/pears", KEY, "check the names"),
        ("elm", KEY, "no project of elm"),
        ("", KEY, "ENTITY/PROJECT"),
        ("a/b/c", KEY, "ENTITY/PROJECT"),
    ],
)
def test_it_says_why_nothing_can_be_read(
    server: WandbServer, path: str, secret: str, said: str
) -> None:
    access = Access(where=f"{server.base}/{path}", secret=secret)
    with pytest.raises(ConnectorError, match=said) as caught:
        list(connector.read(access))
    assert caught.value.permanent
    with pytest.raises(ConnectorError, match=said):
        connector.test(access)


def test_it_says_what_it_would_read(server: WandbServer) -> None:
    access = Access(where=f"{server.base}/orchard/apples", secret=KEY)
    assert connector.test(access).endswith("as pip: orchard/apples has 1 project, 7 runs.")
    assert connector.test(Access(where=str(ORCHARD))) == "9 logs of offline runs."


def test_it_waits_as_long_as_the_server_asks(
    server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("apps.ingest.connectors.service.time.sleep", waited.append)
    server.plan = [
        (429, {"Retry-After": "17"}, b'{"errors": [{"message": "rate limit exceeded"}]}'),
        (502, {}, b"<html>"),
    ]
    assert len(runs_told(read(server))) == 7
    assert waited == [17, 2]


@pytest.mark.parametrize(
    ("plan", "permanent"),
    [
        ([(429, {"Retry-After": "7200"}, b"")], False),
        ([(503, {}, b"")] * 4, False),
        ([(200, {"Content-Encoding": "gzip"}, b"no gzip")] * 4, False),
        ([(302, {"Location": "http://127.0.0.1:9/graphql"}, b"")], True),
        ([(200, {}, b"<html>")], True),
        ([(200, {}, b"5")], True),
        ([(200, {}, b'{"data": {"viewer": 5}}')] * 4, True),
        ([(200, {}, b'{"errors": [{"message": "Timeout, try again"}]}')], False),
        ([(200, {}, b'{"errors": 5, "data": []}')], True),
    ],
)
def test_it_ends_in_words_whatever_is_answered(
    server: WandbServer, plan: list[tuple[int, dict[str, str], bytes]], permanent: bool
) -> None:
    server.plan = list(plan)
    access = Access(where=f"{server.base}/orchard/apples", secret=KEY)
    with pytest.raises(ConnectorError) as caught:
        _ = connector.test(access), read(server)
    assert caught.value.permanent is permanent
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "odd",
    [
        {"config": "{", "summaryMetrics": "5", "createdAt": "yesterday", "tags": 5},
        {"displayName": 5, "user": [], "state": None, "heartbeatAt": 1},
        {"config": '{"a": {"value": NaN}}', "commit": "\x00", "displayName": "a\x1bb"},
    ],
)
def test_it_bears_odd_runs(server: WandbServer, odd: dict[str, Any]) -> None:
    server.runs["train001"] |= odd
    assert "train001" in runs_told(read(server))


def test_it_tells_no_other_host_the_key(server: WandbServer) -> None:
    heard: list[str | None] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing: tests are quiet."""

        def do_GET(self) -> None:
            heard.append(self.headers["Authorization"])
            self.send_response(404)
            self.end_headers()

    other = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = Thread(target=other.handle_request)
    thread.start()
    found = next(iter(server.artifacts))
    server.elsewhere[found] = f"http://127.0.0.1:{other.server_port}/m"
    readings = read(server)
    thread.join()
    other.server_close()
    assert heard == [None]
    assert "no_manifest" in {remark.code for one in readings for remark in one.adapted}
