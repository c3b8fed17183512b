"""Keeps a few processes running until it is told to stop, and leaves none behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from lineage_site.embedded.children import Child
from lineage_site.embedded.place import say

TETHER = Path(__file__).with_name("tether.py")
PAUSE_SECONDS = 0.2


class Stopped(Exception):  # noqa: N818 (not an error: somebody pressed Ctrl-C)
    """The person, or the system, asked the site to stop."""


class StartError(Exception):
    """A process did not come up. The message says which, why and where its log is."""


class Supervisor:
    """Starts children in the order given, stops them in the opposite order."""

    def __init__(self, *, lock: int) -> None:
        self._children: list[Child] = []
        self._asked = threading.Event()
        self._insisted = False
        self._tether = subprocess.Popen(  # noqa: S603 (our own script)
            [sys.executable, "-I", str(TETHER)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=(lock,),
        )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._insisted = self._asked.is_set()
        self._asked.set()

    def start(self, child: Child) -> None:
        if child not in self._children:
            self._children.append(child)
        self._tell_tether(f"+{child.start()}")

    def run_to_end(self, child: Child) -> None:
        """Starts a child that ends by itself. Raises `StartError` when it fails."""
        self.start(child)
        while child.is_running:
            self._pause()
        self._children.remove(child)
        self._forget(child)
        if child.process is not None and child.process.returncode != 0:
            raise StartError(self._story(child))

    def wait_until(self, ready: Callable[[], bool], *, child: Child, seconds: float) -> None:
        """Raises `StartError` when the child ends, or is not ready in time."""
        limit = time.monotonic() + seconds
        while not ready():
            if not child.is_running or time.monotonic() > limit:
                raise StartError(self._story(child))
            self._pause()

    def keep(self, watch: Callable[[], None]) -> None:
        """Restarts what ends, calls `watch` at each turn, until asked to stop (`Stopped`)."""
        while True:
            for child in self._children:
                self._mend(child)
            watch()
            self._pause()

    def restart(self, child: Child, *, why: str) -> None:
        say(f"Restarting the {child.name}: {why}")
        child.ask_to_stop()
        child.finish(at_once=self._asked.is_set)
        self._forget(child)
        self.start(child)

    def _mend(self, child: Child) -> None:
        if child.is_running or child.process is None:
            return
        if not child.start_again_at:
            self._forget(child)
            wait = child.wait_before_next_start()
            how = _ending(child.process.returncode)
            say(f"The {child.name} stopped ({how}). Starting it again in {wait:.0f} s.")
            say(f"  Its log: {child.log}")
        elif time.monotonic() >= child.start_again_at:
            self.start(child)

    def stop(self) -> None:
        """Asks the first started, on which the rest depends, last of all. Waits for every one."""
        self._asked.set()
        first, rest = self._children[:1], self._children[1:]
        for stage in (rest, first):
            for child in reversed(stage):
                child.ask_to_stop()
            for child in reversed(stage):
                child.finish(at_once=lambda: self._insisted)
                self._forget(child)
        if self._tether.stdin is not None:
            self._tether.stdin.close()
        self._tether.wait()

    def _pause(self) -> None:
        if self._asked.wait(PAUSE_SECONDS):
            raise Stopped

    def _forget(self, child: Child) -> None:
        """What a dead child left of its group goes with it."""
        if child.process is not None:
            child.finish(at_once=lambda: True)
            self._tell_tether(f"-{child.process.pid}")

    def _tell_tether(self, line: str) -> None:
        if self._tether.stdin is not None:
            try:
                self._tether.stdin.write(f"{line}\n".encode())
                self._tether.stdin.flush()
            except BrokenPipeError:
                say("The process that would clear up after a crash is gone; the site goes on.")
                self._tether.stdin = None

    def _story(self, child: Child) -> str:
        ended = child.process is not None and child.process.poll() is not None
        how = _ending(child.process.returncode) if ended and child.process else "no answer in time"
        story = f"The {child.name} did not start ({how})."
        return f"{story} Its log, {child.log}:\n{child.last_lines()}" if child.log else story


def _ending(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    return f"killed by {signal.Signals(-code).name}"


def python_module(module: str, *arguments: str) -> Callable[[], Sequence[str]]:
    command = [sys.executable, "-m", module, *arguments]
    return lambda: command


def inherited(**changes: str) -> dict[str, str]:
    return {**os.environ, **changes}
