"""The files that lie beside a `.wandb` file, in the folder `files`."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.wandb.runs import Run

MAX_BYTES = 4 * 1024 * 1024
_PINNED = re.compile(r"([A-Za-z0-9._-]+)\s*(?:===?\s*(\S+)|(@\s*\S.*))\Z")


@dataclass(frozen=True, slots=True)
class Beside:
    """The folder `files` of one run; nothing outside `root` is read."""

    run: Run
    folder: Path
    root: Path
    place: str

    def metadata(self) -> dict[str, Any]:
        """`wandb-metadata.json`, which older clients wrote."""
        text = self._text("wandb-metadata.json")
        try:
            value = strict_json.loads(text, keep_non_finite=True) if text else {}
        except RecordError as error:
            self._refuse("not_json", f"wandb-metadata.json: {error.message}")
            value = {}
        return value if isinstance(value, dict) else {}

    def add_requirements(self) -> None:
        """The packages by name; one from an address has that instead of a version."""
        odd = 0
        for line in self._text("requirements.txt").splitlines():
            if not (plain := line.strip()) or plain.startswith("#"):
                continue
            if found := _PINNED.match(plain):
                self.run.packages[found[1]] = found[2] or found[3]
            else:
                odd += 1
        if odd:
            message = f"{odd} lines name no version; left out."
            self.run.adapt("requirements.txt", "not_pinned", message)

    def add_diff(self) -> None:
        """Written where the working tree was not clean; its digest tells such trees apart."""
        with self._opened("diff.patch") as content:
            if content is not None:
                self.run.diff = hashlib.file_digest(content, "sha256").hexdigest()

    def _text(self, name: str) -> str:
        with self._opened(name) as content:
            data = content.read(MAX_BYTES + 1) if content is not None else b""
        if len(data) > MAX_BYTES:
            self._refuse("too_large", f"{name} is over {MAX_BYTES:,} bytes; not read.")
            return ""
        return data.decode("utf-8", "replace")

    @contextmanager
    def _opened(self, name: str) -> Iterator[BufferedReader | None]:
        file = self.folder / name
        try:
            if not file.is_file():
                yield None
            elif not file.resolve().is_relative_to(self.root.resolve()):
                self._refuse("outside", f"{name} leads out of the folder; not read.")
                yield None
            else:
                with file.open("rb") as content:
                    yield content
        except OSError as error:
            self._refuse("unreadable", f"{name} cannot be read: {error.strerror}.")
            yield None

    def _refuse(self, code: str, message: str) -> None:
        self.run.refused.append(Remark(self.place, code, message))
