"""The work behind flags. Each job runs without a broker too; a task only calls it."""

from apps.impact.jobs.reporting import compute_report
from apps.impact.jobs.standing import refresh_standing_flags
from apps.impact.jobs.sweeping import sweep_reports

__all__ = ["compute_report", "refresh_standing_flags", "sweep_reports"]
