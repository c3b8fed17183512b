"""The events received, and what is derived of them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from msgspec.json import decode

from apps.catalog.models import Artifact, Edge
from apps.graph.hashing import key_hash
from apps.graph.records import ArtifactKey, EdgeRecord
from apps.graph.vocabulary import Kind
from apps.ingest.models import (
    DatasetDrop,
    DatasetName,
    DatasetRead,
    DatasetWrite,
    OpenLineageEvent,
    RunTelling,
)
from apps.ingest.openlineage import PRODUCER
from apps.ingest.openlineage.attempts import run_id_of
from apps.ingest.openlineage.envelope import Event, fold_key
from apps.ingest.openlineage.naming import name_hash
from apps.ingest.openlineage.telling import Name, Telling

T = TypeVar("T")

CHUNK = 2000
WINDOWS = 200
Window = tuple[str, datetime, datetime | None]
Read = tuple[str, str, datetime]  # fold key, dataset hash, when the run started


def known_digests(*, digests: Collection[str]) -> set[str]:
    """Those of the digests whose event is stored."""
    found: set[str] = set()
    for chunk in _chunks(digests):
        rows = OpenLineageEvent.objects.filter(digest__in=chunk)
        found.update(rows.values_list("digest", flat=True))
    return found


def events_by_key(*, keys: Collection[str], but_of: str = "") -> dict[str, list[Event]]:
    """Every stored event of these runs, jobs and versions, without those of one receipt."""
    found: dict[str, list[Event]] = {}
    for chunk in _chunks(keys):
        for row in OpenLineageEvent.objects.filter(fold_key__in=chunk).exclude(receipt=but_of):
            found.setdefault(row.fold_key, []).append(row.event)
    return found


def tellings(*, keys: Collection[str]) -> dict[str, Telling]:
    """What is kept of these runs' events, by fold key."""
    found: dict[str, Telling] = {}
    for chunk in _chunks(keys):
        for row in RunTelling.objects.filter(fold_key__in=chunk):
            found[row.fold_key] = decode(row.told, type=Telling)
    return found


def readers_of(*, datasets: Collection[str]) -> set[str]:
    """The runs that read one of these datasets without a version."""
    found: set[str] = set()
    for chunk in _chunks(datasets):
        rows = DatasetRead.objects.filter(dataset_hash__in=chunk)
        found.update(rows.values_list("fold_key", flat=True))
    return found


def events_of(*, artifact: Artifact) -> QuerySet[OpenLineageEvent]:
    """The events that tell of a run, by event time; none for other kinds."""
    if artifact.kind != Kind.RUN:
        return OpenLineageEvent.objects.none()
    run_id = run_id_of(artifact.version)
    key = fold_key(artifact.namespace, artifact.name, run_id)
    return OpenLineageEvent.objects.filter(fold_key=key).order_by("event_time", "pk")


def events_in_evidence(*, evidence: str) -> QuerySet[OpenLineageEvent]:
    """The events that an edge or a revision names as its evidence: those of one request."""
    receipt = evidence.removeprefix(f"{PRODUCER}:")
    return OpenLineageEvent.objects.filter(receipt=receipt).order_by("event_time", "pk")


def dataset_hashes(*, names: Iterable[Name]) -> dict[Name, str]:
    """What stands for the dataset of each name, whichever of its names that is."""
    own = {name: name_hash(name) for name in names}
    other = names_known(hashes=set(own.values()))
    return {name: other.get(hashed, hashed) for name, hashed in own.items()}


def names_known(*, hashes: Collection[str]) -> dict[str, str]:
    """Of these names those that are not the only one: what stands for their dataset."""
    found: dict[str, str] = {}
    for chunk in _chunks(hashes):
        rows = DatasetName.objects.filter(name_hash__in=chunk)
        found.update(rows.values_list("name_hash", "dataset_hash"))
    return found


def versions_read(*, keys: Collection[str]) -> dict[Read, ArtifactKey]:
    """For each dataset that one of these runs read without a version: what was last complete before
    the run started. Missing where nothing was.
    """
    before = DatasetWrite.objects.filter(
        dataset_hash=OuterRef("dataset_hash"), completed_at__lt=OuterRef("started_at")
    ).order_by("-completed_at", "-key_hash")
    found: dict[Read, int] = {}
    for chunk in _chunks(keys):
        rows = DatasetRead.objects.filter(fold_key__in=chunk).annotate(
            write=Subquery(before.values("pk")[:1])
        )
        for row in rows.values_list("fold_key", "dataset_hash", "started_at", "write"):
            key, dataset, started, write = row
            if write is not None:
                found[key, dataset, started] = write
    writes: dict[int, ArtifactKey] = {}
    for some in _chunks(set(found.values())):
        writes.update((one.pk, one.key) for one in DatasetWrite.objects.filter(pk__in=some))
    return {read: writes[write] for read, write in found.items()}


def last_completed(*, datasets: Collection[str]) -> dict[str, datetime]:
    """When a version of each of these datasets was complete last."""
    found: dict[str, datetime] = {}
    for chunk in _chunks(datasets):
        rows = DatasetWrite.objects.filter(dataset_hash__in=chunk).values("dataset_hash")
        last = rows.annotate(last=Max("completed_at")).order_by()
        found.update(last.values_list("dataset_hash", "last"))
    return found


def last_drops(*, datasets: Collection[str]) -> list[DatasetDrop]:
    """Of each name of these datasets that was ever dropped or renamed the last time, in order."""
    found: dict[ArtifactKey, DatasetDrop] = {}
    for chunk in _chunks(datasets):
        rows = DatasetDrop.objects.filter(dataset_hash__in=chunk)
        for one in rows.order_by("dropped_at", "source"):
            found[one.key] = one
    return sorted(found.values(), key=lambda one: (one.dropped_at, one.source))


def windows_after(*, moments: Collection[tuple[str, datetime]]) -> list[Window]:
    """For each (dataset, completion): from it up to the dataset's next completion, if any.

    Runs that started in between, the end included, read what was complete at the beginning.
    """
    following: dict[tuple[str, datetime], datetime] = {}
    every = sorted(moments)
    for start in range(0, len(every), WINDOWS):
        chunk = every[start : start + WINDOWS]
        earliest: dict[str, datetime] = {}
        for dataset, moment in chunk:
            earliest[dataset] = min(earliest.get(dataset, moment), moment)
        either = Q()
        for dataset, moment in earliest.items():
            either |= Q(dataset_hash=dataset, completed_at__gt=moment)
        rows = DatasetWrite.objects.filter(either).values_list("dataset_hash", "completed_at")
        later: dict[str, list[datetime]] = {}
        for dataset, completed in rows.distinct():
            later.setdefault(dataset, []).append(completed)
        for dataset, moment in chunk:
            after = [one for one in later.get(dataset, ()) if one > moment]
            if after:
                following[dataset, moment] = min(after)
    return [(*one, following.get(one)) for one in every]


def readers_within(*, windows: Iterable[Window]) -> set[str]:
    """The runs that read one of the datasets without a version and started within its window."""
    every = list(windows)
    found: set[str] = set()
    for start in range(0, len(every), WINDOWS):
        either = Q()
        for dataset, opens, closes in every[start : start + WINDOWS]:
            within = Q(dataset_hash=dataset, started_at__gt=opens)
            either |= within & Q(started_at__lte=closes) if closes else within
        found.update(DatasetRead.objects.filter(either).values_list("fold_key", flat=True))
    return found


def live_run_edges(*, runs: Collection[ArtifactKey]) -> set[EdgeRecord]:
    """The live edges that OpenLineage asserts of these runs: into them, and to their outputs."""
    found: set[EdgeRecord] = set()
    for chunk in _chunks([key_hash(key) for key in runs]):
        rows = Artifact.objects.filter(key_hash__in=chunk).to_survivors().values("pk")
        ends = Q(downstream__in=rows) | Q(upstream__in=rows, role="output")
        found |= _records(Edge.objects.filter(ends, producer=PRODUCER))
    asserted_of = frozenset(runs)
    return {one for one in found if one.downstream in asserted_of or one.upstream in asserted_of}


def live_edges_by(*, producer: str) -> set[EdgeRecord]:
    return _records(Edge.objects.filter(producer=producer))


def _records(edges: QuerySet[Edge]) -> set[EdgeRecord]:
    live = edges.filter(retracted_in__isnull=True).select_related(
        "stated_upstream", "stated_downstream"
    )
    return {edge.record for edge in live}


def _chunks(values: Iterable[T]) -> Iterable[list[T]]:
    every = list(values)
    return (every[start : start + CHUNK] for start in range(0, len(every), CHUNK))


def derived_rows(
    *,
    model: type[DatasetWrite] | type[DatasetRead],
    column: str,
    values: Collection[str],
    fields: Sequence[str],
) -> dict[tuple[object, ...], int]:
    """The rows of a derived table, by their content; the primary key of each."""
    found: dict[tuple[object, ...], int] = {}
    for chunk in _chunks(values):
        rows = model.objects.filter(**{f"{column}__in": chunk})
        found.update((tuple(row[1:]), row[0]) for row in rows.values_list("pk", *fields))
    return found
