"""Engines: each one this machine has, and ones that misbehave."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.drawing import render
from apps.drawing.engine import Engine, installed_engines

INSTALLED = installed_engines()


@pytest.fixture(params=INSTALLED, ids=[engine.name for engine in INSTALLED])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Draw with this engine alone; the test runs once for each."""
    chosen: Engine = request.param
    monkeypatch.setattr(render, "installed_engines", lambda: (chosen,))
    return chosen


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Engine]:
    """An engine that is a shell script of these lines: `script("sleep 60")`."""

    def written(lines: str) -> Engine:
        path = tmp_path / f"engine-{len(list(tmp_path.iterdir()))}"
        path.write_text(f"#!/bin/sh\n{lines}\n")
        path.chmod(0o755)
        return Engine(path.name, path)

    return written


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let these engines be all there are: `only(first, second)`."""
    return lambda *engines: monkeypatch.setattr(render, "installed_engines", lambda: engines)


@pytest.fixture
def alive() -> Callable[[int], bool]:
    """Whether a process still runs (a zombie does not)."""

    def runs(process_id: int) -> bool:
        try:
            os.kill(process_id, 0)
            state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state != "Z"

    return runs
