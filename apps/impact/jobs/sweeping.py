"""Reports that wait are called for again until they are done."""

from collections.abc import Callable

from apps.impact.models import Report
from apps.work.sweeping import sweep


def sweep_reports(*, publish: Callable[[int], bool], at_once: bool = False) -> int:
    """Call a worker for each unfinished report that is due; how many were called for."""
    return sweep(Report, publish=publish, at_once=at_once)
