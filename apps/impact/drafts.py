"""Rows that are not stored yet: lighter than models where there are tens of thousands."""

from datetime import datetime
from typing import Any, NamedTuple


class FindingDraft(NamedTuple):
    """The columns of a `Finding`, by their names."""

    report: int
    artifact: int
    consequence: str
    distance: int
    path: list[dict[str, Any]]
    environment: str
    is_live: bool
    owner: str


class ObligationDraft(NamedTuple):
    """The columns of an open `Obligation`, by their names."""

    flag: int
    artifact: int
    consequence: str
    assignee: str
    opened_at: datetime
    opened_by_report: int
    due_at: datetime
    state: str
    note: str
