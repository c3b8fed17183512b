"""What people do: flag, decide, assign, settle. Each leaves an audit entry in its transaction."""

from apps.impact.services.flagging import (
    confirm_flag,
    dismiss_flag,
    flag_artifact,
    request_report,
    withdraw_flag,
)
from apps.impact.services.obligations import (
    assign_obligation,
    reopen_obligation,
    resolve_obligation,
)

__all__ = [
    "assign_obligation",
    "confirm_flag",
    "dismiss_flag",
    "flag_artifact",
    "reopen_obligation",
    "request_report",
    "resolve_obligation",
    "withdraw_flag",
]
