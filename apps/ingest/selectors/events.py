"""The events received, and what is derived of them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery
from msgspec.json import decode

from apps.catalog.models import Artifact, Edge
from apps.graph.hashing import key_hash
from apps.graph.records import ArtifactKey, EdgeRecord
from apps.graph.vocabulary import Kind
from apps.ingest.models import DatasetRead, DatasetWrite, OpenLineageEvent, RunTelling
from apps.ingest.openlineage import PRODUCER
from apps.ingest.openlineage.envelope import Event, fold_key
from apps.ingest.openlineage.telling import Telling

CHUNK = 2000
WINDOWS = 200
Window = tuple[str, datetime, datetime | None]


def known_digests(*, digests: Collection[str]) -> set[str]:
    """Those of the digests whose event is stored."""
    found: set[str] = set()
    for chunk in _chunks(digests):
        rows = OpenLineageEvent.objects.filter(digest__in=chunk)
        found.update(rows.values_list("digest", flat=True))
    return found


def events_by_key(*, keys: Collection[str]) -> dict[str, list[Event]]:
    """Every stored event of these runs and jobs."""
    found: dict[str, list[Event]] = {}
    for chunk in _chunks(keys):
        for row in OpenLineageEvent.objects.filter(fold_key__in=chunk):
            found.setdefault(row.fold_key, []).append(row.event)
    return found


def tellings(*, keys: Collection[str]) -> dict[str, Telling]:
    """What is kept of these runs' events, by fold key."""
    found: dict[str, Telling] = {}
    for chunk in _chunks(keys):
        for row in RunTelling.objects.filter(fold_key__in=chunk):
            found[row.fold_key] = decode(row.told, type=Telling)
    return found


def events_of(*, artifact: Artifact) -> QuerySet[OpenLineageEvent]:
    """The events that tell of a run, by event time; none for other kinds."""
    if artifact.kind != Kind.RUN:
        return OpenLineageEvent.objects.none()
    key = fold_key(artifact.namespace, artifact.name, artifact.version)
    return OpenLineageEvent.objects.filter(fold_key=key).order_by("event_time", "pk")


def events_in_evidence(*, evidence: str) -> QuerySet[OpenLineageEvent]:
    """The events that an edge or a revision names as its evidence: those of one request."""
    receipt = evidence.removeprefix(f"{PRODUCER}:")
    return OpenLineageEvent.objects.filter(receipt=receipt).order_by("event_time", "pk")


def versions_read(*, keys: Collection[str]) -> dict[tuple[str, str], str]:
    """For each (run, dataset) read without a version: the version last complete before the run
    started. Missing where none was.
    """
    before = DatasetWrite.objects.filter(
        dataset_hash=OuterRef("dataset_hash"), completed_at__lt=OuterRef("started_at")
    ).order_by("-completed_at", "-version_hash")
    found: dict[tuple[str, str], str] = {}
    for chunk in _chunks(keys):
        rows = DatasetRead.objects.filter(fold_key__in=chunk).annotate(
            version=Subquery(before.values("version")[:1])
        )
        for run, dataset, version in rows.values_list("fold_key", "dataset_hash", "version"):
            if version is not None:
                found[run, dataset] = version
    return found


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


def _chunks(values: Iterable[str]) -> Iterable[list[str]]:
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
