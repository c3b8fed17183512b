"""The picture of a case: the part of the graph that the flag spoils, what matters most first."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse

from apps.catalog.selectors import artifacts_by_id
from apps.drawing import Drawing, DrawingError, draw
from apps.graph.vocabulary import PRODUCTION, Consequence
from apps.impact.models import Finding, Report
from apps.impact.tally import OBLIGING_KINDS
from apps.web.graph_reading import links_among
from apps.web.pictures import Scene, picture_of
from apps.web.subgraphs import Bridge, on_ways_between

# As many as can be read on a page without moving the drawing about much.
MOST_SHOWN = 40
# Live in production and contaminated, then what obliges somebody, then the rest.
LIVE_IN_PRODUCTION = Q(is_live=True) & reduce(
    or_, (Q(environment__iexact=one) for one in PRODUCTION)
)
WEIGHT = Case(
    When(LIVE_IN_PRODUCTION, consequence=Consequence.CONTAMINATES, then=Value(0)),
    When(artifact__kind__in=OBLIGING_KINDS, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
STATUS = {Consequence.CONTAMINATES: "affected", Consequence.EVIDENCE: "evidence"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePicture:
    """`shown` of `total` findings are drawn; without a drawing `trouble` says why."""

    drawing: Drawing | None
    shown: int
    total: int
    trouble: str = ""


def case_picture(*, report: Report, production_only: bool = False) -> CasePicture:
    """Whole paths, those that end in production first, until 40 artifacts are shown."""
    total = report.counts.get("findings", 0)
    origins = [one["id"] for one in report.completeness.get("origins", {}).get("shown", ())][:10]
    chosen = _chosen(report, origins, production_only=production_only)
    ids = list(dict.fromkeys([*origins, *chosen.ids]))
    statuses = {
        pk: STATUS[Consequence(consequence)]
        for pk, consequence in report.findings.filter(artifact__in=ids).values_list(
            "artifact_id", "consequence"
        )
    }
    links = [Bridge(*one) for one in links_among(ids, report.revision)]
    if production_only:
        kept = on_ways_between(((one[0], one[1], one[2]) for one in links), origins, chosen.ends)
        ids = [pk for pk in ids if pk in kept]
    artifacts = artifacts_by_id(ids=ids)
    scene = Scene(
        origins=set(origins),
        bridges=[*links, *chosen.gaps],
        address=_artifact_address,
        statuses={**statuses, **dict.fromkeys(origins, "flagged")},
        label=f"How it spread from {report.flag.artifact.name}",
    )
    shown = len(set(ids) - set(origins))
    try:
        picture = picture_of((artifacts[pk] for pk in ids if pk in artifacts), scene)
        drawing = draw(picture, cache_dir=settings.VAR_DIR / "drawings")
    except DrawingError as error:
        return CasePicture(drawing=None, shown=0, total=total, trouble=error.message)
    return CasePicture(drawing=drawing, shown=shown, total=total)


def _artifact_address(pk: int) -> str:
    return reverse("web:artifact", args=[pk])


@dataclass(frozen=True, slots=True)
class _Chosen:
    """`ends` are what was chosen for itself, `ids` these and all on the paths to them; a path
    that is stored without its middle leaves a gap."""

    ids: list[int]
    ends: set[int]
    gaps: list[Bridge]


def _chosen(report: Report, origins: Iterable[int], *, production_only: bool) -> _Chosen:
    chosen = _Chosen([], set(), [])
    seen = set(origins)
    for finding in _most_telling(report, production_only=production_only)[: 2 * MOST_SHOWN]:
        steps = [step["id"] for step in finding.path if step["id"] is not None]
        fresh = [pk for pk in dict.fromkeys(steps) if pk not in seen]
        if len(chosen.ids) + len(fresh) > MOST_SHOWN:
            continue
        seen.update(fresh)
        chosen.ids.extend(fresh)
        chosen.ends.add(finding.artifact_id)
        chosen.gaps.extend(_gaps(finding))
    return chosen


def _most_telling(report: Report, *, production_only: bool) -> QuerySet[Finding]:
    """By weight, each nearest first; of many, only what obliges somebody and what leads to it."""
    rows = report.findings.only("artifact_id", "path", "distance", "report_id")
    if production_only:
        return rows.filter(LIVE_IN_PRODUCTION).order_by("distance", "pk")
    if report.counts.get("findings", 0) > MOST_SHOWN and any(
        report.counts["kinds"].get(kind) for kind in OBLIGING_KINDS
    ):
        rows = rows.filter(artifact__kind__in=OBLIGING_KINDS)
    return rows.order_by(WEIGHT, "distance", "pk")


def _gaps(finding: Finding) -> list[Bridge]:
    return [
        Bridge(before["id"], after["id"], after["role"], gap["omitted"])
        for before, gap, after in zip(
            finding.path, finding.path[1:], finding.path[2:], strict=False
        )
        if gap.get("omitted")
    ]
