"""Signals reach the program, and the run is recorded all the same."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.client.conftest import Project

# Says that it is ready, then tidies up when it is told to stop.
PROGRAM = """
import signal, sys, time, pathlib
def stop(number, frame):
    pathlib.Path("stopped").write_text(str(number))
    sys.exit({status})
signal.signal(signal.SIGINT, stop)
signal.signal(signal.SIGTERM, stop)
pathlib.Path("ready").write_text("")
time.sleep(30)
"""


def started(project: Project, program: str) -> subprocess.Popen[bytes]:
    lineage = [sys.executable, "-m", "model_lineage", "run", "--allow-dirty", "--to", "out.jsonl"]
    running = subprocess.Popen(
        [*lineage, "--", sys.executable, "-c", program], stdin=subprocess.DEVNULL
    )
    wait_until(project.folder / "ready", running)
    return running


def wait_until(there: Path, running: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 20
    while not there.exists():
        assert time.monotonic() < limit
        assert running.poll() is None
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_passes_a_signal_on_and_lets_the_program_end(
    project: Project, number: signal.Signals
) -> None:
    running = started(project, PROGRAM.format(status=5))
    running.send_signal(number)
    assert running.wait(20) == 5
    assert (project.folder / "stopped").read_text() == str(int(number))
    run = project.artifact("run")["facets"]
    assert run["run"]["state"] == "aborted"
    assert run["process"]["exit_code"] == 5


# A handler in Python runs once for two signals in quick succession; the pipe gets a byte for each.
COUNTING = """
import os, pathlib, select, signal, time
reading, writing = os.pipe()
os.set_blocking(writing, False)
signal.signal(signal.SIGINT, lambda number, frame: None)
signal.set_wakeup_fd(writing)
pathlib.Path("ready").touch()
told = 0
for press in range(5):
    select.select([reading], [], [], 20)
    time.sleep(0.1)
    told += len(os.read(reading, 100))
    pathlib.Path(f"heard{press}").touch()
pathlib.Path("told").write_text(str(told))
"""


def test_a_program_hears_ctrl_c_once(project: Project) -> None:
    """A terminal tells every process in its foreground."""
    lineage = [sys.executable, "-m", "model_lineage", "run", "--allow-dirty", "--to", "out.jsonl"]
    ours, theirs = os.openpty()
    attach = f"import os, sys; os.login_tty(0); os.execv({sys.executable!r}, sys.argv[1:])"
    running = subprocess.Popen(
        [sys.executable, "-c", attach, *lineage, "--", sys.executable, "-c", COUNTING],
        stdin=theirs,
    )
    os.close(theirs)
    wait_until(project.folder / "ready", running)
    # Five times, for the kernel makes one of two that both still wait to be heard.
    for press in range(5):
        os.write(ours, b"\x03")
        if press < 4:
            wait_until(project.folder / f"heard{press}", running)
    assert running.wait(20) == 0
    os.close(ours)
    assert (project.folder / "told").read_text() == "5"
    assert project.artifact("run")["facets"]["run"]["state"] == "aborted"


def test_it_ends_as_a_program_that_a_signal_killed(project: Project) -> None:
    running = started(
        project, "import pathlib, time; pathlib.Path('ready').touch(); time.sleep(30)"
    )
    running.terminate()
    assert running.wait(20) == 128 + signal.SIGTERM
    facets = project.artifact("run")["facets"]
    assert (facets["run"]["state"], facets["process"]["signal"]) == ("aborted", "SIGTERM")


def test_a_program_that_was_to_ignore_hangups_still_does(project: Project) -> None:
    program = """
import signal, subprocess, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
inner = "import signal; print(signal.getsignal(signal.SIGHUP).name)"
lineage = [sys.executable, "-m", "model_lineage", "run", "--allow-dirty", "--to", "out.jsonl"]
sys.exit(subprocess.call([*lineage, "--", sys.executable, "-c", inner]))
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert told.stdout.decode().strip() == "SIG_IGN"
    assert json.loads((project.folder / "out.jsonl").read_text())
