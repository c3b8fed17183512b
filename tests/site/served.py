"""The embedded site, started as a person would start it."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.processes import environment, free_port, processes_of, running, until

SERVE = [sys.executable, "-m", "lineage_site.embedded"]


@dataclass
class SiteUnderTest:
    process: subprocess.Popen[bytes]
    directory: Path
    port: int

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def log(self) -> Path:
        return self.directory.with_suffix(".said")

    def status(self, path: str) -> int:
        """Of an answer; 0 when there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def one(self, words: str) -> int:
        """The id of the first process of this site whose command has these words."""
        return min(pid for pid, command in processes_of(self.directory).items() if words in command)


@contextmanager
def site(directory: Path, *, example: str = "no") -> Iterator[SiteUnderTest]:
    port = free_port()
    log = directory.with_suffix(".said")
    log.unlink(missing_ok=True)
    variables = environment(directory, PORT=str(port), LOAD_EXAMPLE=example)
    try:
        with running(SERVE, log=log, environment=variables) as process:
            under_test = SiteUnderTest(process, directory, port)
            until(
                lambda: "runs at" in under_test.said or process.poll() is not None,
                seconds=90,
                what="the site runs",
            )
            assert process.poll() is None, under_test.said
            yield under_test
    finally:
        for pid in processes_of(directory):
            os.kill(pid, signal.SIGKILL)
