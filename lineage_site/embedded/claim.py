"""One supervisor for one place: the lock, and what it says of who holds it.

The lock is the kernel's, so it is free as soon as its holders are gone, however they went. The
supervisor shares it with its tether: after a kill -9 the place is taken until all is cleared away.
"""

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

CLEARING_SECONDS = 20.0


class AlreadyRunsError(Exception):
    """Another supervisor holds the place. `url` and `pid` say where and which."""

    def __init__(self, *, url: str, pid: int) -> None:
        super().__init__(url)
        self.url = url
        self.pid = pid


def claim(path: Path, *, url: str) -> int:
    """Takes the lock and gives its file descriptor, or raises `AlreadyRunsError`."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    limit = time.monotonic() + CLEARING_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(path)
            pid = int(holder.get("pid", 0))
            if _alive(pid) or time.monotonic() > limit:
                os.close(descriptor)
                raise AlreadyRunsError(url=str(holder.get("url", "")), pid=pid) from None
            time.sleep(0.2)
        else:
            break
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "url": url}).encode(), 0)
    return descriptor


def _holder(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0
