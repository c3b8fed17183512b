"""A new pending report for a flag. The row is all it takes: the sweep finds it by itself."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.impact.models import Flag, Report
from apps.work.models import WorkState

UNFINISHED = (WorkState.PENDING, WorkState.RUNNING)


def open_report(*, flag_id: int) -> Report:
    """The flag's next report, pending; or the one that still waits to be started.

    A running one does not do: it may have read the graph before what is now asked about.
    """
    with transaction.atomic():
        flag = Flag.objects.select_for_update().get(pk=flag_id)
        if waiting := flag.reports.filter(state=WorkState.PENDING).first():
            return waiting
        last = flag.reports.aggregate(last=Max("number"))["last"] or 0
        now = timezone.now()
        return Report.objects.create(
            flag=flag,
            number=last + 1,
            requested_at=now,
            wake_at=now + timedelta(seconds=settings.WORK_SWEEP_AFTER_SECONDS),
        )
