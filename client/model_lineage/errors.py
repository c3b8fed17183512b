"""What can go wrong. Every message says what to do about it."""

from typing import Any


class LineageError(Exception):
    """Whatever this package raises."""


class RefusedError(LineageError):
    """Nothing was begun: what was asked for would not be a record one can rely on."""


class DirtyTreeError(RefusedError):
    """The commit is not the code that would run."""


class ConfigError(RefusedError):
    """The file or the flag that declares the run says something that cannot be meant."""


class UnreachableError(LineageError):
    """No answer came from the server. The same may be sent again later."""


class ApiError(LineageError):
    """The server said no.

    `status` is that of HTTP, `code` the server's word for it (`invalid`, `scope_missing` …),
    `message` what it says to do, `path` the place that is wrong (`$.artifacts[3].kind`, or none);
    `faults` are (path, message) of all places when several are; `body` is the whole answer.
    """

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.code = str(body.get("error") or "error")
        self.message = str(body.get("message") or f"The server answered {status}.")
        self.path = str(body.get("path") or "")
        listed = body.get("errors") or body.get("refused") or []
        self.faults = [
            (str(one.get("path", "")), str(one.get("message", "")))
            for one in listed
            if isinstance(one, dict)
        ]
        self.body = body
        place = f" at {self.path}" if self.path else ""
        super().__init__(f"{status} {self.code}{place}: {self.message}")


class NotFoundError(ApiError):
    """404: nothing bears this id or name."""
