"""Writing a finished report: all of it or, when the lease was lost, nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.audit.services import record_entry
from apps.catalog.services.inserting import insert_rows
from apps.graph.strict_json import canonical
from apps.graph.vocabulary import Consequence
from apps.impact.drafts import FindingDraft, ObligationDraft
from apps.impact.jobs.gathering import Outcome
from apps.impact.models import (
    DAYS_TO_ACT,
    Finding,
    Flag,
    Obligation,
    ObligationState,
    Report,
    Severity,
)
from apps.impact.selectors.hashing import ReportHash, finding_content
from apps.impact.tally import OBLIGING_KINDS
from apps.work.claiming import Claim, LeaseLostError, held
from apps.work.models import WorkState


def complete(*, claim: Claim[Report], flag_id: int, outcome: Outcome) -> None:
    """Store the outcome under the claim; LeaseLostError, and nothing stored, if it was lost."""
    with transaction.atomic():
        flag = (
            Flag.objects.select_related("artifact", "latest_report")
            .select_for_update(of=("self",))
            .get(pk=flag_id)
        )
        before = _consequences(flag.latest_report)
        changes = _changes(before, outcome) if flag.latest_report else {}
        finished = held(claim).update(
            state=WorkState.COMPLETE,
            stage="Complete",
            done=len(outcome),
            total=len(outcome),
            lease_until=None,
            finished_at=timezone.now(),
            revision=outcome.revision,
            counts=outcome.counts,
            completeness=outcome.completeness,
            remedies=outcome.remedies,
            changes=changes,
            fingerprint=outcome.fingerprint,
            error="",
        )
        if finished != 1:
            raise LeaseLostError
        content_hash = _store_findings(claim, flag, outcome)
        report = Report.objects.get(pk=claim.pk)
        opened = 0
        if flag.latest_report is None or flag.latest_report.number < report.number:
            opened = _settle(flag, report, outcome) if flag.is_live else 0
            Flag.objects.filter(pk=flag.pk).update(
                latest_report=report, checked_revision=outcome.revision
            )
        record_entry(
            actor=None,
            action="report.completed",
            subject=f"flag:{flag.pk}",
            details={
                "report": report.number,
                "revision": outcome.revision,
                "findings": len(outcome),
                "obligations_opened": opened,
                "content_hash": content_hash,
            },
        )


def _consequences(report: Report | None) -> dict[int, str]:
    return dict(report.findings.values_list("artifact_id", "consequence")) if report else {}


def _changes(before: dict[int, str], outcome: Outcome) -> dict[str, Any]:
    now = {pk: one.consequence.value for pk, one in outcome.radius.affected.items()}
    return {
        "added": len(now.keys() - before.keys()),
        "gone": len(before.keys() - now.keys()),
        "changed": sum(before[pk] != now[pk] for pk in before.keys() & now.keys()),
    }


def _store_findings(claim: Claim[Report], flag: Flag, outcome: Outcome) -> str:
    """Insert the findings and return the content hash, which `hash_of_report` finds again."""
    total = ReportHash(
        flag=flag,
        revision=outcome.revision,
        counts=outcome.counts,
        completeness=outcome.completeness,
        remedies=outcome.remedies,
    )

    def rows() -> Iterator[tuple[Any, ...]]:
        for draft in outcome.findings(claim.pk):
            total.add(finding_content(draft, outcome.facts[draft.artifact].key))
            yield draft._replace(path=canonical(draft.path))  # type: ignore[arg-type] # as text

    insert_rows(model=Finding, names=FindingDraft._fields, rows=rows())
    Report.objects.filter(pk=claim.pk).update(content_hash=total.hexdigest())
    return total.hexdigest()


def _settle(flag: Flag, report: Report, outcome: Outcome) -> int:
    """Bring the obligations into line with the report; say how many were opened or re-opened."""
    now = timezone.now()
    due_at = now + timedelta(days=DAYS_TO_ACT[Severity(flag.severity)])
    known = {one.artifact_id: one for one in flag.obligations.select_for_update()}
    opened: list[ObligationDraft] = []
    changed: list[Obligation] = []
    reached: set[int] = set()
    re_opened = 0
    for one, facts in outcome.affected():
        if facts.kind not in OBLIGING_KINDS:
            continue
        reached.add(one.artifact)
        consequence = one.consequence.value
        if (obligation := known.get(one.artifact)) is None:
            opened.append(
                ObligationDraft(
                    flag=flag.pk,
                    artifact=one.artifact,
                    consequence=consequence,
                    assignee=facts.owner,
                    opened_at=now,
                    opened_by_report=report.pk,
                    due_at=due_at,
                    state=ObligationState.OPEN.value,
                    note="",
                )
            )
        elif _must_be_reopened(obligation, consequence):
            _reopen(obligation, report, consequence, due_at)
            re_opened += 1
            changed.append(obligation)
        elif obligation.state == ObligationState.OPEN and obligation.consequence != consequence:
            obligation.consequence = consequence
            changed.append(obligation)
    changed.extend(_no_longer_reached(known, reached, report, now))
    insert_rows(model=Obligation, names=ObligationDraft._fields, rows=opened)
    Obligation.objects.bulk_update(
        changed,
        ["state", "consequence", "note", "decided_by", "decided_at", "due_at", "opened_by_report"],
        batch_size=200,
    )
    return len(opened) + re_opened


def _must_be_reopened(obligation: Obligation, consequence: str) -> bool:
    """When it had been dropped because nothing reached it, or was settled for less than this."""
    if obligation.state == ObligationState.OPEN:
        return False
    dropped = obligation.state == ObligationState.DISMISSED and obligation.decided_by_id is None
    worse = consequence == Consequence.CONTAMINATES != obligation.consequence
    return dropped or worse


def _reopen(obligation: Obligation, report: Report, consequence: str, due_at: datetime) -> None:
    obligation.state = ObligationState.OPEN
    obligation.consequence = consequence
    obligation.note = ""
    obligation.decided_by = None
    obligation.decided_at = None
    obligation.due_at = due_at
    obligation.opened_by_report = report


def _no_longer_reached(
    known: dict[int, Obligation], reached: set[int], report: Report, now: datetime
) -> Iterator[Obligation]:
    for artifact_id, obligation in known.items():
        if artifact_id not in reached and obligation.state == ObligationState.OPEN:
            obligation.state = ObligationState.DISMISSED
            obligation.note = f"No longer affected as of report {report.number}."
            obligation.decided_at = now
            yield obligation
