"""Reading flags, reports and obligations."""

from apps.impact.selectors.exports import path_in_words, report_as_csv, report_as_json
from apps.impact.selectors.flags import (
    AffectedStatus,
    affected_status,
    flags,
    flags_on,
    flags_over,
    open_flags,
)
from apps.impact.selectors.hashing import hash_of_report
from apps.impact.selectors.previews import Preview, Sampled, preview
from apps.impact.selectors.reports import (
    CaseProgress,
    ChangedFinding,
    ReportDiff,
    case_progress,
    latest_report,
    newest_report,
    obligations_due,
    obligations_of,
    previous_report,
    report_completeness,
    report_diff,
    report_headline,
    report_rows,
)
from apps.impact.selectors.rollbacks import RollBack, clean_earlier_versions, roll_backs

__all__ = [
    "AffectedStatus",
    "CaseProgress",
    "ChangedFinding",
    "Preview",
    "ReportDiff",
    "RollBack",
    "Sampled",
    "affected_status",
    "case_progress",
    "clean_earlier_versions",
    "flags",
    "flags_on",
    "flags_over",
    "hash_of_report",
    "latest_report",
    "newest_report",
    "obligations_due",
    "obligations_of",
    "open_flags",
    "path_in_words",
    "preview",
    "previous_report",
    "report_as_csv",
    "report_as_json",
    "report_completeness",
    "report_diff",
    "report_headline",
    "report_rows",
    "roll_backs",
]
