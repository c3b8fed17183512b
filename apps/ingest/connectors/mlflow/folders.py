"""Files of models in a folder: listed, hashed, and the few read that say what the model needs.

Nothing of a model is loaded. Stores name absolute paths of the machine that wrote them, or
`mlflow-artifacts:/…` of a server: what they name is looked for below the store's own folder, and
nowhere else, whatever a store says.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from apps.ingest.connectors.mlflow.store import MODEL_FILES, ModelFiles, StoredFile

MAX_FILES = 1_000
MAX_HASHED_BYTES = 4 * 1024**3
MAX_TEXT_BYTES = 1024 * 1024
# Where a server keeps what it calls `mlflow-artifacts:/`, if nobody said otherwise.
SERVED = ("mlartifacts", "mlruns", ".")
_CHUNK = 1024 * 1024


def files_at(uri: str, root: Path) -> ModelFiles:
    """The files below an address that a store names. None if they are not below its folder."""
    folder = folder_of(uri, root)
    return read_folder(folder, root) if folder else ModelFiles()


def folder_of(uri: str, root: Path) -> Path | None:
    """The folder in the store that an address stands for: the longest end of it that is there."""
    try:
        scheme, path = urlsplit(uri).scheme, unquote(urlsplit(uri).path)
    except ValueError:
        return None
    if scheme not in {"", "file", "mlflow-artifacts"}:
        return None
    parts = [part for part in PurePosixPath(path).parts if part not in {"/", ".."}]
    tops = SERVED if scheme == "mlflow-artifacts" else (".",)
    # Two parts at least: a folder named `artifacts` is in every store.
    for start in range(max(len(parts) - 1, 0)):
        for top in tops:
            candidate = root.joinpath(top, *parts[start:])
            if _is_inside(candidate, root) and candidate.is_dir():
                return candidate
    return None


def read_folder(folder: Path, root: Path) -> ModelFiles:
    found = ModelFiles()
    for count, path in enumerate(_walked(folder)):
        name = path.relative_to(folder).as_posix()
        if count >= MAX_FILES:
            found.faults.append(f"There are more than {MAX_FILES:,} files; the rest is not read.")
            break
        if not _is_inside(path, root):
            found.faults.append(f"{name} leads out of the store; not read.")
            continue
        try:
            size = path.stat().st_size
            digest = _sha256(path) if size <= MAX_HASHED_BYTES else ""
            if name in MODEL_FILES and size <= MAX_TEXT_BYTES:
                found.texts[name] = path.read_bytes()
        except OSError as error:
            found.faults.append(f"{name} cannot be read: {error.strerror}.")
            continue
        found.files.append(StoredFile(name, size, digest))
    found.files.sort(key=lambda one: one.path)
    return found


def _walked(folder: Path) -> Iterator[Path]:
    """The files in order of name; links to folders are not followed."""
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(top, name)
            if path.is_file():
                yield path


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()
