"""How a program tells the `lineage run` around it what it knows: lines of JSON in one file."""

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from model_lineage.records import Key

RUN_ID = "LINEAGE_RUN_ID"
RUN_FILE = "LINEAGE_RUN_FILE"
MAX_BYTES = 64 * 1024 * 1024
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Outer:
    """The run that this process is part of."""

    key: Key
    root: Path
    file: Path

    def tell(self, said: Mapping[str, Any]) -> None:
        """One statement, in one write: processes may tell at once."""
        written = (json.dumps(said, ensure_ascii=True) + "\n").encode()
        with _LOCK:
            file = os.open(self.file, os.O_WRONLY | os.O_APPEND)
            try:
                os.write(file, written)
            finally:
                os.close(file)


def open_file(file: Path, *, key: Key, root: Path) -> dict[str, str]:
    """Begin the file; the variables with which a program finds it."""
    head = {"run": key.to_json(), "root": os.fspath(root)}
    file.write_text(json.dumps(head) + "\n", encoding="utf-8")
    return {RUN_ID: key.version, RUN_FILE: os.fspath(file)}


def outer_run() -> Optional[Outer]:
    """The run around this process, if there is one and it still listens."""
    place = os.environ.get(RUN_FILE)
    if not place:
        return None
    try:
        with Path(place).open(encoding="utf-8") as file:
            head = json.loads(file.readline())
        key = Key(**head["run"])
        root = Path(head["root"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Outer(key, root, Path(place)) if key.version == os.environ.get(RUN_ID) else None


def read_told(file: Path) -> list[dict[str, Any]]:
    """What the program told, in order. A line cut short by a kill is left out."""
    with file.open("rb") as opened:
        lines = opened.read(MAX_BYTES).split(b"\n")
    found = []
    for written in lines[1:]:
        try:
            said = json.loads(written)
        except ValueError:
            continue
        if isinstance(said, dict):
            found.append(said)
    return found
