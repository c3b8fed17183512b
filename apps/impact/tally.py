"""Counting what is affected. Pure: the same counts for a report, a preview and an export."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from apps.graph.vocabulary import Consequence, is_production

OBLIGING_KINDS = frozenset({"deployment", "model", "application"})


class Affliction(NamedTuple):
    """What counting needs to know of one affected artifact."""

    kind: str
    consequence: str
    environment: str = ""
    is_live: bool = False
    owner: str = ""


def tally(affected: Iterable[Affliction]) -> dict[str, Any]:
    """Counts of the affected.

    `kinds`, `consequences` and `kinds_by_consequence` are over all; `environments` over live
    deployments ("" when none is recorded); `owners` and `without_owner` over what somebody must
    act on: deployments, models and applications.
    """
    kinds: Counter[str] = Counter()
    crossed: dict[str, Counter[str]] = {}
    environments: Counter[str] = Counter()
    owners: Counter[str] = Counter()
    live, production = 0, 0
    for one in affected:
        kinds[one.kind] += 1
        crossed.setdefault(one.consequence, Counter())[one.kind] += 1
        if one.kind in OBLIGING_KINDS:
            owners[one.owner] += 1
        if one.is_live:
            environments[one.environment] += 1
            if one.consequence == Consequence.CONTAMINATES:
                live += 1
                production += is_production(one.environment)
    return {
        "findings": kinds.total(),
        "kinds": _ordered(kinds),
        "consequences": {name: counts.total() for name, counts in sorted(crossed.items())},
        "kinds_by_consequence": {name: _ordered(one) for name, one in sorted(crossed.items())},
        "environments": _ordered(environments),
        "production": sum(n for name, n in environments.items() if is_production(name)),
        "live_contaminated": live,
        "production_contaminated": production,
        "owners": len(owners.keys() - {""}),
        "without_owner": owners[""],
    }


def _ordered(counts: Counter[str]) -> dict[str, int]:
    """Most first, then by name."""
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
