"""A report as a file, a piece at a time: none of it needs to fit in memory."""

import csv
import json
from collections.abc import Iterator
from typing import Any

from apps.graph.spreadsheets import harmless
from apps.graph.strict_json import canonical
from apps.graph.vocabulary import Consequence, kind_label, role_named
from apps.impact.models import Report
from apps.impact.selectors.hashing import finding_content, hash_of_head
from apps.impact.selectors.reports import report_completeness, report_headline, report_rows

COLUMNS = (
    "kind",
    "namespace",
    "name",
    "version",
    "consequence",
    "distance",
    "environment",
    "is_live",
    "owner",
    "obligation",
    "assignee",
    "path",
)
CHUNK = 2000
# A spreadsheet would run a cell that begins so as a formula.


class _Line:
    """What `csv.writer` writes to: hands each line back."""

    def write(self, text: str) -> str:
        return text


def report_as_csv(*, report: Report) -> Iterator[str]:
    """One line a finding, nearest first, after a line of column names."""
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield writer.writerow(COLUMNS)
    rows: Iterator[Any] = report_rows(report=report).iterator(chunk_size=CHUNK)
    for row in rows:
        cells = (
            kind_label(row.artifact.kind),
            row.artifact.namespace,
            row.artifact.name,
            row.artifact.version,
            Consequence(row.consequence).label,
            row.distance,
            row.environment,
            "yes" if row.is_live else "",
            row.owner,
            row.obligation_state or "",
            row.assignee or "",
            path_in_words(row.path),
        )
        yield writer.writerow([harmless(cell) for cell in cells])


def path_in_words(path: list[dict[str, Any]]) -> str:
    """The path from the affected artifact back to the flagged one.

    >>> path_in_words([{"name": "raw", "version": "1", "role": ""},
    ...                {"name": "fraud", "version": "", "role": "training"}])
    'fraud was trained on raw@1'
    """
    words: list[str] = []
    for step in reversed(path):
        if omitted := step.get("omitted"):
            words.append(f"… {omitted:,} more steps …")
            continue
        words.append(f"{step['name']}@{step['version']}" if step["version"] else step["name"])
        if step["role"]:
            words.append(role_named(step["role"]).phrase)
    return " ".join(words)


def report_as_json(*, report: Report) -> Iterator[str]:
    """One JSON document. `content_hash` is SHA-256 over the canonical JSON (sorted keys, no
    spaces, UTF-8) of `content`, then of each of `findings`, each followed by a line feed.
    """
    head = {
        "flag": report.flag_id,
        "report": report.number,
        "state": report.state,
        "headline": report_headline(report=report) if report.is_complete else "",
        "completeness": report_completeness(report=report) if report.is_complete else [],
        "requested_at": report.requested_at.isoformat(),
        "finished_at": report.finished_at.isoformat() if report.finished_at else None,
        "content_hash": report.content_hash,
    }
    yield json.dumps(head, ensure_ascii=False)[:-1]
    yield f', "content": {canonical(hash_of_head(report).head)}, "findings": ['
    comma = "\n"
    for row in report_rows(report=report).iterator(chunk_size=CHUNK):
        yield comma + canonical(finding_content(row, row.artifact.key))
        comma = ",\n"
    yield "\n]}\n"
