"""Runs, each with what it read and wrote."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from apps.catalog.models import Artifact, Edge
from apps.graph.vocabulary import Kind
from apps.ingest.models import OpenLineageEvent
from apps.ingest.openlineage.envelope import RANKS, fold_key
from apps.ingest.selectors.marquez.datasets import changed_at, said_of
from apps.ingest.selectors.marquez.names import DATASETS, Name, families

NOT_BY_DATA = ("orchestration",)

Version = tuple[str, str, str]  # namespace, name, version


@dataclass(slots=True)
class Run:
    """A run. Its facets are as the events have them; a run of another tool has only its own."""

    artifact: Artifact
    updated_at: datetime
    facets: dict[str, Any] = field(default_factory=dict)
    job_facets: dict[str, Any] = field(default_factory=dict)
    inputs: list[Version] = field(default_factory=list)
    outputs: list[Version] = field(default_factory=list)

    @property
    def run(self) -> dict[str, Any]:
        """The product's own facet of it: state, times, parameters."""
        said = self.artifact.facets.get("run")
        return said if isinstance(said, dict) else {}


def runs_of_job(*, name: Name) -> QuerySet[Artifact]:
    """Every run of the job, the last to start first."""
    rows = Artifact.objects.filter(family_hash__in=families([name], [Kind.RUN.value]))
    return rows.select_related("added_in").order_by(
        F("occurred_at").desc(nulls_last=True), F("pk").desc()
    )


def run_with_id(*, run_id: str) -> Artifact | None:
    """The run. Of several jobs that share its id, the one whose run was described last."""
    rows = Artifact.objects.filter(kind=Kind.RUN, version=run_id).select_related("added_in")
    return rows.order_by("is_placeholder", F("occurred_at").desc(nulls_last=True), "-pk").first()


def runs(*, artifacts: Sequence[Artifact]) -> list[Run]:
    """These runs in this order; three queries however many they are.

    The artifacts come with their revision (`select_related("added_in")`).
    """
    by_pk = {
        one.pk: Run(one, changed_at(one.added_in.committed_at, said_of(one))) for one in artifacts
    }
    live = Edge.objects.filter(retracted_in__isnull=True).exclude(role__in=NOT_BY_DATA)
    read = live.filter(downstream__in=by_pk, upstream__kind__in=DATASETS)
    for run, *version in _ends(read, "downstream", "upstream"):
        by_pk[run].inputs.append((version[0], version[1], version[2]))
    written = live.filter(upstream__in=by_pk, downstream__kind__in=DATASETS)
    for run, *version in _ends(written, "upstream", "downstream"):
        by_pk[run].outputs.append((version[0], version[1], version[2]))
    _take_facets(list(by_pk.values()))
    return [by_pk[one.pk] for one in artifacts]


def _ends(edges: QuerySet[Edge], run: str, dataset: str) -> Iterable[tuple[Any, ...]]:
    names = [f"stated_{dataset}__{part}" for part in ("namespace", "name", "version")]
    return edges.order_by(*names).values_list(f"{run}_id", *names).distinct()


def _take_facets(every: list[Run]) -> None:
    """Facets of a run and of its job, apart, from the run's events; later ones win."""
    by_key = {fold_key(*_id(one.artifact)): one for one in every}
    told = list(
        OpenLineageEvent.objects.filter(fold_key__in=by_key).values_list(
            "fold_key",
            "event_time",
            "event_type",
            "digest",
            "body__run__facets",
            "body__job__facets",
        )
    )
    told.sort(key=lambda row: (row[1], RANKS.get(row[2], 1), row[3]))
    heard = {row[0] for row in told}
    for key, _time, _type, _digest, run_facets, job_facets in told:
        by_key[key].facets.update(run_facets or {})
        by_key[key].job_facets.update(job_facets or {})
    for key in by_key.keys() - heard:
        by_key[key].facets = dict(by_key[key].artifact.facets)


def _id(artifact: Artifact) -> tuple[str, str, str]:
    return artifact.namespace, artifact.name, artifact.version


def runs_that_wrote(*, artifacts: Sequence[Artifact]) -> dict[int, Artifact]:
    """For the id of each artifact that a run wrote: the run."""
    by_survivor = {one.survivor_id: one.pk for one in artifacts}
    edges = Edge.objects.filter(
        retracted_in__isnull=True,
        downstream__in=by_survivor,
        upstream__kind=Kind.RUN,
        role="output",
    ).select_related("upstream__added_in")
    return {by_survivor[one.downstream_id]: one.upstream for one in edges.order_by("-pk")}
