"""A site of real processes for one test: web, broker, and workers that can be killed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lineage_site.embedded.broker import Broker
from lineage_site.embedded.place import Place
from tests.databases import ROOT

WORKER = "celery -A lineage_site worker -P solo -l INFO --without-gossip --without-mingle"


def until(true: Callable[[], object], *, seconds: float, what: str) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


class Site:
    """`tell` makes the web process do what `driver.py` can; the broker starts and stops by hand."""

    def __init__(self, directory: Path, database: str) -> None:
        self.directory = directory
        self.broker = Broker(Place(directory))
        self.broker_process: subprocess.Popen[bytes] | None = None
        self.variables = {
            **os.environ,
            "CELERY_BROKER_URL": self.broker.url,
            "DATABASE_URL": database,
            "VAR_DIR": str(directory),
            "WORK_LEASE_SECONDS": "2",
            "WORK_SWEEP_AFTER_SECONDS": "0.2",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.impact.driver"],
            cwd=ROOT,
            env=self.variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, command: str, *arguments: int) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        print(command, *arguments, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def start_broker(self) -> None:
        command = self.broker.prepare()
        self.broker_process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self.broker.answers, seconds=20, what="the broker answers")

    def kill_broker(self) -> None:
        if self.broker_process is not None:
            self.broker_process.kill()
            self.broker_process.wait()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.kill_broker()

    @contextmanager
    def worker(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        """A worker that is ready; `kill` is its kill -9."""
        log = self.directory / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *WORKER.split()],
                cwd=ROOT,
                env=self.variables,
                stdout=output,
                stderr=output,
            )
        try:
            until(lambda: b" ready." in log.read_bytes(), seconds=60, what=f"{log} says ready")
            yield process
        finally:
            process.kill()
            process.wait()

    def flag(self) -> int:
        """Raise a flag; the id of its report. A person never waits for the broker."""
        raised = self.tell("flag")
        assert raised["seconds"] < 3
        return int(raised["report"])

    def state(self, report: int) -> str:
        return str(self.tell("state", report)["state"])

    def until_running(self, report: int) -> None:
        until(lambda: self.state(report) == "running", seconds=30, what="the job is under way")

    def finish(self, report: int) -> None:
        """Sweep, as the beat does, until there is nothing left to do."""

        def done() -> bool:
            self.tell("sweep")
            return self.state(report) in {"complete", "failed"}

        until(done, seconds=60, what=f"report {report} is complete")

    def attempts(self, report: int, *, findings: int) -> int:
        """How many attempts it took, once it is sure that there is one report and it is whole."""
        result = self.tell("result", report)
        attempts = int(result.pop("attempts"))
        assert result == {
            "state": "complete",
            "error": "",
            "reports": 1,
            "findings": findings,
            "found_twice": 0,
            "obligations": findings,
            "completed": 1,
            "sound": True,
        }, result
        return attempts
