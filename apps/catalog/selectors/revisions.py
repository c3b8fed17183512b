"""Which revision the graph is at, and was at."""

from datetime import datetime

from apps.catalog.models import Revision


def current_revision() -> int:
    """The number of the last committed change; 0 for an empty graph."""
    return Revision.objects.order_by("-number").values_list("number", flat=True).first() or 0


def revision_at(*, when: datetime) -> int:
    """The last revision committed at or before a time; 0 if there was none."""
    committed = Revision.objects.filter(committed_at__lte=when).order_by("-number")
    return committed.values_list("number", flat=True).first() or 0
