"""Why a picture could not be drawn."""

from typing import Literal

Reason = Literal["too_large", "timed_out", "failed", "missing"]


class DrawingError(Exception):
    """A picture could not be drawn.

    `reason` is for the caller's choice of what to show instead, the message is fit to be shown to
    a person, `detail` (what the engine said, at most 300 characters) is for the log only.
    """

    def __init__(self, reason: Reason, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.message = message
        self.detail = detail
