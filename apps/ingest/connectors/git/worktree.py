"""Whether the files of a work tree differ from its commit, told without running anything.

`git status` runs what the repository's own configuration names (filters, a file system monitor),
so does any library that does as git does. Here the index is read, and a file counts as changed
only if its bytes are not those of the index. Where a filter or a change of line ends may stand
between the two, nothing is said.
"""

import hashlib
import stat
from pathlib import Path

from dulwich.index import SerializedIndexEntry, read_index

from apps.ingest.connectors.git.names import text
from apps.ingest.connectors.git.objects import BROKEN, Repository, walk_files

MAX_INDEX_BYTES = 256 * 1024 * 1024
MAX_HASHED_BYTES = 512 * 1024 * 1024
_SUBMODULE = 0o160000
_SKIP_WORK_TREE = 0x4000


def changes(repository: Repository, tree: bytes) -> dict[str, str] | None:
    """SHA-1 of each changed file by path ("" for one that is gone); none if it cannot be told."""
    index = repository.control / "index"
    if repository.control == repository.root or not index.is_file() or index.is_symlink():
        return None
    if index.stat().st_size > MAX_INDEX_BYTES:
        return None
    try:
        with index.open("rb") as file:
            entries = {text(one.name): one for one in read_index(file)}
    except BROKEN:
        repository.remark("index", "no_index", "Cannot be read: whether files changed is unknown.")
        return None
    committed = {path: sha for path, _, sha in walk_files(repository, tree)}
    return _changed(repository, entries, committed)


def _changed(
    repository: Repository, entries: dict[str, SerializedIndexEntry], committed: dict[str, bytes]
) -> dict[str, str] | None:
    found = dict.fromkeys(committed.keys() - entries.keys(), "")
    left, doubtful = MAX_HASHED_BYTES, False
    for path, entry in entries.items():
        if entry.mode == _SUBMODULE:
            continue
        if committed.get(path) != bytes(entry.sha):
            found[path] = text(bytes(entry.sha))
        elif entry.extended_flags & _SKIP_WORK_TREE:
            continue
        elif (now := _now(repository.root / path, entry, left)) is None:
            doubtful = True
        elif now != text(bytes(entry.sha)):
            left -= entry.size
            found[path] = now
    filtered = _has_filters(repository, committed)
    certain = {path: sha for path, sha in found.items() if not filtered or not sha}
    if certain:
        return certain
    return None if doubtful or found else {}


def _now(file: Path, entry: SerializedIndexEntry, left: int) -> str | None:
    """The SHA-1 of a file's bytes, as git names a blob; "" if it is gone."""
    try:
        about = file.lstat()
        followed = stat.S_ISLNK(about.st_mode) or any(one.is_symlink() for one in file.parents)
        if followed or not stat.S_ISREG(about.st_mode) or about.st_size > left:
            return None
        if _same_stat(entry, about.st_size, about.st_mtime_ns):
            return text(bytes(entry.sha))
        digest = hashlib.sha1(f"blob {about.st_size}\0".encode(), usedforsecurity=False)
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        return None


def _same_stat(entry: SerializedIndexEntry, size: int, mtime: int) -> bool:
    if not isinstance(entry.mtime, tuple):
        return False
    seconds, rest = entry.mtime
    return entry.size == size and seconds * 1_000_000_000 + rest == mtime


def _has_filters(repository: Repository, committed: dict[str, bytes]) -> bool:
    """Whether anything asks git to change files on their way in or out."""
    if (repository.control / "info/attributes").exists():
        return True
    if any(path.rpartition("/")[2] == ".gitattributes" for path in committed):
        return True
    return repository.converts_line_ends
