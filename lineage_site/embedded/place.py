"""What lies where under VAR_DIR, and the secrets that are made once and kept there."""

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

SITE_DIR = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Place:
    """The directory one embedded site lives in. Two sites with two places never meet."""

    root: Path

    def __post_init__(self) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for directory in (self.logs, self.static):
            directory.mkdir(exist_ok=True)

    @property
    def logs(self) -> Path:
        return self.root / "log"

    @property
    def static(self) -> Path:
        return self.root / "static"

    @property
    def lock(self) -> Path:
        return self.root / "run.lock"

    @property
    def first_sign_in(self) -> Path:
        return self.root / "first-sign-in"

    @property
    def example(self) -> Path:
        return self.root / "example"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def secret(self, name: str) -> str:
        """The secret of that name, made at the first call; only this account may read its file."""
        path = self.root / name
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            kept = path.read_text(encoding="utf-8").strip()
            if kept:
                return kept
            path.unlink()  # An empty file is what a crash between making and writing leaves.
            return self.secret(name)
        made = secrets.token_urlsafe(48 if name == "secret-key" else 12)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(made + "\n")
        return made


def the_place() -> Place:
    return Place(Path(os.environ.get("VAR_DIR") or SITE_DIR / "var").resolve())


def say(text: str) -> None:
    """One line to the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
