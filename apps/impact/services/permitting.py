"""Who may do it, and with what words: checked here, so that pages, REST and admin agree."""

from typing import TYPE_CHECKING

from apps.graph.errors import RecordError
from apps.graph.validation import paragraph
from apps.impact.errors import NotAllowedError

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST_NOTE = 10_000


def require_role(*, actor: "User", role: str, to_do: str) -> None:
    """Raise `NotAllowedError` unless the person's role includes this one."""
    if not actor.may_act_as(role):
        raise NotAllowedError(
            f"You may not {to_do}: that takes the role {role}, yours is {actor.role}. "
            "Ask an administrator."
        )


def required_note(note: str, path: str) -> str:
    """The note without blanks at its ends. RecordError when nothing is left, or too much is."""
    words = paragraph(note, path, limit=LONGEST_NOTE).strip()
    if not words:
        raise RecordError(path, "Say why, in a few words; it stays in the record.")
    return words
