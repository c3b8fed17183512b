"""Layouts already made, as files named by the digest of what they were made from.

A cache is a convenience: a folder that cannot be read or written slows drawing down and no more.
What is read back is as little trusted as what an engine writes.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

MOST_FILES = 500


def digest_of(*parts: str) -> str:
    """The name under which a layout of these parts is kept."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def kept_layout(folder: Path, digest: str) -> bytes | None:
    """The layout kept under a digest, or None. Reading makes it count as new."""
    path = folder / f"{digest}.svg"
    try:
        layout = path.read_bytes()
        os.utime(path)
    except OSError:
        return None
    return layout


def keep_layout(folder: Path, digest: str, layout: bytes, *, most: int = MOST_FILES) -> None:
    """Keep a layout: written beside and moved into place, so no reader sees half of one."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="partial-", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(layout)
            Path(name).replace(folder / f"{digest}.svg")
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        _forget_oldest(folder, most)


def _forget_oldest(folder: Path, most: int) -> None:
    ages: list[tuple[int, Path]] = []
    for path in folder.iterdir():
        # Another process may forget the same file first.
        with suppress(OSError):
            ages.append((path.stat().st_mtime_ns, path))
    for _, path in sorted(ages)[: max(0, len(ages) - most)]:
        path.unlink(missing_ok=True)
