"""The content hash of a report: what it says, not the ids and times under which it is stored."""

import hashlib
from typing import Any

import msgspec

from apps.graph.records import ArtifactKey
from apps.graph.strict_json import canonical
from apps.impact.drafts import FindingDraft
from apps.impact.models import Finding, Flag, Report

_OF_THIS_DATABASE = frozenset({"id", "committed_at"})


class ReportHash:
    """SHA-256 over canonical JSON: a line for the head, then one for each finding in order."""

    def __init__(
        self,
        *,
        flag: Flag,
        revision: int,
        counts: dict[str, Any],
        completeness: dict[str, Any],
        remedies: list[dict[str, Any]],
    ) -> None:
        self._total = hashlib.sha256()
        self.head = {
            "flagged": msgspec.structs.asdict(flag.artifact.key),
            "scope": flag.scope,
            "revision": revision,
            "counts": counts,
            "completeness": portable(completeness),
            "remedies": portable(remedies),
        }
        self.add(self.head)

    def add(self, content: dict[str, Any]) -> None:
        self._total.update(canonical(content).encode())
        self._total.update(b"\n")

    def hexdigest(self) -> str:
        return self._total.hexdigest()


def portable(value: Any) -> Any:
    """A JSON value without what only this database knows.

    >>> portable([{"id": 7, "name": "raw"}])
    [{'name': 'raw'}]
    """
    match value:
        case dict():
            return {
                name: portable(inner)
                for name, inner in value.items()
                if name not in _OF_THIS_DATABASE
            }
        case list():
            return [portable(inner) for inner in value]
    return value


def finding_content(finding: Finding | FindingDraft, key: ArtifactKey) -> dict[str, Any]:
    """A finding as the hash and the exports see it."""
    return {
        "artifact": msgspec.structs.asdict(key),
        "consequence": finding.consequence,
        "distance": finding.distance,
        "environment": finding.environment,
        "is_live": finding.is_live,
        "owner": finding.owner,
        "path": portable(finding.path),
    }


def hash_of_head(report: Report) -> ReportHash:
    """The hash so far; `head` is what it covers."""
    return ReportHash(
        flag=report.flag,
        revision=report.revision or 0,
        counts=report.counts,
        completeness=report.completeness,
        remedies=report.remedies,
    )


def hash_of_report(*, report: Report) -> str:
    """The content hash worked out again from the stored rows; equal to `content_hash` unless
    somebody has changed them.
    """
    total = hash_of_head(report)
    rows = report.findings.select_related("artifact").defer("artifact__facets", "artifact__stamps")
    for finding in rows.order_by("pk").iterator(chunk_size=2000):
        total.add(finding_content(finding, finding.artifact.key))
    return total.hexdigest()
