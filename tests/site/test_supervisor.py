"""The whole embedded site: it starts, mends itself and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import environment, free_port, processes_of, until
from tests.site.served import SERVE, SiteUnderTest, site

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteUnderTest]:
    with site(tmp_path_factory.mktemp("served") / "var") as under_test:
        yield under_test


def test_it_says_where_it_is_and_how_to_sign_in(served: SiteUnderTest) -> None:
    assert f"Model Lineage runs at http://127.0.0.1:{served.port}/" in served.said
    password = (served.directory / "first-sign-in").read_text(encoding="utf-8").strip()
    assert f"Sign in as admin with the password {password}" in served.said


def test_it_is_alive_and_ready(served: SiteUnderTest) -> None:
    assert served.status("/healthz") == 200
    assert served.status("/readyz") == 200


def test_it_keeps_its_secrets_to_itself(served: SiteUnderTest) -> None:
    for name in ("secret-key", "first-sign-in"):
        assert (served.directory / name).stat().st_mode & 0o077 == 0
    assert served.directory.stat().st_mode & 0o077 == 0
    secret = (served.directory / "secret-key").read_text(encoding="utf-8").strip()
    assert not [command for command in processes_of(served.directory).values() if secret in command]


def test_it_says_that_it_already_runs(served: SiteUnderTest) -> None:
    again = serve_once(served.directory, PORT=str(served.port))
    assert again.returncode == 0
    assert f"already runs at http://127.0.0.1:{served.port}/" in again.stdout
    assert f"kill {served.process.pid}" in again.stdout


@pytest.mark.parametrize("words", ["celery -A lineage_site worker", "gunicorn", "broker.sock"])
def test_it_starts_again_what_dies(served: SiteUnderTest, words: str) -> None:
    before = set(processes_of(served.directory))
    os.killpg(served.one(words), signal.SIGKILL)
    until(
        lambda: any(
            words in command
            for pid, command in processes_of(served.directory).items()
            if pid not in before
        ),
        seconds=30,
        what=f"{words} runs again",
    )
    assert "Starting it again in" in served.said
    until(lambda: served.status("/readyz") == 200, seconds=30, what="the site answers again")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with site(tmp_path / "var") as under_test:
        under_test.process.send_signal(number)
        assert under_test.process.wait(timeout=40) == 0
        assert processes_of(under_test.directory) == {}
        assert "Stopped. Nothing is left running" in under_test.said


def test_it_leaves_nothing_when_it_is_killed_and_starts_again(tmp_path: Path) -> None:
    directory = tmp_path / "var"
    with site(directory) as under_test:
        under_test.process.kill()
        until(lambda: not processes_of(directory), seconds=30, what="all its processes are gone")
    with site(directory) as under_test:
        assert under_test.status("/readyz") == 200


def test_it_says_that_its_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = serve_once(tmp_path / "var", PORT=str(port))
    assert done.returncode == 2
    assert f"Port {port} on 127.0.0.1 is taken by another program" in done.stdout
    assert f"make run PORT={port + 1}" in done.stdout


def test_it_says_that_a_port_is_no_number(tmp_path: Path) -> None:
    done = serve_once(tmp_path / "var", PORT="http")
    assert done.returncode == 2
    assert "PORT is 'http', which is no number" in done.stdout


def test_it_says_which_process_did_not_start(tmp_path: Path) -> None:
    done = serve_once(
        tmp_path / "var", PORT=str(free_port()), DATABASE_URL="postgres://nobody@127.0.0.1:1/none"
    )
    assert done.returncode == 1
    assert "The database does not take the connection" in done.stdout
    assert "The preparation did not start (exit code 1)" in done.stdout
    assert processes_of(tmp_path / "var") == {}


def serve_once(directory: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a site that is expected to give up by itself."""
    return subprocess.run(
        SERVE,
        env=environment(directory, **variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
