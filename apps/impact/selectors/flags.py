"""Which flags there are, and what they say of an artifact."""

from collections.abc import Iterable
from typing import Literal

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from apps.catalog.models import Artifact
from apps.catalog.selectors import names_of
from apps.graph.vocabulary import Consequence
from apps.impact.models import (
    LIVE_STATES,
    Finding,
    Flag,
    ObligationState,
    Scope,
    Severity,
)
from apps.impact.selectors.facts import CHUNK

AffectedStatus = Literal["flagged", "affected", "evidence"]

SEVERITY_RANK = Case(
    *(When(severity=one, then=Value(rank)) for rank, one in enumerate(Severity)),
    default=Value(0),
    output_field=IntegerField(),
)


def flags() -> QuerySet[Flag]:
    """Every flag, newest first, with what a list shows of it.

    `obligations_open` and `obligations_total` count.
    """
    still_open = Q(obligations__state=ObligationState.OPEN)
    return Flag.objects.select_related(
        "artifact", "raised_by", "decided_by", "latest_report"
    ).annotate(
        obligations_open=Count("obligations", filter=still_open),
        obligations_total=Count("obligations"),
    )


def open_flags() -> QuerySet[Flag]:
    """Open and confirmed flags, gravest first, then newest."""
    return flags().filter(state__in=LIVE_STATES).order_by(SEVERITY_RANK.desc(), "-raised_at", "-pk")


def flags_on(*, artifact: Artifact) -> QuerySet[Flag]:
    """Live flags raised on the artifact itself or on its name."""
    return open_flags().filter(_covers(artifact))


def flags_over(*, artifact: Artifact) -> QuerySet[Flag]:
    """Live flags whose last complete report finds the artifact affected.

    `consequence`, `distance` and `finding_id` of that finding are attached.
    """
    reached = Q(latest_report__findings__artifact=artifact)
    return (
        open_flags()
        .filter(reached)
        .annotate(
            consequence=F("latest_report__findings__consequence"),
            distance=F("latest_report__findings__distance"),
            finding_id=F("latest_report__findings__pk"),
        )
    )


def affected_status(*, artifact_ids: Iterable[int]) -> dict[int, AffectedStatus]:
    """What live flags say of the artifacts: flagged themselves, affected, or their evidence in
    doubt. The strongest wins; an artifact that nothing touches is left out.
    """
    live = Flag.objects.filter(state__in=LIVE_STATES)
    if not live.exists():
        return {}
    every = list(artifact_ids)
    found: dict[int, AffectedStatus] = {}
    for start in range(0, len(every), CHUNK):
        chunk = every[start : start + CHUNK]
        findings = Finding.objects.filter(
            report__in=live.values("latest_report"), artifact__in=chunk
        ).order_by()
        for pk, consequence in findings.values_list("artifact_id", "consequence").distinct():
            if consequence == Consequence.CONTAMINATES:
                found[pk] = "affected"
            else:
                found.setdefault(pk, "evidence")
        by_name = live.filter(scope=Scope.NAME).values("artifact__family_hash")
        # Under whichever of its names: an artifact may have proved to be the flagged one.
        flagged = Artifact.objects.filter(
            Q(pk__in=live.values("artifact")) | Q(family_hash__in=by_name),
            Q(pk__in=chunk) | Q(merged_into__in=chunk),
        )
        for row in flagged.only("pk", "merged_into"):
            found[row.survivor_id] = "flagged"
    return found


def _covers(artifact: Artifact) -> Q:
    names = names_of(artifact=artifact)
    whole_name = Q(scope=Scope.NAME, artifact__family_hash__in=names.values("family_hash"))
    return Q(artifact__in=names.values("pk")) | whole_name
