"""Real processes for tests: a broker, a worker, the whole embedded site; all gone at the end.

Each keeps its files in the directory it is given, so tests in parallel never meet.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from lineage_site.embedded.broker import Broker
from lineage_site.embedded.place import SITE_DIR, Place


def until(true: Callable[[], object], *, seconds: float, what: str) -> None:
    """Waits for something to become true; fails with `what` when it does not in time."""
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(directory: Path, **changes: str) -> dict[str, str]:
    """What a process of this test needs: own files, own SQLite database, no configured broker."""
    # The second is what tests that drive a browser set for themselves.
    left_out = {"CELERY_BROKER_URL", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "lineage_site.settings",
        "VAR_DIR": str(directory),
        "DATABASE_URL": f"sqlite:///{directory / 'lineage.sqlite3'}",
        "PYTHONUNBUFFERED": "1",
        **changes,
    }


@contextmanager
def running(
    command: list[str], *, log: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process and all it starts in its group; killed at the end."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=SITE_DIR,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class BrokerProcess:
    """The embedded broker under a test's hand: `start`, `kill` and start again on the same data."""

    def __init__(self, directory: Path) -> None:
        self.broker = Broker(Place(directory))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.broker.url

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.broker.prepare(), stdout=subprocess.DEVNULL, start_new_session=True
        )
        until(self.broker.answers, seconds=20, what="the broker answers")

    def kill(self) -> None:
        if self.process is not None:
            kill_group(self.process)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)


@contextmanager
def broker_process(directory: Path) -> Iterator[BrokerProcess]:
    broker = BrokerProcess(directory)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


@contextmanager
def running_broker(directory: Path) -> Iterator[str]:
    """The URL of a broker that nobody else uses."""
    with broker_process(directory) as broker:
        yield broker.url


@contextmanager
def running_worker(
    environment: Mapping[str, str], *, log: Path, pool: str = "solo", seconds: float = 30
) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker that is ready for tasks. `process.kill()` is its kill -9."""
    celery = [sys.executable, "-m", "celery", "-A", "lineage_site", "worker"]
    options = ["-P", pool, "-c", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    log.touch()
    before = log.stat().st_size
    with running([*celery, *options], log=log, environment=environment) as process:
        until(
            lambda: b" ready." in log.read_bytes()[before:] or process.poll() is not None,
            seconds=seconds,
            what="the worker is ready",
        )
        assert process.poll() is None, log.read_text(encoding="utf-8")
        yield process


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    """Runs `manage.py`; gives what it wrote."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=SITE_DIR,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def processes_of(directory: Path) -> dict[int, str]:
    """The living processes that belong to this VAR_DIR: id and command (Linux)."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and _belongs(entry, directory):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                if command:  # A process that has ended and waits for its parent has none.
                    found[int(entry.name)] = command.decode(errors="replace").strip()
    return found


def _belongs(entry: Path, directory: Path) -> bool:
    """By its environment, or by where it works: the broker writes its title over the first."""
    variables = (entry / "environ").read_bytes().split(b"\0")
    inside = (entry / "cwd").readlink().is_relative_to(directory)
    return inside or os.fsencode(f"VAR_DIR={directory}") in variables
