"""Why a flag, a report or an obligation was not changed."""

from apps.graph.errors import LineageError


class NotAllowedError(LineageError):
    """The person's role does not include this."""


class StateError(LineageError):
    """What was asked for does not follow from the present state. The message says the way on."""
