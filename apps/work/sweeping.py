"""The outbox: what waits in the database is called for again until it is done."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from apps.work.models import Work, WorkState

# Bounds what piles up in a broker that nobody reads from.
MAX_WOKEN = 200
LONGEST_PAUSE = timedelta(minutes=2)


def sweep(model: type[Work], *, publish: Callable[[int], bool], at_once: bool = False) -> int:
    """Call a worker for each row that waits unpublished or whose lease has run out.

    `publish` says whether the broker took the id. When it did not, the rest is left for the next
    sweep. The pause before the next call grows with the row's age; `at_once` disregards it.
    Returns how many were called for.
    """
    now = timezone.now()
    rows = model._default_manager.all()  # noqa: SLF001 - Django's name for it
    abandoned = Q(state=WorkState.RUNNING, lease_until__lt=now)
    due = rows.filter(Q(state=WorkState.PENDING) | abandoned)
    if not at_once:
        due = due.filter(wake_at__lte=now)
    woken = 0
    for one in due.order_by("wake_at", "pk")[:MAX_WOKEN]:
        if not publish(one.pk):
            break
        pause = timedelta(seconds=settings.WORK_SWEEP_AFTER_SECONDS)
        pause = min(max(now - one.requested_at, pause), LONGEST_PAUSE)
        rows.filter(pk=one.pk, fence=one.fence).update(wake_at=now + pause)
        woken += 1
    return woken
