"""The files that lie beside a `.wandb` file, in the folder `files`."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.wandb.making import (
    DIFF,
    MAX_BYTES,
    METADATA,
    REQUIREMENTS,
    metadata_in,
    take_requirements,
)
from apps.ingest.connectors.wandb.runs import Run


@dataclass(frozen=True, slots=True)
class Beside:
    """The folder `files` of one run; nothing outside `root` is read."""

    run: Run
    folder: Path
    root: Path
    place: str

    def metadata(self) -> dict[str, Any]:
        """What older clients wrote beside the log."""
        return metadata_in(self._text(METADATA), self.run, self.place)

    def add_requirements(self) -> None:
        take_requirements(self.run, self._text(REQUIREMENTS))

    def add_diff(self) -> None:
        """Written where the working tree was not clean; its digest tells such trees apart."""
        with self._opened(DIFF) as content:
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
