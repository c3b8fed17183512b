"""The program that lays a picture out, run in a process of its own under limits.

Either the system's `dot` or, where there is none, the `graphviz-pure` that comes with the
installation. Layout time grows steeply with the picture, so no request may wait on it unbounded.
"""

import math
import os
import shutil
import signal
import subprocess
import sysconfig
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from apps.drawing.errors import DrawingError

MEMORY_LIMIT_KIB = 768 * 1024
LONGEST_DETAIL = 300

# The shell sets the limits and becomes the program: `preexec_fn` is not safe in a threaded server.
_UNDER_LIMITS = (
    'ulimit -c 0 2>/dev/null; ulimit -t "$1" 2>/dev/null; ulimit -v "$2" 2>/dev/null;'
    ' shift 2; exec "$@"'
)
# Nothing else of our environment (secrets among it) is the program's business.
_KEPT_ENVIRONMENT = ("PATH", "HOME", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
_OUT_OF_TIME_SIGNALS = frozenset({-signal.SIGXCPU, -signal.SIGKILL})


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that reads DOT on its standard input and writes SVG."""

    name: str
    path: Path

    @property
    def fingerprint(self) -> str:
        """Differs whenever the program does, so that an upgrade redraws."""
        state = self.path.stat()
        return f"{self.path} {state.st_size} {state.st_mtime_ns}"


def installed_engines() -> tuple[Engine, ...]:
    """Engines of this machine, preferred first; empty when there is none."""
    scripts = sysconfig.get_path("scripts")
    places = {
        "dot": shutil.which("dot"),
        "graphviz-pure": shutil.which("graphviz-pure", path=scripts)
        or shutil.which("graphviz-pure"),
    }
    return tuple(Engine(name, Path(place)) for name, place in places.items() if place)


def lay_out(
    engine: Engine, text: str, *, time_limit: float, memory_limit_kib: int = MEMORY_LIMIT_KIB
) -> bytes:
    """The engine's SVG for DOT text.

    Raises DrawingError: `timed_out` after `time_limit` seconds by the clock or of the processor,
    `failed` when the engine gave no picture (a memory limit reached among the causes).
    """
    limits = [str(math.ceil(time_limit) + 1), str(memory_limit_kib)]
    command = ["/bin/sh", "-c", _UNDER_LIMITS, "sh", *limits, str(engine.path), "-Tsvg"]
    try:
        process = subprocess.Popen(  # noqa: S603 - a fixed command; outside text is on stdin only
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise _failed(engine, str(error)) from error
    with process:
        try:
            picture, complaints = process.communicate(text.encode(), timeout=time_limit)
        except subprocess.TimeoutExpired as error:
            _end(process)
            raise _timed_out(time_limit) from error
        except BaseException:
            _end(process)
            raise
    if process.returncode in _OUT_OF_TIME_SIGNALS:
        raise _timed_out(time_limit)
    if process.returncode != 0 or b"<svg" not in picture:
        raise _failed(engine, complaints.decode(errors="replace"))
    return picture


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    # SERVER_NAME tells dot that it serves strangers: it then opens no files the text might name.
    return kept | {"LANG": "C.UTF-8", "SERVER_NAME": "drawing"}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the engine and whatever it started: its group bears its id."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _timed_out(time_limit: float) -> DrawingError:
    return DrawingError(
        "timed_out",
        f"The graph took longer than {round(time_limit, 1):g} seconds to lay out. Show fewer"
        " steps or kinds, or read it as a table.",
    )


def _failed(engine: Engine, complaints: str) -> DrawingError:
    return DrawingError(
        "failed",
        f"The graph could not be laid out: {engine.name} gave no picture. Read it as a table.",
        detail=complaints.strip()[:LONGEST_DETAIL],
    )
