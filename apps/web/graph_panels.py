"""The panel beside the graph: what one artifact is, why it is affected, where to go from it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from apps.catalog.models import Artifact
from apps.graph.vocabulary import Consequence
from apps.impact.models import Finding, Flag
from apps.impact.selectors import flags_on, flags_over
from apps.web.access import signed_in
from apps.web.facts import Facts, facts_of
from apps.web.graph_questions import GraphQuestion
from apps.web.graph_reading import direct_counts
from apps.web.standing import standing_of

SHOWN_FLAGS = 3
SHOWN_NUMBERS = 6


@dataclass(frozen=True, slots=True)
class Cause:
    """A flag that reaches the artifact: what it does to it, and the path that proves it."""

    flag: Flag
    consequence: str
    path: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`beside` gives, for each way, its count of direct neighbours, the address that shows them
    and whether it has been followed already.
    """

    artifact: Artifact
    statuses: list[str]
    facts: Facts
    flags: list[Flag]
    causes: list[Cause]
    beside: list[tuple[str, int, str, bool]]
    question: GraphQuestion
    may_flag: bool

    @property
    def is_origin(self) -> bool:
        return self.artifact.pk == self.question.pk

    @property
    def path_url(self) -> str:
        return self.question.url(path_to=self.artifact.pk, selected=self.artifact.pk)

    @property
    def collapse_url(self) -> str:
        """Where its expanded neighbours are hidden again; empty when there are none."""
        if all(pk != self.artifact.pk for pk, _ in self.question.expanded):
            return ""
        return self.question.collapsing(self.artifact.pk).url()


def panel_of(*, artifact: Artifact, question: GraphQuestion, request: HttpRequest) -> Panel:
    """About eight queries, whatever the size of the graph."""
    flags = list(flags_on(artifact=artifact)[:SHOWN_FLAGS])
    causes = _causes(artifact)
    said = ["flagged"] if flags else []
    if causes:
        spoils = any(one.consequence == Consequence.CONTAMINATES.label for one in causes)
        said.append("affected" if spoils else "evidence")
    return Panel(
        artifact=artifact,
        statuses=list(dict.fromkeys([*said, *standing_of([artifact])[artifact.pk]])),
        facts=_shortened(facts_of(artifact.facets)),
        flags=flags,
        causes=causes,
        beside=_beside(artifact, question),
        question=question,
        may_flag=signed_in(request).may_act_as("contributor"),
    )


def _causes(artifact: Artifact) -> list[Cause]:
    flags = list(flags_over(artifact=artifact)[:SHOWN_FLAGS])
    paths = dict(
        Finding.objects.filter(pk__in=[one.finding_id for one in flags]).values_list("pk", "path")  # type: ignore[attr-defined]
    )
    return [
        Cause(
            one,
            Consequence(one.consequence).label,  # type: ignore[attr-defined]
            paths.get(one.finding_id, []),  # type: ignore[attr-defined]
        )
        for one in flags
    ]


def _beside(artifact: Artifact, question: GraphQuestion) -> list[tuple[str, int, str, bool]]:
    found = []
    pk = artifact.pk
    for way, side in (("upstream", "u"), ("downstream", "d")):
        upstream = side == "u"
        count = direct_counts([pk], upstream=upstream, as_of=question.as_of).get(pk, 0)
        followed = (pk, side) in question.expanded or (pk, "") in question.expanded
        # The first step from the origin is always shown, on the sides asked for.
        followed |= pk == question.pk and question.direction in (way, "both")
        url = question.expanding(pk, "u" if upstream else "d").url(selected=pk)
        found.append((way, count, url, followed))
    return found


def _shortened(facts: Facts) -> Facts:
    for table in facts.tables:
        del table.rows[SHOWN_NUMBERS:]
    return facts
