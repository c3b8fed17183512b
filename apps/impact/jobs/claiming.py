"""Who works on a report: one holder at a time, by a lease and a fencing number.

A worker may be killed, stall past its lease or be handed the same report twice. Whoever claims it
raises the fence; every later write names the fence it holds, so only the newest holder's count.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.impact.models import Report, ReportState

MAX_ATTEMPTS = 5
LONGEST_ERROR = 2000
STOPPED_EACH_TIME = (
    f"The worker was stopped {MAX_ATTEMPTS} times before it was done, perhaps for want of memory. "
    "Look into the worker's log, then ask for the report again."
)


class LeaseLostError(Exception):
    """Another worker holds the report now; stop without a trace."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a report for as long as nobody has claimed it since."""

    report_id: int
    fence: int


def claim_report(*, report_id: int) -> Claim | None:
    """Claim a report that waits, or whose last worker's lease has run out; None if there is
    nothing to do.
    """
    now = timezone.now()
    waiting = Q(state=ReportState.PENDING)
    abandoned = Q(state=ReportState.RUNNING, lease_until__lt=now)
    unfinished = Report.objects.filter(waiting | abandoned, pk=report_id)
    with transaction.atomic():
        unfinished.filter(attempts__gte=MAX_ATTEMPTS).update(
            state=ReportState.FAILED, lease_until=None, finished_at=now, error=STOPPED_EACH_TIME
        )
        claimed = unfinished.update(
            state=ReportState.RUNNING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            started_at=now,
            stage="Starting",
            done=0,
            total=0,
            **_lease(),
        )
        if claimed != 1:
            return None
        fence = Report.objects.values_list("fence", flat=True).get(pk=report_id)
    return Claim(report_id, fence)


def show_progress(*, claim: Claim, stage: str, done: int, total: int) -> None:
    """Say how far the work is and renew the lease. LeaseLostError if another holds the report."""
    if held(claim).update(stage=stage, done=done, total=total, **_lease()) != 1:
        raise LeaseLostError


def hand_back(*, claim: Claim, error: Exception) -> None:
    """Let the sweep try again later, or give up after the last attempt; keep the error to show."""
    words = f"{type(error).__name__}: {error}".replace("\x00", "")[:LONGEST_ERROR]
    mine = held(claim)
    now = timezone.now()
    given_up = mine.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=ReportState.FAILED, lease_until=None, finished_at=now, error=words
    )
    if not given_up:
        again = now + timedelta(seconds=settings.IMPACT_SWEEP_AFTER_SECONDS)
        mine.update(state=ReportState.PENDING, lease_until=None, wake_at=again, error=words)


def held(claim: Claim) -> QuerySet[Report]:
    """The report, if the claim still holds: filter by this in every write."""
    return Report.objects.filter(pk=claim.report_id, fence=claim.fence, state=ReportState.RUNNING)


def _lease() -> dict[str, datetime]:
    until = timezone.now() + timedelta(seconds=settings.IMPACT_LEASE_SECONDS)
    return {"lease_until": until, "wake_at": until}
