"""Reports, their rows, and what changed from one to the next."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Lower
from django.utils import timezone

from apps.graph.vocabulary import PRODUCTION, Consequence, Kind
from apps.impact.models import (
    LIVE_STATES,
    Finding,
    Flag,
    Obligation,
    ObligationState,
    Report,
)
from apps.impact.selectors.facts import CHUNK
from apps.impact.wording import completeness_sentences, headline
from apps.work.models import WorkState


def latest_report(*, flag: Flag) -> Report | None:
    """The last complete report; None while the first one is on its way."""
    return flag.latest_report


def newest_report(*, flag: Flag) -> Report | None:
    """The last report asked for, in whatever state: what the progress of a case is shown from."""
    return flag.reports.order_by("-number").first()


def previous_report(*, report: Report) -> Report | None:
    """The complete report before this one."""
    earlier = Report.objects.filter(
        flag=report.flag_id, state=WorkState.COMPLETE, number__lt=report.number
    )
    return earlier.order_by("-number").first()


def report_headline(*, report: Report) -> str:
    """One or two sentences: what the flagged artifact touched and where that is running."""
    return headline(counts=report.counts, kind=report.flag.artifact.kind)


def report_completeness(*, report: Report) -> list[str]:
    """Sentences on how whole the report is; the first names its revision."""
    return completeness_sentences(completeness=report.completeness, revision=report.revision or 0)


def report_rows(*, report: Report) -> QuerySet[Finding]:
    """The findings, nearest first, each with its artifact, the state of its obligation
    (`obligation_id`, `obligation_state`, `assignee`) and `is_new`: not in the report before.
    """
    obligations = Obligation.objects.filter(flag=report.flag_id, artifact=OuterRef("artifact"))
    earlier = previous_report(report=report)
    known = Finding.objects.filter(report=earlier, artifact=OuterRef("artifact"))
    rows = report.findings.select_related("artifact").defer("artifact__facets", "artifact__stamps")
    rows = rows.annotate(
        obligation_id=Subquery(obligations.values("pk")[:1]),
        obligation_state=Subquery(obligations.values("state")[:1]),
        assignee=Subquery(obligations.values("assignee")[:1]),
        is_new=~Exists(known) if earlier else Exists(Finding.objects.none()),
    )
    return rows.order_by("distance", "pk")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFinding:
    """A finding that has another consequence than in the report before."""

    older: Finding
    newer: Finding

    @property
    def is_worse(self) -> bool:
        return self.newer.consequence == Consequence.CONTAMINATES


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDiff:
    """What the newer report finds that the older did not, no longer finds, and judges anew."""

    added: list[Finding]
    gone: list[Finding]
    changed: list[ChangedFinding]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.gone or self.changed)


def report_diff(*, newer: Report, older: Report) -> ReportDiff:
    """Compare two reports of one flag, by artifact. Each list is nearest first."""
    now, then = (
        dict(report.findings.values_list("artifact_id", "consequence")) for report in (newer, older)
    )
    changed = [pk for pk in now.keys() & then.keys() if now[pk] != then[pk]]
    before = {one.artifact_id: one for one in _findings(older, changed)}
    return ReportDiff(
        added=_findings(newer, now.keys() - then.keys()),
        gone=_findings(older, then.keys() - now.keys()),
        changed=[
            ChangedFinding(older=before[one.artifact_id], newer=one)
            for one in _findings(newer, changed)
        ],
    )


def _findings(report: Report, artifact_ids: Iterable[int]) -> list[Finding]:
    every = list(artifact_ids)
    found: list[Finding] = []
    for start in range(0, len(every), CHUNK):
        rows = report.findings.filter(artifact__in=every[start : start + CHUNK])
        found.extend(rows.select_related("artifact").defer("artifact__facets", "artifact__stamps"))
    return sorted(found, key=lambda one: (one.distance, one.pk))


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseProgress:
    """How many obligations of a flag are settled. A case with none has nothing to settle."""

    settled: int
    total: int

    @property
    def is_closed(self) -> bool:
        return self.settled == self.total


def case_progress(*, flag: Flag) -> CaseProgress:
    """Obligations settled and in all."""
    states = list(flag.obligations.order_by().values_list("state", flat=True))
    still_open = states.count(ObligationState.OPEN)
    return CaseProgress(settled=len(states) - still_open, total=len(states))


def obligations_of(*, flag: Flag) -> QuerySet[Obligation]:
    """The flag's obligations, the most urgent first, the settled ones last."""
    return _by_urgency(flag.obligations.select_related("artifact", "decided_by"))


def obligations_due(*, limit: int = 20) -> list[Obligation]:
    """Open obligations of live flags, the most urgent first."""
    rows = Obligation.objects.filter(state=ObligationState.OPEN, flag__state__in=LIVE_STATES)
    return list(_by_urgency(rows.select_related("artifact", "flag", "flag__artifact"))[:limit])


def _by_urgency(rows: QuerySet[Obligation]) -> QuerySet[Obligation]:
    """Open before settled, soonest due, contaminated before in doubt; of these first what runs in
    production now, then other deployments, then the rest.
    """
    ended = Q(artifact__deployment__live_until__lte=timezone.now())
    rank = Case(
        When(Q(place__in=PRODUCTION) & ~ended, then=0),
        When(artifact__kind=Kind.DEPLOYMENT, then=1),
        default=2,
    )
    is_settled = Case(When(state=ObligationState.OPEN, then=0), default=1)
    placed = rows.alias(place=Lower("artifact__deployment__environment"))
    return placed.order_by(is_settled, "due_at", "consequence", rank, "pk")
