"""Which models and deployments are connected, in the order in which to mend them, and in words."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from apps.catalog.filters import ArtifactFilter
from apps.catalog.models import Artifact
from apps.catalog.selectors.connections import Connected, connectedness, judged, own_marks
from apps.catalog.selectors.reach import artifacts_by_id
from apps.catalog.selectors.walking import StoredLink, Walk, live_edges, walk
from apps.graph.advice import Advice, advice_for, around_place, sentence
from apps.graph.connectedness import (
    BREAKS_AT,
    SUBJECT_KINDS,
    Answer,
    Aspect,
    Gap,
    Mark,
    Verdict,
    marks_of,
    place_of,
    steps_of_making,
)
from apps.graph.traverse import adjacency
from apps.graph.vocabulary import Kind

# What the word stands for in a question: what nobody owns.
NO_OWNER = "none"
# How far from the artifacts of one page the places where their ways break are looked for.
STEPS_WALKED = 6
MOST_WALKED = 5000
Totals = dict[str, dict[Aspect, dict[Answer, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which models and deployments; empty means all. `breaks_at` is an aspect or a gap;
    `production` leaves those that run in production now, and the models that lead on to one.
    """

    kind: str = ""
    namespace: str = ""
    owner: str = ""
    environment: str = ""
    status: str = ""
    production: bool = False
    breaks_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedList:
    """`rows` in the order in which to mend them. `totals` are over all that the question is about,
    whatever it says of breaks; `counts` how many of these there are, by kind.
    """

    revision: int
    as_of: int | None
    truncated: bool
    totals: Totals
    counts: dict[str, int]
    rows: list[Connected]


@dataclass(frozen=True, slots=True)
class Break:
    """One way that breaks. `place` is the artifact at which it does; None if that is further up
    than was looked. `said_by` are the producers of what is stated beside it.
    """

    verdict: Verdict
    gap: Gap
    place: Artifact | None
    said_by: list[str]

    @property
    def is_elsewhere(self) -> bool:
        return self.gap in BREAKS_AT

    @property
    def around(self) -> tuple[str, str]:
        """The sentence before and after the name of the place."""
        kind = self.place.kind if self.place is not None else ""
        return around_place(self.gap, kind=kind, said_by=self.said_by)

    @property
    def sentence(self) -> str:
        place = self.place if self.is_elsewhere else None
        kind, named = ("", "") if place is None else (place.kind, str(place))
        return sentence(self.gap, kind=kind, at=named, said_by=self.said_by)

    @property
    def advice(self) -> Advice:
        return advice_for(self.gap, self.said_by)


@dataclass(frozen=True, slots=True)
class Explained:
    """One of the list with its artifact and, first to mend first, its breaks in words."""

    artifact: Artifact
    connected: Connected
    breaks: list[Break] = field(default_factory=list)


def connected_list(*, question: Question, as_of: int | None = None) -> ConnectedList:
    """Every model and deployment that the question is about, deployments in production that are
    not connected first.
    """
    whole = connectedness(as_of=as_of)
    asked = [whole.of(pk) for pk in _matching(question) if pk in whole.marks]
    if question.production:
        asked = [one for one in asked if one.in_production]
    rows = [one for one in asked if _breaks_at(one, question.breaks_at)]
    return ConnectedList(
        revision=whole.revision,
        as_of=as_of,
        truncated=whole.truncated,
        totals=totals_of(asked),
        counts=dict(Counter(one.kind for one in asked)),
        rows=sorted(rows, key=_urgency),
    )


def totals_of(rows: Iterable[Connected]) -> Totals:
    """How many there are of each answer, by kind and aspect."""
    by_verdicts: dict[tuple[str, tuple[Verdict, ...]], int] = Counter(
        (one.kind, one.verdicts) for one in rows
    )
    totals: Totals = {}
    for (kind, verdicts), amount in by_verdicts.items():
        empty = {one.aspect: dict.fromkeys(Answer, 0) for one in verdicts}
        of_kind = totals.setdefault(kind, {each: empty[each] for each in Aspect if each in empty})
        for one in verdicts:
            of_kind[one.aspect][one.answer] += amount
    return totals


def explained(*, rows: Sequence[Connected], as_of: int | None = None) -> list[Explained]:
    """The rows in words. Looks a few steps around all of them together for where each breaks."""
    elsewhere = [one.pk for one in rows if any(each.gap in BREAKS_AT for each in one.breaks)]
    near = Walk(origins=[])
    if elsewhere:
        near = walk(
            origins=elsewhere,
            direction="upstream",
            depth=STEPS_WALKED,
            limit=MOST_WALKED,
            as_of=as_of,
        )
    own = _marks_by_id(list(near.distance), as_of)
    places = _places(rows, near.links, own)
    ids = {pk for pk in places.values() if pk is not None} | {one.pk for one in rows}
    return _in_words(rows, places, artifacts_by_id(ids=ids), as_of)


def connectedness_of(
    *, artifact: Artifact, up: Walk, down: Walk, as_of: int | None = None
) -> Explained | None:
    """Of one, from the walks that a page has made already; None for other kinds."""
    if artifact.kind not in SUBJECT_KINDS:
        return None
    links = [*up.links, *down.links]
    own = _marks_by_id([artifact.pk, *up.distance, *down.distance], as_of)
    deployment = getattr(artifact, "deployment", None)
    if deployment is not None and deployment.image_digest:
        own[artifact.pk] |= int(Mark.IMAGE)
    mark = marks_of(links, own).get(artifact.pk, 0)
    truncated = up.truncated or down.truncated
    one = Connected(artifact.pk, *judged(own[artifact.pk], mark, truncated))
    places = _places([one], up.links, own)
    ids = {pk for pk in places.values() if pk is not None and pk != artifact.pk}
    known = {artifact.pk: artifact, **(artifacts_by_id(ids=ids) if ids else {})}
    return _in_words([one], places, known, as_of)[0]


def _matching(question: Question) -> QuerySet[Artifact, int]:
    wanted = {
        "kind": question.kind,
        "namespace": question.namespace,
        "environment": question.environment,
        "status": question.status,
        "owner": "" if question.owner == NO_OWNER else question.owner,
    }
    rows = ArtifactFilter(wanted, queryset=Artifact.objects.filter(kind__in=SUBJECT_KINDS)).qs
    if question.owner == NO_OWNER:
        rows = rows.filter(owner="")
    found: QuerySet[Artifact, int] = rows.order_by().values_list("pk", flat=True)
    return found


def _breaks_at(one: Connected, where: str) -> bool:
    return not where or any(where in (each.aspect, each.gap) for each in one.breaks)


def _urgency(one: Connected) -> tuple[bool, bool, bool, int, int]:
    """Upstream breaks come before none, production before the rest, deployments before models,
    many breaks before few; then the newest.
    """
    whole = one.breaks_upstream == 0
    not_running = not one.in_production
    return whole, not_running, one.kind != Kind.DEPLOYMENT, -len(one.breaks), -one.pk


def _places(
    rows: Iterable[Connected], links: Iterable[StoredLink], own: Mapping[int, int]
) -> dict[tuple[int, Gap], int | None]:
    """Where each way of each row breaks."""
    upstream = adjacency(steps_of_making(links, own), backwards=True)
    return {
        (one.pk, each.gap): place_of(each.gap, one.pk, upstream, own)
        for one in rows
        for each in one.breaks
        if each.gap
    }


def _in_words(
    rows: Iterable[Connected],
    places: Mapping[tuple[int, Gap], int | None],
    known: Mapping[int, Artifact],
    as_of: int | None,
) -> list[Explained]:
    said_into, said_beside = _producers({pk for pk in places.values() if pk is not None}, as_of)

    def in_words(one: Connected, verdict: Verdict, gap: Gap) -> Break:
        place = places[one.pk, gap]
        said = set() if place is None else said_into.get(place, set())
        if place is not None and gap is not Gap.NO_RUN:
            said = said | said_beside.get(place, set())
        return Break(verdict, gap, None if place is None else known[place], sorted(said))

    return [
        Explained(
            known[one.pk], one, [in_words(one, each, each.gap) for each in one.breaks if each.gap]
        )
        for one in rows
    ]


def _producers(
    ids: Collection[int], as_of: int | None
) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """Who asserts the edges into each artifact, and those out of it."""
    found: tuple[dict[int, set[str]], dict[int, set[str]]] = ({}, {})
    for end, said in zip(("downstream", "upstream"), found, strict=True):
        edges = live_edges(as_of=as_of).filter(**{f"{end}__in": ids}).order_by()
        for pk, producer in edges.values_list(f"{end}_id", "producer").distinct():
            said.setdefault(pk, set()).add(producer)
    return found


def _marks_by_id(ids: Sequence[int], as_of: int | None) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(ids), MOST_WALKED):
        chunk = ids[start : start + MOST_WALKED]
        found.update(own_marks(Artifact.objects.filter(pk__in=chunk), as_of=as_of))
    return found
