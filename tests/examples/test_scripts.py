"""The two scripts speak to the site as a stranger's program would."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from examples import openlineage_client, post_batch
from tests.examples.conftest import LINEAGE


@dataclass
class Site:
    """What was posted where, by whom; `status` is what each post is answered with."""

    url: str
    status: int = 201
    received: list[tuple[str, str, Any]] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            token = self.headers["Authorization"]
            known.received.append((self.path, token, json.loads(body)))
            self.send_response(known.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Site(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


def arguments(monkeypatch: pytest.MonkeyPatch, *given: str) -> None:
    monkeypatch.setattr("sys.argv", ["script", *given])


def test_it_posts_every_batch_of_a_file(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments(monkeypatch, f"{site.url}/", "mlt_secret", str(LINEAGE))
    assert post_batch.main() == 0
    assert {(path, token) for path, token, _ in site.received} == {
        ("/api/v1/batches", "Bearer mlt_secret")
    }
    assert [body for _, _, body in site.received] == json.loads(LINEAGE.read_text())


def test_it_stops_at_the_first_batch_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site.status = 400
    arguments(monkeypatch, site.url, "mlt_secret", str(LINEAGE))
    assert post_batch.main() == 1
    assert len(site.received) == 1
    assert "warehouse-loads 400" in capsys.readouterr().out


def test_it_reads_no_file_by_url(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments(monkeypatch, "file:///etc", "mlt_secret", str(LINEAGE))
    with pytest.raises(SystemExit):
        post_batch.main()


def test_it_reports_a_run_with_the_openlineage_client(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments(monkeypatch, site.url, "mlt_secret")
    openlineage_client.main()
    assert {(path, token) for path, token, _ in site.received} == {
        ("/api/v1/lineage", "Bearer mlt_secret")
    }
    start, complete = (body for _, _, body in site.received)
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == complete["run"]["runId"]
    (written,) = complete["outputs"]
    assert written["facets"]["version"]["datasetVersion"] == "2026-10-repaired"


def test_it_says_that_an_event_was_not_accepted(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.status = 403
    arguments(monkeypatch, site.url, "mlt_secret")
    with pytest.raises(SystemExit, match="Not accepted: 403"):
        openlineage_client.main()
