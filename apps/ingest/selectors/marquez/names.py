"""Which namespaces, datasets and jobs there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, QuerySet

from apps.catalog.models import Artifact
from apps.graph.hashing import family_hash
from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import Kind
from apps.ingest.models import MarquezRecord, OpenLineageEvent
from apps.ingest.openlineage.envelope import JOB

# What Marquez calls a dataset. It has no word for deployments, code and environments.
DATASETS = (
    Kind.DATASET.value,
    Kind.FEATURE_SET.value,
    Kind.MODEL.value,
    Kind.EVALUATION.value,
)
NAMED = (*DATASETS, Kind.RUN.value)

Name = tuple[str, str]  # namespace and name
Times = tuple[datetime, datetime]  # known since, last changed


@dataclass(frozen=True, slots=True)
class Namespace:
    """`owner` is empty where nobody said it."""

    name: str
    owner: str
    description: str | None
    created_at: datetime
    updated_at: datetime


def namespace_names() -> QuerySet[Any, Any]:
    """Every namespace that was recorded by itself, or in which something is; each once."""
    recorded = records(kind="namespace").values_list("name").order_by()
    used = Artifact.objects.filter(kind__in=NAMED).values_list("namespace").distinct()
    return recorded.union(used, _designed().values_list("job_namespace")).order_by("name")


def namespaces(*, names: Iterable[str]) -> list[Namespace]:
    """What is known of these; one in which there is nothing and of which nothing is said is left
    out.
    """
    wanted = list(names)
    said = {one.name: one for one in records(kind="namespace").filter(name__in=wanted)}
    used: dict[str, list[datetime]] = {}
    artifacts = Artifact.objects.filter(namespace__in=wanted, kind__in=NAMED).values("namespace")
    for name, first, last in artifacts.values_list(
        "namespace", Min("added_in__committed_at"), Max("added_in__committed_at")
    ).order_by():
        used.setdefault(name, []).extend((first, last))
    jobs = _designed().filter(job_namespace__in=wanted)
    for name, first, last in jobs.values_list(
        "job_namespace", Min("received_at"), Max("received_at")
    ):
        used.setdefault(name, []).extend((first, last))
    return [
        _namespace(name, said.get(name), used.get(name, []))
        for name in wanted
        if name in {*said, *used}
    ]


def _namespace(name: str, record: MarquezRecord | None, times: list[datetime]) -> Namespace:
    told = record.told if record else {}
    times = [*times, *((record.created_at, record.updated_at) if record else ())]
    return Namespace(
        name, told.get("ownerName", ""), told.get("description"), min(times), max(times)
    )


def records(*, kind: str) -> QuerySet[MarquezRecord]:
    """Namespaces, sources or tags that were recorded by themselves."""
    return MarquezRecord.objects.filter(kind=kind).order_by("name")


def dataset_names(*, namespace: str | None = None) -> QuerySet[Any, Any]:
    """(namespace, name) of each dataset."""
    rows = Artifact.objects.filter(kind__in=DATASETS)
    if namespace is not None:
        rows = rows.filter(namespace=namespace)
    return rows.order_by("namespace", "name").values_list("namespace", "name").distinct()


def job_names(*, namespace: str | None = None) -> QuerySet[Any, Any]:
    """(namespace, name) of each job: those that ran and those that are only designed."""
    ran, designed = Artifact.objects.filter(kind=Kind.RUN), _designed()
    if namespace is not None:
        ran, designed = ran.filter(namespace=namespace), designed.filter(job_namespace=namespace)
    names = ran.order_by().values_list("namespace", "name").distinct()
    return names.union(designed.values_list("job_namespace", "job_name")).order_by(
        "namespace", "name"
    )


def families(names: Iterable[Name], kinds: Iterable[str]) -> list[str]:
    """The hashes under which all versions of these names are found by index."""
    every = list(kinds)
    return [family_hash(ArtifactKey(space, kind, name)) for space, name in names for kind in every]


def artifact_times(*, names: Iterable[Name], kinds: Iterable[str]) -> dict[Name, Times]:
    """When each name became known, and when its last version did."""
    rows = (
        Artifact.objects.filter(family_hash__in=families(names, kinds))
        .order_by()
        .values_list("namespace", "name")
        .annotate(Min("added_in__committed_at"), Max("added_in__committed_at"))
    )
    return {(space, name): (first, last) for space, name, first, last in rows}


def _designed() -> QuerySet[OpenLineageEvent]:
    return OpenLineageEvent.objects.filter(shape=JOB).order_by()
