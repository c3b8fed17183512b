"""What lies up and down from an artifact: the sums for its own page, and the whole list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.catalog.models import Artifact, Deployment
from apps.catalog.selectors import Walk, artifacts_by_id, current_revision, kind_counts, walk
from apps.graph.vocabulary import Kind, is_production, role_named
from apps.web.catalogue import kinds_in_order
from apps.web.forms import whole_number
from apps.web.paging import page_of
from apps.web.standing import standing_of
from apps.web.survivors import artifact_at

Way = Literal["upstream", "downstream"]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An artifact some steps away. `phrases` say what a direct one was in the other's making."""

    artifact: Artifact
    distance: int
    phrases: list[str]
    statuses: list[str]


@dataclass(frozen=True, slots=True)
class Sums:
    """How much lies one way. `counts` is by kind, in the order of a model's life."""

    way: Way
    found: Walk
    counts: list[tuple[str, int]]
    in_production: int

    @property
    def total(self) -> int:
        return len(self.found.distance)

    @property
    def direct(self) -> int:
        return sum(1 for distance in self.found.distance.values() if distance == 1)

    @property
    def farthest(self) -> int:
        return max(self.found.distance.values(), default=0)


@dataclass(frozen=True, slots=True)
class Shown:
    """The artifacts that a page shows, and how each stands: fetched together, once a page."""

    artifacts: dict[int, Artifact]
    standing: dict[int, list[str]]


def shown(ids: Iterable[int], *others: Artifact) -> Shown:
    artifacts = artifacts_by_id(ids=ids)
    return Shown(artifacts, standing_of([*artifacts.values(), *others]))


def sums_of(artifact: Artifact, way: Way, as_of: int | None = None) -> Sums:
    found = walk(origins=[artifact.pk], direction=way, as_of=as_of)
    counts = kind_counts(ids=found.distance)
    runs = way == "downstream" and Kind.DEPLOYMENT in counts
    running = live_in_production(found) if runs else set()
    ordered = [(kind, counts[kind]) for kind in kinds_in_order(counts)]
    return Sums(way, found, ordered, len(running))


def live_in_production(found: Walk) -> set[int]:
    """The reached deployments that run in production now, so one query whatever was reached."""
    now = timezone.now()
    running = Deployment.objects.filter(Q(live_until=None) | Q(live_until__gt=now))
    places = running.filter(artifact__tombstoned_in=None).values_list("pk", "environment")
    return {pk for pk, place in places if pk in found.distance and is_production(place)}


def neighbours(sums: Sums, ids: Sequence[int], known: Shown) -> list[Neighbour]:
    """The artifacts with these ids, in this order, each with its distance and its roles."""
    origin = sums.found.origins[0]
    roles: dict[int, list[str]] = {}
    for up, down, role in sums.found.links:
        if origin in (up, down):
            roles.setdefault(up if down == origin else down, []).append(role)
    return [
        Neighbour(
            known.artifacts[pk],
            sums.found.distance[pk],
            [role_named(role).phrase for role in sorted(roles.get(pk, ()))],
            known.standing[pk],
        )
        for pk in ids
        if pk in known.artifacts
    ]


@require_safe
def upstream(request: HttpRequest, pk: int) -> HttpResponse:
    return _reaching(request, pk, "upstream")


@require_safe
def downstream(request: HttpRequest, pk: int) -> HttpResponse:
    return _reaching(request, pk, "downstream")


def _reaching(request: HttpRequest, pk: int, way: Way) -> HttpResponse:
    as_of = whole_number(request.GET.get("as_of", ""))
    artifact = artifact_at(pk, as_of=as_of)
    kind = request.GET.get("kind", "")
    sums = sums_of(artifact, way, as_of)
    page = page_of(request, _ids(sums, kind))
    return render(
        request,
        "web/reaching.html",
        {
            "artifact": artifact,
            "sums": sums,
            "page": page,
            "neighbours": neighbours(sums, list(page.object_list), shown(list(page.object_list))),
            "kind": kind,
            "revision": current_revision(),
            "as_of_words": request.GET.get("as_of", "") if as_of is None else "",
        },
    )


def _ids(sums: Sums, kind: str) -> list[int]:
    """The reached ids, nearest first; of one kind, or the deployments in production."""
    reached = list(sums.found.distance)
    if not kind:
        return reached
    if kind == "in_production":
        wanted = live_in_production(sums.found)
    elif kind in dict(sums.counts):
        wanted = set(artifacts_by_id(ids=reached, kinds=[kind]))
    else:
        return []
    return [pk for pk in reached if pk in wanted]
