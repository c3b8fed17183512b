"""The files beside a Neptune export or log: found without ever leaving the folder, and hashed."""

import hashlib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.graph import strict_json
from apps.graph.errors import RecordError

MAX_LIST_BYTES = 32 * 1024 * 1024
MAX_MEMBERS = 20_000
BLOCK = 1024 * 1024


class FileError(Exception):
    """The file may not be read. `code` says which sort of fault it is."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Files:
    """The folders in which a relative path may mean something; none of them is ever left."""

    folders: tuple[Path, ...] = ()

    def find(self, where: str) -> Path:
        if not self.folders:
            raise FileError("file_missing", f"{where[:200]!r} is not beside what was read.")
        parts = where.split("/")
        if not where or "\0" in where or "\\" in where or where.startswith("/") or ".." in parts:
            raise FileError("outside", f"{where[:200]!r} leads out of the export; not read.")
        for folder in self.folders:
            try:
                found = (folder / where).resolve()
                exists = found.exists()
            except (OSError, ValueError, RuntimeError) as error:
                raise FileError("file_unreadable", f"{where[:200]!r}: {error}") from error
            if exists and not found.is_relative_to(folder.resolve()):
                raise FileError("outside", f"{where[:200]!r} leads out of the export; not read.")
            if exists:
                return found
        raise FileError("file_missing", f"{where[:200]!r} is not in the export.")


def sha256_of(file: Path) -> tuple[str, int]:
    """(hexadecimal SHA-256, bytes) of one plain file."""
    total, size = hashlib.sha256(), 0
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise FileError("not_a_file", f"{file.name!r} is no plain file.")
        with file.open("rb") as opened:
            while block := opened.read(BLOCK):
                total.update(block)
                size += len(block)
    except OSError as error:
        raise FileError("file_unreadable", f"{file.name!r} cannot be read: {error}") from error
    return total.hexdigest(), size


def members_of(folder: Path) -> Iterator[tuple[str, str, int]]:
    """(path in the folder, SHA-256, bytes) of every plain file; links are left out."""
    files = sorted(one for one in folder.rglob("*") if one.is_file() and not one.is_symlink())
    if len(files) > MAX_MEMBERS:
        raise FileError("too_many", f"{len(files):,} files; at most {MAX_MEMBERS:,} are read.")
    for file in files:
        if file.resolve().is_relative_to(folder):
            yield file.relative_to(folder).as_posix(), *sha256_of(file)


def list_in(file: Path) -> tuple[Any, ...]:
    """What `files_list.json` holds: `filePath, fileHash, type, size, metadata` of each file."""
    try:
        if not stat.S_ISREG(file.stat().st_mode) or file.stat().st_size > MAX_LIST_BYTES:
            raise FileError("no_list", f"{file.name!r} is no list of at most {MAX_LIST_BYTES:,} B.")
        found = strict_json.loads(file.read_bytes())
    except (OSError, RecordError) as error:
        raise FileError("no_list", f"{file.name!r}: {error}") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise FileError("no_list", f"{file.name!r} is not a list of files.")
    return tuple(found)
