"""Running a program as if nobody stood in between: its signals, its exit status."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Optional

from model_lineage.values import now

FORWARDED = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
NOT_EXECUTABLE, NOT_FOUND, BY_SIGNAL = 126, 127, 128


@dataclass(frozen=True)
class Ended:
    """`status` is what a shell would see: the program's own, or 128 and the signal's number."""

    status: int
    signal: str
    was_told_to_stop: bool
    started_at: str
    ended_at: str

    @property
    def state(self) -> str:
        if self.was_told_to_stop or self.signal in {"SIGINT", "SIGTERM", "SIGHUP"}:
            return "aborted"
        return "completed" if self.status == 0 else "failed"


class NotStartedError(Exception):
    """The program could not be begun; `status` as a shell gives it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Ear:
    """Signals that come for us go to the program; once it has ended they are only noted, so that
    what is known of it is still written.
    """

    def __init__(self) -> None:
        self.heard: list[int] = []
        self._early: list[int] = []
        self._program: Optional[subprocess.Popen[bytes]] = None

    def pass_on(self, number: int, _frame: Optional[FrameType] = None) -> None:
        self.heard.append(number)
        if self._program is None:
            self._early.append(number)
        elif not (number == signal.SIGINT and _typed_at_terminal()):
            self._program.send_signal(number)

    def listen_for(self, program: subprocess.Popen[bytes]) -> None:
        self._program = program
        for number in self._early:
            program.send_signal(number)


@contextmanager
def listening() -> Iterator[Ear]:
    """Hear signals while inside. One that is ignored (nohup) stays ignored, by the program too."""
    ear = Ear()
    wanted = [one for one in FORWARDED if signal.getsignal(one) is not signal.SIG_IGN]
    before = {number: signal.signal(number, ear.pass_on) for number in wanted}
    try:
        yield ear
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_program(command: Sequence[str], variables: Mapping[str, str], ear: Ear) -> Ended:
    """Run to its end. `NotStartedError` if there is nothing to run."""
    started_at = now()
    try:
        program = subprocess.Popen(  # noqa: S603 - the command that the user gave
            list(command), env={**os.environ, **variables}
        )
    except FileNotFoundError as error:
        raise NotStartedError(NOT_FOUND, f"{command[0]}: not found") from error
    except (OSError, ValueError) as error:
        raise NotStartedError(NOT_EXECUTABLE, f"{command[0]}: {error}") from error
    ear.listen_for(program)
    code = program.wait()
    by = f"signal {-code}" if code < 0 else ""
    if -code in set(signal.Signals):
        by = signal.Signals(-code).name
    status = BY_SIGNAL - code if code < 0 else code
    return Ended(status, by, bool(ear.heard), started_at, now())


def _typed_at_terminal() -> bool:
    """Ctrl-C reaches every process in the terminal's foreground: the program has it already, and
    a second one would end its tidying up.
    """
    if not hasattr(os, "tcgetpgrp"):
        return True
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        try:
            if stream is not None and os.tcgetpgrp(stream.fileno()) == os.getpgrp():
                return True
        except (OSError, ValueError):
            continue
    return False
