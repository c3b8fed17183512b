"""Finding datasets and jobs by a part of their names; and the events, by time."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max, Q, QuerySet

from apps.catalog.models import Artifact
from apps.graph.vocabulary import Kind
from apps.ingest.models import OpenLineageEvent
from apps.ingest.openlineage.envelope import DATASET, JOB, RUN
from apps.ingest.selectors.marquez.names import DATASETS


@dataclass(frozen=True, slots=True)
class Hit:
    """A dataset or a job whose name has what was sought."""

    type: str
    namespace: str
    name: str
    updated_at: datetime


def named_with(
    *, text: str, types: tuple[str, ...], namespace: str | None, newest_first: bool, limit: int
) -> list[Hit]:
    """At most `limit` datasets and jobs whose name has the text in it."""
    found: dict[tuple[str, str, str], datetime] = {}
    for type_, kinds in (("dataset", DATASETS), ("job", (Kind.RUN.value,))):
        rows = Artifact.objects.filter(kind__in=kinds, name__icontains=text)
        if type_ in types:
            changed = Max("added_in__committed_at")
            found |= _hits(
                rows,
                type_,
                ("namespace", "name"),
                namespace,
                changed,
                newest_first=newest_first,
                limit=limit,
            )
    if "job" in types:
        designed = OpenLineageEvent.objects.filter(shape=JOB, job_name__icontains=text)
        fields = ("job_namespace", "job_name")
        said = _hits(
            designed,
            "job",
            fields,
            namespace,
            Max("received_at"),
            newest_first=newest_first,
            limit=limit,
        )
        found = said | found
    hits = [Hit(*key, changed) for key, changed in found.items()]
    hits.sort(key=lambda one: (one.name, one.namespace, one.type))
    if newest_first:
        hits.sort(key=lambda one: one.updated_at, reverse=True)
    return hits[:limit]


def _hits(
    rows: QuerySet[Artifact] | QuerySet[OpenLineageEvent],
    type_: str,
    fields: tuple[str, str],
    namespace: str | None,
    changed: Max,
    *,
    newest_first: bool,
    limit: int,
) -> dict[tuple[str, str, str], datetime]:
    if namespace is not None:
        rows = rows.filter(**{fields[0]: namespace})
    named = rows.order_by().values_list(*fields).annotate(changed=changed)
    order = (F("changed").desc(), *fields[::-1]) if newest_first else fields[::-1]
    return {(type_, space, name): at for space, name, at in named.order_by(*order)[:limit]}


def events_between(
    *, after: datetime | None, before: datetime | None, ascending: bool, of_every_shape: bool
) -> QuerySet[OpenLineageEvent]:
    """Events of runs, or of everything, from one time on and before another, by event time."""
    rows = OpenLineageEvent.objects.all()
    if not of_every_shape:
        rows = rows.filter(shape=RUN)
    if after is not None:
        rows = rows.filter(event_time__gte=after)
    if before is not None:
        rows = rows.filter(event_time__lt=before)
    return rows.order_by(*(("event_time", "pk") if ascending else ("-event_time", "-pk")))


def events_in(*, namespace: str | None) -> QuerySet[OpenLineageEvent]:
    """Events of every shape, of jobs and datasets of that namespace, the latest first."""
    rows = OpenLineageEvent.objects.order_by("-event_time", "-pk")
    if namespace is None:
        return rows
    of_dataset = Q(shape=DATASET, body__dataset__namespace=namespace)
    return rows.filter(Q(job_namespace=namespace) | of_dataset)
