"""Which ways lead from a model or a deployment to what made it and where it runs, and where they
break.

A way follows derivation: an edge that only carries evidence (tested on, validated on) is not part
of it. It ends at data: the code that made a model's dataset is not the code that made the model.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from functools import lru_cache
from typing import TypeVar

from apps.graph.traverse import distances
from apps.graph.vocabulary import Consequence, Kind, role_named

N = TypeVar("N", int, str)
Link = tuple[N, N, str]

DATA_KINDS = frozenset({Kind.DATASET, Kind.FEATURE_SET})
SUBJECT_KINDS = (Kind.MODEL, Kind.DEPLOYMENT)
# Nobody asks what these were made from, so one that was only ever named hides nothing.
ENDS = DATA_KINDS | {Kind.CODE, Kind.ENVIRONMENT}


class Aspect(StrEnum):
    """What a way may lead to. Whether it leads on to a deployment is asked of models only."""

    DATA = "data"
    CODE = "code"
    ENVIRONMENT = "environment"
    RUN = "run"
    DEPLOYMENT = "deployment"


class Answer(StrEnum):
    """`missing`: all that lies on the way was described, and it is not there. `unknown`: part of
    the way was only ever named, was removed or was not walked.
    """

    CONNECTED = "connected"
    MISSING = "missing"
    UNKNOWN = "unknown"


class Gap(StrEnum):
    """Where a way breaks; `apps.graph.advice` says each in words, and what would mend it."""

    CUT_SHORT = "cut_short"
    NAMED_ONLY = "named_only"
    REMOVED = "removed"
    PLACEHOLDER_UPSTREAM = "placeholder_upstream"
    REMOVED_UPSTREAM = "removed_upstream"
    RUN_WITHOUT_DATA = "run_without_data"
    RUN_WITHOUT_CODE = "run_without_code"
    RUN_WITHOUT_ENVIRONMENT = "run_without_environment"
    ONLY_TESTED = "only_tested"
    IMAGE_WITHOUT_MODEL = "image_without_model"
    NO_MODEL = "no_model"
    NOTHING_UPSTREAM = "nothing_upstream"
    NO_RUN = "no_run"
    NOT_DEPLOYED = "not_deployed"


UNKNOWN_GAPS = frozenset(
    {
        Gap.CUT_SHORT,
        Gap.NAMED_ONLY,
        Gap.REMOVED,
        Gap.PLACEHOLDER_UPSTREAM,
        Gap.REMOVED_UPSTREAM,
    }
)


class Mark(IntFlag):
    """What an artifact is, or what lies on the ways from it; the last three are of deployments."""

    DATA = 1
    CODE = 2
    ENVIRONMENT = 4
    RUN = 8
    DESCRIBED_RUN = 16
    MODEL = 32
    PLACEHOLDER = 64
    TOMBSTONE = 128
    TESTED = 256
    STATED = 512
    IMAGE = 1024
    DEPLOYED = 2048
    IN_PRODUCTION = 4096


# Plain integers: the walk over a whole catalogue would spend most of its time on the enum's.
DATA, STATED, TESTED = int(Mark.DATA), int(Mark.STATED), int(Mark.TESTED)
DOWNWARDS = STATED - 1
UPWARDS = int(Mark.DEPLOYED | Mark.IN_PRODUCTION)
OF_KIND = {
    Kind.DATASET: Mark.DATA,
    Kind.FEATURE_SET: Mark.DATA,
    Kind.CODE: Mark.CODE,
    Kind.ENVIRONMENT: Mark.ENVIRONMENT,
    Kind.RUN: Mark.RUN,
    Kind.MODEL: Mark.MODEL,
    Kind.DEPLOYMENT: Mark.DEPLOYED,
}
WITNESS = {
    Aspect.DATA: Mark.DATA,
    Aspect.CODE: Mark.CODE,
    Aspect.ENVIRONMENT: Mark.ENVIRONMENT,
    Aspect.RUN: Mark.RUN,
    Aspect.DEPLOYMENT: Mark.DEPLOYED,
}
RUN_WITHOUT = {
    Aspect.DATA: Gap.RUN_WITHOUT_DATA,
    Aspect.CODE: Gap.RUN_WITHOUT_CODE,
    Aspect.ENVIRONMENT: Gap.RUN_WITHOUT_ENVIRONMENT,
}
# At which artifact upstream a way breaks; with the other gaps it is the one asked about.
BREAKS_AT = {
    Gap.RUN_WITHOUT_DATA: Mark.DESCRIBED_RUN,
    Gap.RUN_WITHOUT_CODE: Mark.DESCRIBED_RUN,
    Gap.RUN_WITHOUT_ENVIRONMENT: Mark.DESCRIBED_RUN,
    Gap.PLACEHOLDER_UPSTREAM: Mark.PLACEHOLDER,
    Gap.REMOVED_UPSTREAM: Mark.TOMBSTONE,
}
# A reader goes back step by step: what made it, then what that was given.
IN_ORDER = (Aspect.RUN, Aspect.DATA, Aspect.CODE, Aspect.ENVIRONMENT, Aspect.DEPLOYMENT)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one aspect, and unless it is connected where the way breaks."""

    aspect: Aspect
    answer: Answer
    gap: Gap | None = None


def own_mark(kind: str, *, is_placeholder: bool = False, is_tombstone: bool = False) -> int:
    """What an artifact is by itself.

    >>> Mark(own_mark("run"))
    <Mark.RUN|DESCRIBED_RUN: 24>
    >>> Mark(own_mark("dataset", is_placeholder=True))
    <Mark.DATA: 1>
    """
    mark = OF_KIND.get(kind, Mark(0))  # type: ignore[call-overload]
    if kind not in ENDS:
        mark |= Mark.PLACEHOLDER if is_placeholder else Mark(0)
        mark |= Mark.TOMBSTONE if is_tombstone else Mark(0)
    if mark == Mark.RUN:
        mark |= Mark.DESCRIBED_RUN
    return int(mark)


def steps_of_making(links: Iterable[Link[N]], own: Mapping[N, int]) -> Iterator[tuple[N, N]]:
    """The steps that a way follows before it comes to data: (upstream, downstream)."""
    for up, down, role in links:
        if not _is_evidence(role) and not (own.get(up, 0) | own.get(down, 0)) & DATA:
            yield up, down


def marks_of(links: Iterable[Link[N]], own: Mapping[N, int]) -> dict[N, int]:
    """For each artifact what lies on the ways from it; what it is by itself is left out.

    One pass over the links, then each artifact again whenever a mark is new to it, so at most as
    often as there are marks.

    >>> own = {"orders": own_mark("dataset"), "fit": own_mark("run"), "fraud": own_mark("model")}
    >>> found = marks_of([("orders", "fit", "training"), ("fit", "fraud", "output")], own)
    >>> Mark(found["fraud"])
    <Mark.DATA|RUN|DESCRIBED_RUN|STATED: 537>
    """
    marks: dict[N, int] = {}
    downstream: dict[N, list[N]] = {}
    upstream: dict[N, list[N]] = {}
    for up, down, role in links:
        evidence = _is_evidence(role)
        mark = marks.get(down, 0) | STATED
        if own.get(up, 0) & DATA:
            mark |= TESTED if evidence else DATA
        elif not evidence and not own.get(down, 0) & DATA:
            downstream.setdefault(up, []).append(down)
            upstream.setdefault(down, []).append(up)
        marks[down] = mark
    _carry(marks, own, downstream, DOWNWARDS)
    _carry(marks, own, upstream, UPWARDS)
    return marks


def _carry(
    marks: dict[N, int], own: Mapping[N, int], neighbours: Mapping[N, list[N]], carried: int
) -> None:
    """Hand on the marks to the neighbours until nothing is new."""
    queue = deque(one for one in neighbours if (marks.get(one, 0) | own.get(one, 0)) & carried)
    waiting = set(queue)
    while queue:
        here = queue.popleft()
        waiting.discard(here)
        given = (marks.get(here, 0) | own.get(here, 0)) & carried
        for there in neighbours[here]:
            known = marks.get(there, 0)
            if given & ~known:
                marks[there] = known | given
                if there in neighbours and there not in waiting:
                    waiting.add(there)
                    queue.append(there)


def verdicts(kind: str, *, own: int, mark: int, truncated: bool = False) -> list[Verdict]:
    """The answer for every aspect that is asked of a kind, in the order in which a way is walked.

    >>> made = int(Mark.STATED | Mark.RUN | Mark.DESCRIBED_RUN | Mark.DATA)
    >>> [(str(one.aspect), str(one.answer)) for one in verdicts("deployment", own=0, mark=made)][:3]
    [('run', 'connected'), ('data', 'connected'), ('code', 'missing')]
    """
    return [
        _verdict(aspect, kind, own, mark, truncated=truncated)
        for aspect in IN_ORDER
        if aspect is not Aspect.DEPLOYMENT or kind == Kind.MODEL
    ]


def _verdict(aspect: Aspect, kind: str, own: int, mark: int, *, truncated: bool) -> Verdict:
    if mark & WITNESS[aspect]:
        return Verdict(aspect, Answer.CONNECTED)
    if truncated:
        gap = Gap.CUT_SHORT
    elif aspect is Aspect.DEPLOYMENT:
        gap = Gap.NOT_DEPLOYED
    else:
        gap = _gap_upstream(aspect, kind, own, mark)
    return Verdict(aspect, Answer.UNKNOWN if gap in UNKNOWN_GAPS else Answer.MISSING, gap)


def _gap_upstream(aspect: Aspect, kind: str, own: int, mark: int) -> Gap:
    """The first that holds. A described run that names none settles it, whatever else is unknown
    further up: that is where to mend it.
    """
    only_tested = aspect is Aspect.DATA and bool(mark & Mark.TESTED)
    no_model = kind == Kind.DEPLOYMENT and not mark & Mark.MODEL
    has_image = bool(own & Mark.IMAGE or mark & Mark.ENVIRONMENT)
    described_run = bool(mark & Mark.DESCRIBED_RUN)
    reasons: tuple[tuple[bool, Gap], ...] = (
        (described_run and only_tested, Gap.ONLY_TESTED),
        (described_run, RUN_WITHOUT.get(aspect, Gap.NO_RUN)),
        (bool(own & Mark.TOMBSTONE), Gap.REMOVED),
        (bool(own & Mark.PLACEHOLDER), Gap.NAMED_ONLY),
        (bool(mark & Mark.PLACEHOLDER), Gap.PLACEHOLDER_UPSTREAM),
        (bool(mark & Mark.TOMBSTONE), Gap.REMOVED_UPSTREAM),
        (only_tested, Gap.ONLY_TESTED),
        (no_model and has_image, Gap.IMAGE_WITHOUT_MODEL),
        (no_model, Gap.NO_MODEL),
        (not mark & Mark.STATED, Gap.NOTHING_UPSTREAM),
    )
    return next((gap for holds, gap in reasons if holds), Gap.NO_RUN)


def breaks(found: Iterable[Verdict]) -> list[Verdict]:
    """Those of the verdicts that are not connected."""
    return [one for one in found if one.answer is not Answer.CONNECTED]


def place_of(
    gap: Gap, subject: N, upstream: Mapping[N, Collection[N]], own: Mapping[N, int]
) -> N | None:
    """The artifact at which the way breaks: the nearest of its sort, or the subject itself. None
    if it is further up than `upstream`, which holds steps of making backwards, goes.
    """
    wanted = BREAKS_AT.get(gap)
    if wanted is None:
        return subject
    near = distances(upstream, [subject])
    fitting = ((steps, one) for one, steps in near.items() if own.get(one, 0) & wanted)
    return min(fitting, default=(0, None))[1]


@lru_cache(maxsize=1000)
def _is_evidence(role: str) -> bool:
    return role_named(role).carries is Consequence.EVIDENCE
