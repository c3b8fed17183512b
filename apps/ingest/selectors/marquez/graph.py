"""What is upstream and downstream of a dataset or a job, by name: whatever the versions."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet

from apps.catalog.models import Artifact, Edge
from apps.graph.vocabulary import Kind
from apps.ingest.marquez.ids import Reading
from apps.ingest.models import OpenLineageEvent
from apps.ingest.openlineage import PRODUCER
from apps.ingest.openlineage.design import declared_data
from apps.ingest.openlineage.envelope import JOB, fold_key
from apps.ingest.selectors.marquez.names import DATASETS, NAMED, families
from apps.ingest.selectors.marquez.runs import NOT_BY_DATA

# Below every database's limit on bound values.
CHUNK = 500
MAX_PLACES = 2000


class Place(NamedTuple):
    """A dataset or a job; `type` is Marquez's word for which."""

    type: str
    namespace: str
    name: str

    @property
    def kinds(self) -> tuple[str, ...]:
        return DATASETS if self.type == "dataset" else (Kind.RUN.value,)


Link = tuple[Place, Place]


@dataclass(slots=True)
class Neighbourhood:
    """Places and the links between them, upstream first. `truncated`: there are more places."""

    places: dict[Place, None]
    links: set[Link] = field(default_factory=set)
    truncated: bool = False


def known_reading(*, readings: Iterable[Reading]) -> Reading | None:
    """The first way to read an id that names something known."""
    every = list(readings)
    jobs = [one for one in every if one.type == "job"]
    held = Artifact.objects.filter(
        family_hash__in=[hashed for one in every for hashed in _hashes(_place(one))]
    )
    known = set(held.values_list("family_hash", flat=True).distinct())
    keys = {fold_key(one.namespace, one.name, ""): one for one in jobs}
    designed = OpenLineageEvent.objects.filter(fold_key__in=keys)
    declared = set(designed.values_list("fold_key", flat=True).distinct())
    for one in every:
        hashed = set(_hashes(_place(one))) & known
        if hashed or (one.type == "job" and fold_key(one.namespace, one.name, "") in declared):
            return one
    return None


def neighbourhood(*, origin: Place, depth: int) -> Neighbourhood:
    """All that is downstream and upstream of the place, `depth` jobs far, nearest first.

    Two queries a step each way: the graph's edges, and what jobs declare apart from any run.
    """
    found = Neighbourhood({origin: None})
    for backwards in (False, True):
        frontier, seen = {origin}, {origin}
        for _ in range(2 * depth):
            links = set(steps(frontier, backwards=backwards))
            reached = {place for link in links for place in link} - seen
            room = MAX_PLACES - len(found.places)
            new = [one for one in sorted(reached) if one not in found.places]
            found.truncated |= len(new) > room
            found.places.update(dict.fromkeys(new[:room]))
            found.links |= links
            seen |= reached
            frontier = {one for one in reached if one in found.places}
            if not frontier:
                break
    found.links = {one for one in found.links if one[0] in found.places and one[1] in found.places}
    return found


def steps(places: Iterable[Place], *, backwards: bool) -> Iterator[Link]:
    """The links that lead on from these places."""
    every = list(places)
    here, there = ("downstream", "upstream") if backwards else ("upstream", "downstream")
    hashes = [hashed for one in every for hashed in _hashes(one)]
    for start in range(0, len(hashes), CHUNK):
        rows = Edge.objects.filter(
            **{
                f"{here}__family_hash__in": hashes[start : start + CHUNK],
                f"{there}__kind__in": NAMED,
            },
            retracted_in__isnull=True,
        )
        yield from _links(rows.exclude(role__in=NOT_BY_DATA), backwards=backwards)
    yield from _declared([one for one in every if one.type == "job"], backwards=backwards)


def _links(edges: QuerySet[Edge], *, backwards: bool) -> Iterator[Link]:
    """Of an edge that a job's own event states, the half that is near: the job is between."""
    parts = ("kind", "namespace", "name")
    ends = [f"{end}__{part}" for end in ("upstream", "downstream") for part in parts]
    for *row, producer in edges.order_by().values_list(*ends, "producer").distinct():
        upstream, downstream = _of_kind(*row[:3]), _of_kind(*row[3:])
        job = _stating_job(producer)
        if job is None:
            yield upstream, downstream
        else:
            yield (job, downstream) if backwards else (upstream, job)


def _declared(jobs: list[Place], *, backwards: bool) -> Iterator[Link]:
    by_key = {fold_key(one.namespace, one.name, ""): one for one in jobs}
    events: dict[str, list[OpenLineageEvent]] = {}
    if by_key:
        for row in OpenLineageEvent.objects.filter(shape=JOB, fold_key__in=by_key):
            events.setdefault(row.fold_key, []).append(row)
    for key, rows in events.items():
        inputs, outputs = declared_data([row.event for row in rows])
        for name in inputs if backwards else outputs:
            dataset = Place("dataset", *name)
            yield (dataset, by_key[key]) if backwards else (by_key[key], dataset)


def _stating_job(producer: str) -> Place | None:
    """The job whose event states the edge, as the product names such producers."""
    _, named, text = producer.partition(f"{PRODUCER}:")
    try:
        told = json.loads(text) if named else None
    except ValueError:
        return None
    match told:
        case ["job", str(namespace), str(name)]:
            return Place("job", namespace, name)
    return None


def _of_kind(kind: str, namespace: str, name: str) -> Place:
    return Place("job" if kind == Kind.RUN else "dataset", namespace, name)


def _place(reading: Reading) -> Place:
    type_ = "job" if reading.type == "job" else "dataset"
    return Place(type_, reading.namespace, reading.name)


def _hashes(place: Place) -> list[str]:
    return families([(place.namespace, place.name)], place.kinds)
