"""Imports that are due, and those that wait."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.graph.errors import RecordError
from apps.ingest.models import ImportRun, Source
from apps.work.models import UNFINISHED
from apps.work.sweeping import sweep

DUE_AT_ONCE = 100


def start_due_imports(*, publish: Callable[[int], bool]) -> int:
    """Order an import of every source that is due, and call for a worker. Returns how many.

    A source whose last import is still under way is passed over until the next time.
    """
    now = timezone.now()
    due = Source.objects.filter(
        is_paused=False, retired_at__isnull=True, next_due_at__lte=now, every_minutes__gt=0
    )
    started = 0
    for source in due.order_by("next_due_at", "pk")[:DUE_AT_ONCE]:
        following = now + timedelta(minutes=source.every_minutes or 0)
        with transaction.atomic():
            # Of two schedulers at once only one moves the date.
            mine = due.filter(pk=source.pk, next_due_at=source.next_due_at)
            run = order_import(source, "schedule") if mine.update(next_due_at=following) else None
        if run is not None:
            publish(run.pk)
            started += 1
    return started


def sweep_imports(*, publish: Callable[[int], bool], at_once: bool = False) -> int:
    """Call a worker for each unfinished import that is due; how many were called for."""
    return sweep(ImportRun, publish=publish, at_once=at_once)


def order_import(source: Source, trigger: str, actor_id: int | None = None) -> ImportRun | None:
    """A row for an import that is to be done; None if one is under way.

    RecordError if the source is retired.
    """
    # Asked first without the lock, which the import under way may hold for a while.
    if import_under_way(source):
        return None
    with transaction.atomic():
        hold(source)
        if source.retired_at:
            raise RecordError("$.source", f"{source.name} is retired; it is read no more.")
        if import_under_way(source):
            return None
        now = timezone.now()
        return ImportRun.objects.create(
            source=source,
            kind=source.kind,
            where=source.where,
            actor_id=actor_id,
            trigger=trigger,
            requested_at=now,
            wake_at=now + timedelta(seconds=settings.WORK_SWEEP_AFTER_SECONDS),
        )


def hold(source: Source) -> None:
    """Have the source as it stands now, until the transaction ends. Whoever writes of a source
    takes this before any other lock, so that no two wait for each other.
    """
    source.refresh_from_db(from_queryset=Source.objects.select_for_update(no_key=True))


def import_under_way(source: Source) -> ImportRun | None:
    """The import of the source that waits or runs."""
    return ImportRun.objects.filter(source=source, state__in=UNFINISHED).first()
