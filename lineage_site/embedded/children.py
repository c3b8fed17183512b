"""One process the supervisor keeps: how it is started, asked to stop and started again."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lineage_site.embedded.place import SITE_DIR

LARGEST_LOG_BYTES = 5_000_000
LONGEST_WAIT_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60.0


@dataclass
class Child:
    """`command` is called at each start, so that it may clear up first.

    `patience_seconds` is how long it may take to stop before it is killed. Without a log it writes
    to the terminal.
    """

    name: str
    command: Callable[[], Sequence[str]]
    environment: Mapping[str, str]
    log: Path | None = None
    patience_seconds: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    failures: int = 0

    def start(self) -> int:
        """Starts it in a session of its own; gives its process and group id."""
        with self._output() as output:
            self.process = subprocess.Popen(  # noqa: S603 (our own commands)
                self.command(),
                cwd=SITE_DIR,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if self.log else None,
                start_new_session=True,
            )
        self.started_at = time.monotonic()
        self.start_again_at = 0.0
        return self.process.pid

    def _output(self) -> AbstractContextManager[IO[bytes] | None]:
        if self.log is None:
            return nullcontext()
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        return self.log.open("ab")

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_before_next_start(self) -> float:
        """Seconds until it is to be started again: 1, 2, 4 … 30; 1 again after a steady minute."""
        steady = time.monotonic() - self.started_at > STEADY_AFTER_SECONDS
        self.failures = 1 if steady else self.failures + 1
        wait = min(2.0 ** (self.failures - 1), LONGEST_WAIT_SECONDS)
        self.start_again_at = time.monotonic() + wait
        return wait

    def ask_to_stop(self) -> None:
        if self.process is not None and self.is_running:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)

    def finish(self, *, at_once: Callable[[], bool]) -> None:
        """Waits for it, as long as its patience lasts, then kills whatever is left of its group."""
        if self.process is None:
            return
        limit = time.monotonic() + self.patience_seconds
        while self.is_running and time.monotonic() < limit and not at_once():
            time.sleep(0.05)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_lines(self, count: int = 15) -> str:
        if self.log is None or not self.log.exists():
            return ""
        text = self.log.read_bytes()[-20_000:].decode("utf-8", errors="replace")
        return "\n".join(text.splitlines()[-count:])
