"""Which few models to retrain first, because the most would be clean with them. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from apps.graph.blast import BlastRadius, Link
from apps.graph.bottlenecks import bottlenecks
from apps.graph.vocabulary import Consequence, role_named
from apps.impact.selectors.facts import Facts
from apps.impact.tally import OBLIGING_KINDS

MOST = 5
# Retraining something that cleans only itself is no advice.
LEAST_CLEANED = 2


def remedies(
    *,
    links: Iterable[Link[int]],
    origins: Iterable[int],
    radius: BlastRadius[int],
    facts: Mapping[int, Facts],
    at: datetime,
) -> list[dict[str, Any]]:
    """At most five models, the most useful first, none below another of them.

    Each is its key and id with `cleans`, how many of the `of` contaminated models, deployments and
    applications get all their taint through it (itself included), and `live`, how many of those
    are live deployments. What would clean more of what is live comes first.
    """
    contaminated = {
        pk for pk, one in radius.affected.items() if one.consequence is Consequence.CONTAMINATES
    }
    obliging = [pk for pk in contaminated if facts[pk].kind in OBLIGING_KINDS]
    spreading = (
        (up, down)
        for up, down, role in links
        if role_named(role).carries is Consequence.CONTAMINATES
    )
    found = bottlenecks(spreading, origins)
    counts = found.count_below(obliging)
    live = found.count_below(pk for pk in obliging if facts[pk].is_live(at))
    models = [pk for pk in obliging if facts[pk].kind == "model" and counts[pk] >= LEAST_CLEANED]
    chosen: list[int] = []
    for pk in sorted(models, key=lambda pk: (-live[pk], -counts[pk], facts[pk].key)):
        if not found.is_below(pk, set(chosen)):
            chosen.append(pk)
        if len(chosen) == MOST:
            break
    return [
        {
            "id": pk,
            **msgspec.structs.asdict(facts[pk].key),
            "cleans": counts[pk],
            "live": live[pk],
            "of": len(obliging),
        }
        for pk in chosen
    ]
