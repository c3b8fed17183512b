"""A project under version control, and the program `lineage` in it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from model_lineage import cli

CLIENT = Path(__file__).parents[2] / "client"


@dataclass(frozen=True)
class Project:
    """A repository with a committed script, and what `lineage` said of runs in it."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def git(self, *arguments: str) -> str:
        told = subprocess.run(
            ["git", "-C", self.folder, *arguments], capture_output=True, check=True, text=True
        )
        return told.stdout.strip()

    def write(self, path: str, content: str = "something long enough to be told apart\n") -> Path:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
        return place

    def commit(self, path: str, content: str) -> None:
        self.write(path, content)
        self.git("add", "--force", path)
        self.git("commit", "--quiet", "--message", f"Add {path}")

    def lineage(self, *arguments: str) -> tuple[int, str]:
        """(exit status, what was said on standard error)."""
        status = cli.main(arguments)
        return status, self.capsys.readouterr().err

    def run(self, *arguments: str, script: str = "") -> tuple[int, str]:
        """`lineage run ARGUMENTS` of a shell script, recorded in `out.jsonl`."""
        return self.lineage("run", "--to", "out.jsonl", *arguments, "--", "sh", "-c", script or ":")

    def recorded(self) -> list[dict[str, Any]]:
        file = self.folder / "out.jsonl"
        return [json.loads(one) for one in file.read_text().splitlines()] if file.exists() else []

    def artifacts(self, kind: str) -> list[dict[str, Any]]:
        """Those of the last batch."""
        return [one for one in self.recorded()[-1]["artifacts"] if one["kind"] == kind]

    def artifact(self, kind: str) -> dict[str, Any]:
        (found,) = self.artifacts(kind)
        return found

    def roles(self) -> set[tuple[str, str, str]]:
        """(upstream, role, downstream) of the last batch, by name."""
        return {
            (one["upstream"]["name"], one["role"], one["downstream"]["name"])
            for one in self.recorded()[-1]["edges"]
        }


@pytest.fixture(autouse=True)
def _nobody_s_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither this machine's git configuration nor its LINEAGE_ variables."""
    for name in os.environ:
        if name.startswith(("LINEAGE_", "GIT_")) or name in {"PYTHONHASHSEED", "VIRTUAL_ENV"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "dana")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "dana@example.org")
    # What the programs under test find.
    monkeypatch.setenv("PYTHONPATH", str(CLIENT))


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Project:
    if shutil.which("git") is None:
        pytest.skip("needs git")
    folder = tmp_path / "churn"
    folder.mkdir()
    made = Project(folder, capsys)
    made.git("init", "--quiet", "--initial-branch", "main")
    made.git("remote", "add", "origin", "https://dana:hunter2@git.example/acme/churn.git")
    made.commit("train.py", "print('training')\n")
    monkeypatch.chdir(folder)
    return made


@pytest.fixture
def python() -> Callable[[str], list[str]]:
    """A command that runs this text: `python("print(1)")`."""

    def command(text: str) -> list[str]:
        return [sys.executable, "-c", text]

    return command
