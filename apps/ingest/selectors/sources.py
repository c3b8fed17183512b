"""Sources, how fresh they are, and the imports."""

from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from apps.ingest.models import ImportRun, Source, SourceUnit
from apps.work.models import WorkState

_LAST = ImportRun.objects.filter(source=OuterRef("pk")).order_by("-requested_at", "-pk")


def sources() -> QuerySet[Source]:
    """Every source by name, each with the state and error of its last import."""
    return Source.objects.select_related("added_by").annotate(
        last_import=Subquery(_LAST.values("pk")[:1]),
        last_state=Subquery(_LAST.values("state")[:1]),
        last_error=Subquery(_LAST.values("error")[:1]),
    )


def source_named(*, name: str) -> Source | None:
    return Source.objects.filter(name=name).first()


def stale_sources(*, now: datetime) -> list[Source]:
    """The sources of which no import was complete for too long, the longest waiting first."""
    read = sources().filter(retired_at__isnull=True, is_paused=False)
    waiting = [(one.stale_from, one.pk, one) for one in read if one.stale_from is not None]
    return [one for since, _, one in sorted(waiting) if since < now]


def failing_sources() -> QuerySet[Source]:
    """The sources that are still read and whose last import failed."""
    read = Source.objects.filter(retired_at__isnull=True)
    last = read.annotate(
        last_state=Subquery(_LAST.values("state")[:1]),
        last_error=Subquery(_LAST.values("error")[:1]),
    )
    return last.filter(last_state=WorkState.FAILED)


def import_runs() -> QuerySet[ImportRun]:
    """The latest first, each with who ordered it and of which source."""
    return ImportRun.objects.select_related("actor", "source")


def unit_totals(*, source: Source) -> dict[str, int]:
    """How many units the source has, and how many it had and has no more."""
    totals: dict[str, int] = SourceUnit.objects.filter(source=source).aggregate(
        present=Count("pk", filter=Q(gone_at__isnull=True)),
        gone=Count("pk", filter=Q(gone_at__isnull=False)),
    )
    return totals


def lost_units(*, source: Source) -> QuerySet[SourceUnit]:
    """What the source has no more, the latest first."""
    return SourceUnit.objects.filter(source=source, gone_at__isnull=False).order_by("-gone_at")
