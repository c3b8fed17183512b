"""What-if: the blast radius of something that nobody has flagged yet."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from apps.catalog.models import Artifact
from apps.catalog.selectors import Walk, artifacts_by_id, walk
from apps.graph.blast import blast_radius
from apps.graph.vocabulary import is_production
from apps.impact.models import Scope
from apps.impact.selectors.facts import Facts, facts_of
from apps.impact.selectors.origins import origins_within
from apps.impact.tally import Affliction, tally
from apps.impact.wording import headline

# Bounds the time a page may take: beyond this the report, not the preview, gives the whole.
MAX_REACHED = 20_000
# So many layers are walked one by one, stopping early when there is too much.
FIRST_LAYERS = 8
SAMPLE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """One artifact the preview shows by name."""

    artifact: Artifact
    consequence: str
    distance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a flag would reach now. `counts` is as in a report (see `apps.impact.tally`); when
    `truncated`, all counts are lower bounds. `production` and `sample` show up to ten each.
    """

    counts: dict[str, Any]
    kinds: dict[str, int]
    production: list[Artifact]
    production_count: int
    sample: list[Sampled]
    truncated: bool
    revision: int
    headline: str


def preview(*, artifact: Artifact, scope: str = Scope.VERSION) -> Preview:
    """Work out what a flag on the artifact, or on its name, would reach, and write nothing."""
    origins = list(origins_within(artifact=artifact, scope=scope).values_list("pk", flat=True))
    found = _bounded_walk(origins)
    radius = blast_radius(sorted(found.links), origins)
    facts: dict[int, Facts] = {}
    for chunk in facts_of(ids=list(radius.affected)):
        facts.update(chunk)
    now = timezone.now()
    counts = tally(
        Affliction(
            facts[pk].kind,
            one.consequence.value,
            facts[pk].environment,
            facts[pk].is_live(now),
            facts[pk].owner,
        )
        for pk, one in radius.affected.items()
    )
    production = [
        pk for pk, one in facts.items() if one.is_live(now) and is_production(one.environment)
    ]
    shown = list(radius.affected.values())[:SAMPLE]
    named = artifacts_by_id(ids={*production[:SAMPLE], *(one.artifact for one in shown)})
    return Preview(
        counts=counts,
        kinds=counts["kinds"],
        production=[named[pk] for pk in production[:SAMPLE]],
        production_count=len(production),
        sample=[
            Sampled(
                artifact=named[one.artifact],
                consequence=one.consequence.value,
                distance=one.distance,
            )
            for one in shown
        ],
        truncated=found.truncated,
        revision=found.revision,
        headline=headline(counts=counts, kind=artifact.kind),
    )


def _bounded_walk(origins: list[int]) -> Walk:
    near = walk(origins=origins, direction="downstream", depth=FIRST_LAYERS, limit=MAX_REACHED)
    if near.truncated or max(near.distance.values(), default=0) < FIRST_LAYERS:
        return near
    return walk(origins=origins, direction="downstream", limit=MAX_REACHED)
