"""Jobs: what they read and write by design and in their latest runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Window
from django.db.models.functions import RowNumber

from apps.catalog.models import Artifact
from apps.graph.vocabulary import Kind
from apps.ingest.models import OpenLineageEvent
from apps.ingest.openlineage.design import declared_data
from apps.ingest.openlineage.envelope import Event, fold_key
from apps.ingest.selectors.marquez.datasets import LATEST
from apps.ingest.selectors.marquez.names import Name, artifact_times, families
from apps.ingest.selectors.marquez.runs import Run, runs


@dataclass(slots=True)
class Job:
    """`declared` are inputs and outputs by design; `latest` the last runs, the latest first."""

    namespace: str
    name: str
    created_at: datetime
    updated_at: datetime
    facets: dict[str, Any] = field(default_factory=dict)
    inputs: set[Name] = field(default_factory=set)
    outputs: set[Name] = field(default_factory=set)
    latest: list[Run] = field(default_factory=list)


def jobs(*, names: Iterable[Name], latest: int = 1) -> dict[Name, Job]:
    """What is known of these jobs; one that is not known is left out.

    Inputs and outputs are those by design and those of the latest run.
    """
    wanted = list(dict.fromkeys(names))
    ran = _latest_runs(wanted, latest)
    times = artifact_times(names=wanted, kinds=[Kind.RUN.value])
    designed = _job_events(wanted)
    found = {}
    for name in wanted:
        stamps = [*times.get(name, ()), *(row[1] for row in designed.get(name, ()))]
        if stamps:
            job = Job(*name, min(stamps), max(stamps), latest=ran.get(name, []))
            _design(job, [row[0] for row in designed.get(name, ())])
            found[name] = job
    return found


def declared(*, name: Name) -> tuple[set[Name], set[Name]]:
    """What a job reads and writes by design."""
    events = [row[0] for row in _job_events([name]).get(name, ())]
    inputs, outputs = declared_data(events)
    return set(inputs), set(outputs)


def _latest_runs(names: list[Name], latest: int) -> dict[Name, list[Run]]:
    held = Artifact.objects.filter(family_hash__in=families(names, [Kind.RUN.value]))
    ranked = held.select_related("added_in").annotate(
        place=Window(RowNumber(), partition_by=["family_hash"], order_by=LATEST)
    )
    found: dict[Name, list[Run]] = {}
    for run in runs(artifacts=list(ranked.filter(place__lte=latest).order_by("place"))):
        found.setdefault((run.artifact.namespace, run.artifact.name), []).append(run)
    return found


def _job_events(names: list[Name]) -> dict[Name, list[tuple[Event, datetime]]]:
    by_key = {fold_key(*name, ""): name for name in names}
    found: dict[Name, list[tuple[Event, datetime]]] = {}
    for row in OpenLineageEvent.objects.filter(fold_key__in=by_key):
        found.setdefault(by_key[row.fold_key], []).append((row.event, row.received_at))
    return found


def _design(job: Job, events: list[Event]) -> None:
    told = [(event.time, event.job.facets or {}) for event in events if event.job]
    inputs, outputs = declared_data(events)
    job.inputs, job.outputs = set(inputs), set(outputs)
    for run in job.latest[:1]:
        job.inputs |= {one[:2] for one in run.inputs}
        job.outputs |= {one[:2] for one in run.outputs}
        began = run.artifact.occurred_at or run.artifact.added_in.committed_at
        told.append((began, run.job_facets))
        job.updated_at = max(job.updated_at, run.updated_at)
    for _time, facets in sorted(told, key=lambda one: one[0]):
        job.facets.update(facets)
