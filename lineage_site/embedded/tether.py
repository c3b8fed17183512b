"""Ends the site's processes when their supervisor is gone, however it went.

Run as a script of its own. Its standard input is a pipe from the supervisor, which writes `+123`
when it has started process group 123 and `-123` when that is over. The pipe closes when the
supervisor ends, also by kill -9; what is still in the list then is asked to stop, then killed.
"""

import os
import signal
import sys
import time
from contextlib import suppress

PATIENCE_SECONDS = 10.0


def groups_left_by(lines: list[str]) -> list[int]:
    """The groups started and not ended.

    >>> groups_left_by(["+7", "+9", "-7"])
    [9]
    """
    left: dict[int, None] = {}
    for line in lines:
        group = int(line[1:])
        if line.startswith("+"):
            left[group] = None
        else:
            left.pop(group, None)
    return list(left)


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end(groups: list[int]) -> None:
    for group in groups:
        with suppress(ProcessLookupError):
            os.kill(group, signal.SIGTERM)
    limit = time.monotonic() + PATIENCE_SECONDS
    while any(map(alive, groups)) and time.monotonic() < limit:
        time.sleep(0.1)
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end(groups_left_by([line.strip() for line in sys.stdin if line.strip()]))


if __name__ == "__main__":
    main()
