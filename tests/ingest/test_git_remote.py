"""Repositories by their URL, from a git server on loopback."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server

import pytest
from dulwich.repo import Repo
from dulwich.server import BackendRepo, DictBackend
from dulwich.web import HTTPGitApplication, WSGIRequestHandlerLogger

from apps.ingest import connectors
from apps.ingest.connectors import connector_for
from apps.ingest.connectors.contract import Access, ConnectorError, Reading
from apps.ingest.connectors.git import remote
from apps.ingest.connectors.reach import Reach
from tests.ingest.shared import of_path

PAYLOADS = Path(__file__).parent / "payloads"


class _Quiet(WSGIRequestHandlerLogger):
    def log_message(self, *_: object) -> None:
        """Nothing: tests are quiet."""


@contextmanager
def serving(application: Any) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, application, WSGIServer, _Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def git_server(path: Path, asked: list[dict[str, Any]]) -> Iterator[str]:
    """A repository at /acme/NAME, and what was asked of it."""
    with Repo(str(path)) as repository:
        known: dict[str, BackendRepo] = {f"/acme/{path.stem}": repository}
        application = HTTPGitApplication(DictBackend(known))

        def noted(environ: dict[str, Any], start: Any) -> Any:
            asked.append(dict(environ))
            return application(environ, start)

        with serving(noted) as base:
            yield f"{base}/acme/{path.stem}"


def recorded(folder: Path, kind: str, name: str) -> Path:
    """A copy with the empty folder that version control does not keep."""
    path = shutil.copytree(PAYLOADS / kind / name, folder / name)
    (path / "refs").mkdir(exist_ok=True)
    return path


def read(kind: str, where: str, **more: Any) -> list[Reading]:
    return list(connector_for(kind)(Access(where=where, **more)))


def comparable(readings: list[Reading]) -> dict[str, Any]:
    """By unit what is told, whatever address the repository was read at."""
    return {
        one.unit: sorted((str(e.upstream), e.role, str(e.downstream)) for e in one.batch.edges)
        for one in readings
        if one.batch
    }


@pytest.mark.parametrize(("kind", "name"), [("git", "plain.git"), ("dvc", "churn.git")])
def test_it_tells_of_a_fetched_repository_what_it_tells_of_a_local_one(
    tmp_path: Path, kind: str, name: str
) -> None:
    path = recorded(tmp_path, kind, name)
    local = comparable(list(of_path(connector_for(kind))(path)))
    with git_server(path, []) as url:
        fetched = comparable(read(kind, url))
    # What only a reflog still names stays on the machine whose reflog it is.
    lost = {"commit/c9226615c1d4237b7b4f9c32911d488b4e354ca6"}
    assert fetched.keys() == local.keys() - lost
    assert {unit: local[unit] for unit in fetched} == fetched


def test_it_names_it_after_its_address_and_not_after_where_it_was_fetched_to(
    tmp_path: Path,
) -> None:
    with git_server(recorded(tmp_path, "git", "plain.git"), []) as url:
        found = read("git", url)
    code = [record for one in found if one.batch for record in one.batch.artifacts]
    own = {one.namespace for one in code if one.kind == "code"}
    assert own == {"git://127.0.0.1/acme/plain"}
    assert "model-lineage-" not in repr(found)


def test_it_fetches_nothing_when_nothing_moved(work: Path) -> None:
    asked: list[dict[str, Any]] = []
    with git_server(work, asked) as url:
        first = read("git", url)
        asked.clear()
        again = read("git", url, cursor=first[-1].cursor)
        assert asked[0]["PATH_INFO"].endswith("info/refs")
        assert all(len(one.get("CONTENT_LENGTH") or "") < 4 for one in asked)
        units = {unit for one in first for unit in (one.unit, *one.present) if unit}
        assert (set(again[0].present), again[0].complete, len(again)) == (units, "", 1)
        git(work, "commit", "-q", "--allow-empty", "-m", "two")
        moved = read("git", url, cursor=first[-1].cursor)
    assert moved[-1].cursor != first[-1].cursor
    assert {unit for one in moved for unit in one.present} == {
        f"commit/{git(work, 'rev-parse', 'HEAD~').strip()}"
    }


def test_it_shows_the_credentials_and_tells_them_nobody_else(work: Path) -> None:
    asked: list[dict[str, Any]] = []
    with git_server(work, asked) as url:
        read("git", url, secret="pip:t0ken")
        assert {one.get("HTTP_AUTHORIZATION") for one in asked} == {"Basic cGlwOnQwa2Vu"}
        asked.clear()
        read("git", url, secret="t0ken")
        assert {one.get("HTTP_AUTHORIZATION") for one in asked} == {"Basic Z2l0OnQwa2Vu"}
        with pytest.raises(ConnectorError, match="source's secret"):
            read("git", url.replace("127", "pip:t0ken@127"))


def test_it_says_in_words_what_it_found(work: Path) -> None:
    git(work, "tag", "v1")
    words = "A git repository; branches: 1, tags: 1."
    for kind in ("git", "dvc"):
        tried = connectors.trial_of(kind)
        assert tried is not None
        with git_server(work, []) as url:
            assert tried(Access(where=url)) == words
        assert tried(Access(where=str(work))) == words


def test_it_connects_only_where_it_may(work: Path) -> None:
    asked: list[dict[str, Any]] = []
    with (
        git_server(work, asked) as url,
        pytest.raises(ConnectorError, match="not a public address"),
    ):
        read("git", url, reach=Reach())
    assert asked == []


@pytest.mark.parametrize(
    "where",
    [
        *("ssh://git@127.0.0.1/x.git", "git://127.0.0.1/x", "file:///tmp", "ext::sh -c true://x"),
        *("https://", "http://[::1", "http://127.0.0.1:99999/x"),
    ],
)
def test_it_opens_nothing_but_http(where: str) -> None:
    with pytest.raises(ConnectorError):
        read("git", where)


SMART = "application/x-git-upload-pack-advertisement"


@pytest.mark.parametrize(
    ("status", "kind", "body", "said", "permanent"),
    [
        ("401 No", "", b"", "credentials were not accepted", True),
        ("404 No", "", b"", "check the URL", True),
        ("301 Moved", "", b"", "a redirect", True),
        ("503 Busy", "", b"later", "later", False),
        ("200 OK", "text/html", b"<html>", "only files|as a git", True),
        ("200 OK", SMART, b"zzzz", "as a git server", True),
        ("200 OK", SMART, b"0010junk", "as a git server", True),
        ("200 OK", SMART, b"", "as a git server", True),
    ],
)
def test_it_ends_in_words_whatever_is_answered(
    status: str, kind: str, body: bytes, said: str, permanent: bool
) -> None:
    def application(_: dict[str, Any], start: Any) -> list[bytes]:
        start(status, [("Location", "http://169.254.169.254/"), ("Content-Type", kind)])
        return [body]

    with serving(application) as base, pytest.raises(ConnectorError, match=said) as caught:
        read("dvc", f"{base}/x", secret="pip:t0ken")
    assert caught.value.permanent is permanent
    assert "t0ken" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "bound", "said"),
    [
        ("MAX_BYTES", 300, "more than 300 bytes"),
        ("MAX_OBJECTS", 1, "at most 1"),
        ("MAX_UNPACKED", 5, "an object of"),
        ("MAX_SECONDS", -1.0, "not fetched within"),
    ],
)
def test_it_is_bounded(
    work: Path, monkeypatch: pytest.MonkeyPatch, name: str, bound: float, said: str
) -> None:
    monkeypatch.setattr(remote, name, bound)
    with git_server(work, []) as url, pytest.raises(ConnectorError, match=said):
        read("git", url)


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=D", "-c", "user.email=d@example.org")
    return subprocess.run(
        ["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    try:
        git(folder, "init", "-q", "-b", "main")
    except FileNotFoundError:
        pytest.skip("git makes these repositories")
    (folder / "a.py").write_text("print(1)\n" * 100)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return folder
