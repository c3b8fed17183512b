"""Digests of files and folders, read in pieces."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PIECE = 1024 * 1024

# What tells a file that was written from one that was not: place, size and time of each.
Signature = tuple[tuple[bytes, int, int, int], ...]


@dataclass(frozen=True)
class Content:
    """What a path held: `digest` is `algorithm:value`, `files` 0 for a single file."""

    digest: str
    size_bytes: int
    files: int = 0


def content_of(path: Path) -> Content:
    """`sha256` of a file's bytes; `folder_sha256` of a folder, which is a digest of another make.

    A folder's digest is the SHA-256 over, for each file sorted by the bytes of its path relative
    to the folder with `/` between: the file's SHA-256 in hexadecimal, two spaces, that path, a
    zero byte. Empty folders do not count; a link to a file counts as that file, any other link
    as the SHA-256 of `link:` and where it points. OSError if something cannot be read.
    """
    if not path.is_dir():
        digest, size = _file(path)
        return Content(f"sha256:{digest}", size)
    whole, total, files = hashlib.sha256(), 0, 0
    for relative, place in _members(path):
        if place.is_symlink() and not place.is_file():
            digest, size = hashlib.sha256(b"link:" + os.fsencode(place.readlink())).hexdigest(), 0
        else:
            digest, size = _file(place)
        whole.update(digest.encode() + b"  " + relative + b"\0")
        total, files = total + size, files + 1
    return Content(f"folder_sha256:{whole.hexdigest()}", total, files)


def file_digest(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    return _file(path)[0]


def _file(path: Path) -> tuple[str, int]:
    whole, size = hashlib.sha256(), 0
    # Without O_NONBLOCK a named pipe that nobody writes to would be waited for.
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "is neither a file nor a folder", str(path))
        while piece := file.read(PIECE):
            whole.update(piece)
            size += len(piece)
    return whole.hexdigest(), size


def _members(folder: Path) -> Iterator[tuple[bytes, Path]]:
    """(relative path in bytes, path) of all that counts, sorted."""
    found: list[tuple[bytes, Path]] = []
    for place, folders, files in os.walk(folder, onerror=_raise):
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in (*files, *links):
            path = Path(place, name)
            found.append((os.fsencode(path.relative_to(folder).as_posix()), path))
    yield from sorted(found)


def _raise(error: OSError) -> None:
    raise error


def signature_of(path: Path) -> Signature:
    """Changes when the path is written, without reading it; empty for what is not there."""
    try:
        places = list(_members(path)) if path.is_dir() else [(b"", path)]
        return tuple(
            (relative, about.st_size, about.st_mtime_ns, about.st_ino)
            for relative, place in places
            for about in (place.lstat() if place.is_symlink() else place.stat(),)
        )
    except OSError:
        return ()
