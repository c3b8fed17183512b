"""Signals reach the program, and the run is recorded all the same."""

import json
import signal
import subprocess
import sys
import time

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
    limit = time.monotonic() + 20
    while not (project.folder / "ready").exists():
        assert time.monotonic() < limit
        assert running.poll() is None
        time.sleep(0.02)
    return running


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


def test_it_ends_as_a_program_that_a_signal_killed(project: Project) -> None:
    running = started(
        project, "import pathlib, time; pathlib.Path('ready').touch(); time.sleep(30)"
    )
    running.terminate()
    assert running.wait(20) == 128 + signal.SIGTERM
    facets = project.artifact("run")["facets"]
    assert (facets["run"]["state"], facets["process"]["signal"]) == ("aborted", "SIGTERM")


def test_a_program_that_was_to_ignore_hangups_still_does(project: Project) -> None:
    program = f"""
import signal, subprocess, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
inner = "import signal; print(signal.getsignal(signal.SIGHUP).name)"
lineage = [sys.executable, "-m", "model_lineage", "run", "--allow-dirty", "--to", "out.jsonl"]
sys.exit(subprocess.call([*lineage, "--", sys.executable, "-c", inner]))
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert told.stdout.decode().strip() == "SIG_IGN"
    assert json.loads((project.folder / "out.jsonl").read_text())
