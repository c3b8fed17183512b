"""How far every model and deployment is connected: one walk over the whole graph, kept until the
graph changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from apps.catalog.models import Artifact, Deployment, Merge, Revision
from apps.catalog.selectors.walking import MAX_LINKS, StoredLink, live_edges
from apps.graph.connectedness import (
    Aspect,
    Mark,
    Verdict,
    breaks,
    marks_of,
    own_mark,
    verdicts,
)
from apps.graph.vocabulary import Kind, is_production

# Whether a deployment is live depends on the time of day too, so not for as long as it holds.
KEPT_SECONDS = 600
READ_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Connected:
    """A model or a deployment. `verdicts` are in the order in which a way is walked; `breaks` are
    those that are not connected, so the first to mend comes first.

    `in_production`: a deployment runs there now, a model leads on to one that does.
    """

    pk: int
    kind: str
    verdicts: tuple[Verdict, ...]
    breaks: tuple[Verdict, ...]
    in_production: bool

    @property
    def breaks_upstream(self) -> int:
        """That a model runs nowhere is none of them."""
        return sum(one.aspect is not Aspect.DEPLOYMENT for one in self.breaks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connectedness:
    """`marks` are by id, of models and deployments alone: (by itself, on the ways from it)."""

    revision: int
    as_of: int | None
    truncated: bool = False
    marks: dict[int, tuple[int, int]] = field(default_factory=dict)

    def of(self, pk: int) -> Connected:
        return Connected(pk, *judged(*self.marks[pk], self.truncated))


def connectedness(*, as_of: int | None = None) -> Connectedness:
    """Of the whole catalogue. `truncated` if the graph has more links than are walked; then what
    is not connected is unknown.
    """
    newest = Revision.objects.order_by("-number").values_list("number", "committed_at").first()
    if newest is None:
        return Connectedness(revision=0, as_of=as_of)
    revision, committed_at = newest
    # The time tells two databases apart that are at the same revision.
    key = f"connectedness:{revision}:{committed_at.timestamp()}:{as_of}"
    found: Connectedness | None = cache.get(key)
    if found is None:
        found = _walked(revision, as_of)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _walked(revision: int, as_of: int | None) -> Connectedness:
    own = own_marks(Artifact.objects.exclude(pk__in=_merged(as_of)), as_of=as_of)
    for pk, mark in _of_deployments():
        if pk in own:
            own[pk] |= mark
    rows = live_edges(as_of=as_of).values_list("upstream_id", "downstream_id", "role")
    links: Iterator[StoredLink] = rows[: MAX_LINKS + 1].iterator(READ_AT_ONCE)
    counted = _Counted(links)
    marks = marks_of(counted, own)
    subjects = int(Mark.MODEL | Mark.DEPLOYED)
    return Connectedness(
        revision=revision,
        as_of=as_of,
        truncated=counted.count > MAX_LINKS,
        marks={pk: (mark, marks.get(pk, 0)) for pk, mark in own.items() if mark & subjects},
    )


class _Counted:
    """Passes links on and knows how many there were: millions are not to be held for that."""

    def __init__(self, links: Iterable[StoredLink]) -> None:
        self.links = links
        self.count = 0

    def __iter__(self) -> Iterator[StoredLink]:
        for link in self.links:
            self.count += 1
            yield link


def own_marks(artifacts: QuerySet[Artifact], *, as_of: int | None = None) -> dict[int, int]:
    """What each artifact that was known at a revision is by itself; those without a mark too."""
    known = artifacts if as_of is None else artifacts.filter(added_in__lte=as_of)
    rows = known.order_by().values_list("pk", "kind", "is_placeholder", "tombstoned_in_id")
    return {
        pk: _own(kind, is_placeholder, bool(removed) and (as_of is None or removed <= as_of))
        for pk, kind, is_placeholder, removed in rows.iterator(READ_AT_ONCE)
    }


@lru_cache(maxsize=1000)
def _own(kind: str, is_placeholder: bool, is_tombstone: bool) -> int:  # noqa: FBT001 - a cached key
    return own_mark(kind, is_placeholder=is_placeholder, is_tombstone=is_tombstone)


@lru_cache(maxsize=1000)
def judged(
    own: int,
    mark: int,
    truncated: bool,  # noqa: FBT001 - a cached key
) -> tuple[str, tuple[Verdict, ...], tuple[Verdict, ...], bool]:
    """Kind, verdicts, breaks, whether in production. Thousands of artifacts share few answers."""
    kind = Kind.MODEL if own & Mark.MODEL else Kind.DEPLOYMENT
    found = tuple(verdicts(kind, own=own, mark=mark, truncated=truncated))
    return kind.value, found, tuple(breaks(found)), bool((own | mark) & Mark.IN_PRODUCTION)


def _merged(as_of: int | None) -> QuerySet[Merge, int]:
    """The artifacts that had proved to be another one."""
    merges = Merge.objects.filter(split_in__isnull=True)
    if as_of is not None:
        merges = Merge.objects.filter(merged_in__lte=as_of).exclude(split_in__lte=as_of)
    return merges.values_list("artifact", flat=True)


def _of_deployments() -> Iterator[tuple[int, int]]:
    """That it names an image, and that it runs in production now."""
    now = timezone.now()
    rows = Deployment.objects.values_list(
        "pk", "environment", "image_digest", "live_until", "artifact__tombstoned_in_id"
    )
    for pk, environment, image, until, removed in rows.iterator(READ_AT_ONCE):
        runs = not removed and (until is None or until > now) and is_production(environment)
        mark = (Mark.IMAGE if image else 0) | (Mark.IN_PRODUCTION if runs else 0)
        if mark:
            yield pk, int(mark)
