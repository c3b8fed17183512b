"""A flag is a standing query: lineage that arrives under it later gives it a new report."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.catalog.models import Artifact, Conflict, Edge, Merge, Revision
from apps.catalog.selectors import current_revision
from apps.impact.jobs.gathering import gather
from apps.impact.jobs.opening import UNFINISHED, open_report
from apps.impact.models import LIVE_STATES, Finding, Flag, Report, Scope
from apps.impact.selectors.origins import origins_within


def refresh_standing_flags() -> list[int]:
    """Compare every open or confirmed flag's last report with the graph as it is now.

    Where it would say something else, a new pending report is opened. Returns the ids of those
    reports. A flag that nothing came near costs a few queries, no walk.
    """
    revision = current_revision()
    stale = Flag.objects.filter(
        state__in=LIVE_STATES, latest_report__isnull=False, checked_revision__lt=revision
    ).exclude(reports__state__in=UNFINISHED)
    opened = []
    for flag in stale.select_related("artifact", "latest_report").order_by("checked_revision"):
        checked = revision
        if is_touched(flag=flag):
            outcome = gather(flag=flag, progress=_silent)
            checked = outcome.revision
            if flag.latest_report and outcome.fingerprint != flag.latest_report.fingerprint:
                opened.append(open_report(flag_id=flag.pk).pk)
                continue
        same = Flag.objects.filter(pk=flag.pk, checked_revision=flag.checked_revision)
        same.update(checked_revision=checked)
    return opened


def is_touched(*, flag: Flag) -> bool:
    """Whether any change since the last check lies where it could change the report."""
    since, report = flag.checked_revision, flag.latest_report
    if report is None:
        return True
    changes = chain(
        _changes_below(flag, report, since), _new_versions(flag, since), _drift(report, since)
    )
    return any(rows.exists() for rows in changes)


def _changes_below(
    flag: Flag, report: Report, since: int
) -> Iterator[QuerySet[Edge] | QuerySet[Conflict] | QuerySet[Merge]]:
    origins = origins_within(artifact=flag.artifact, scope=flag.scope).values("pk")
    changed = (Q(added_in__gt=since), Q(retracted_in__gt=since))
    scope: tuple[Any, ...] = (origins, report.findings.values("artifact"))
    for reached in scope:
        for change in changed:
            yield Edge.objects.filter(change, upstream__in=reached)
        yield Merge.objects.filter(
            Q(merged_in__gt=since) | Q(split_in__gt=since),
            Q(artifact__in=reached) | Q(survivor__in=reached),
        )
        yield Conflict.objects.filter(code="cycle", recorded_in__gt=since, first__in=reached)


def _new_versions(flag: Flag, since: int) -> Iterator[QuerySet[Artifact]]:
    if flag.scope == Scope.NAME:
        family = Artifact.objects.filter(family_hash=flag.artifact.family_hash)
        yield family.filter(added_in__gt=since)


def _drift(report: Report, since: int) -> Iterator[QuerySet[Finding]]:
    """Findings whose artifact has since got another owner or environment, or has ended."""
    if not Revision.objects.filter(number__gt=since, artifacts_changed__gt=0).exists():
        return
    findings = report.findings.all()
    yield findings.exclude(owner=F("artifact__owner"))
    deployed = findings.filter(artifact__deployment__isnull=False)
    yield deployed.exclude(environment=F("artifact__deployment__environment"))
    ended = Q(artifact__deployment__live_until__lte=timezone.now())
    yield deployed.filter(ended, is_live=True)
    yield deployed.exclude(ended).filter(is_live=False)


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches the standing check."""
