"""Who does a piece of work: one holder at a time, by a lease and a fencing number.

A worker may be killed, stall past its lease or be handed the same work twice. Whoever claims it
raises the fence; every later write names the fence it holds, so only the newest holder's count.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.work.models import Work, WorkState

W = TypeVar("W", bound=Work)
MAX_ATTEMPTS = 5
LONGEST_ERROR = 2000
STOPPED_EACH_TIME = (
    f"The worker was stopped {MAX_ATTEMPTS} times before it was done, perhaps for want of memory. "
    "Look into the worker's log, then ask for it again."
)


class LeaseLostError(Exception):
    """Another worker holds the work now; stop without a trace."""


@dataclass(frozen=True, slots=True)
class Claim(Generic[W]):
    """The right to do a piece of work for as long as nobody has claimed it since."""

    model: type[W]
    pk: int
    fence: int


def claim(model: type[W], pk: int, **starting: Any) -> Claim[W] | None:
    """Claim what waits, or whose last worker's lease has run out; None if there is nothing to do.

    `starting` are further columns to set.
    """
    now = timezone.now()
    waiting = Q(state=WorkState.PENDING)
    abandoned = Q(state=WorkState.RUNNING, lease_until__lt=now)
    rows = model._default_manager.all()  # noqa: SLF001 - Django's name for it
    unfinished = rows.filter(waiting | abandoned, pk=pk)
    with transaction.atomic():
        unfinished.filter(attempts__gte=MAX_ATTEMPTS).update(
            state=WorkState.FAILED, lease_until=None, finished_at=now, error=STOPPED_EACH_TIME
        )
        claimed = unfinished.update(
            state=WorkState.RUNNING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            started_at=now,
            **starting,
            **_lease(),
        )
        if claimed != 1:
            return None
        fence: int = rows.values_list("fence", flat=True).get(pk=pk)
    return Claim(model, pk, fence)


def held(claim: Claim[W]) -> QuerySet[W]:
    """The row, if the claim still holds: filter by this in every write."""
    rows = claim.model._default_manager.all()  # noqa: SLF001
    return rows.filter(pk=claim.pk, fence=claim.fence, state=WorkState.RUNNING)


def renew(claim: Claim[W], **progress: Any) -> None:
    """Say how far the work is and renew the lease. LeaseLostError if another holds the work."""
    if not extend(claim, **progress):
        raise LeaseLostError


def extend(claim: Claim[W], **progress: Any) -> bool:
    """Renew the lease and say whether the work is still held."""
    return held(claim).update(**progress, **_lease()) == 1


def hand_back(claim: Claim[W], error: Exception) -> None:
    """Let the sweep try again later, or give up after the last attempt; keep the error to show."""
    words = f"{type(error).__name__}: {error}".replace("\x00", "")[:LONGEST_ERROR]
    mine = held(claim)
    now = timezone.now()
    given_up = mine.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=WorkState.FAILED, lease_until=None, finished_at=now, error=words
    )
    if not given_up:
        again = now + timedelta(seconds=settings.WORK_SWEEP_AFTER_SECONDS)
        mine.update(state=WorkState.PENDING, lease_until=None, wake_at=again, error=words)


def _lease() -> dict[str, datetime]:
    until = timezone.now() + timedelta(seconds=settings.WORK_LEASE_SECONDS)
    return {"lease_until": until, "wake_at": until}
