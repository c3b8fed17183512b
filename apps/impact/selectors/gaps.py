"""How whole an answer is: what is known to be missing, and when each source was last heard."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from django.db.models import Max, Q

from apps.catalog.models import Conflict, Edge, Revision
from apps.graph.vocabulary import ROLES, Consequence
from apps.impact.selectors.facts import CHUNK, Facts

SHOWN = 50
# What a model can have learnt from. A run is not among them: it must have read something itself.
TEACHING_KINDS = frozenset({"dataset", "feature_set", "model"})
_DOUBTFUL_ROLES = [role.name for role in ROLES.values() if role.carries is Consequence.EVIDENCE]


def completeness_of(
    *,
    origins: Iterable[int],
    affected: Mapping[int, Consequence],
    facts: Mapping[int, Facts],
    as_of: int,
) -> dict[str, Any]:
    """Each gap as `{count, shown}`, at most 50 shown; and the last revision of each source."""
    scope = [*origins, *affected]
    placeholders = [pk for pk in scope if facts[pk].is_placeholder]
    untaught = models_without_training_data(
        ids=[pk for pk in affected if facts[pk].kind == "model"], as_of=as_of
    )
    refused = refused_edges(upstream_ids=scope, as_of=as_of)
    return {
        "origins": _listed(origins, facts),
        "placeholders": _listed(placeholders, facts),
        "models_without_training_data": _listed(untaught, facts),
        "conflicts": {"count": len(refused), "shown": refused[:SHOWN]},
        "sources": last_imports(as_of=as_of),
    }


def _listed(ids: Iterable[int], facts: Mapping[int, Facts]) -> dict[str, Any]:
    every = sorted(ids, key=lambda pk: facts[pk].key)
    shown = [{"id": pk, **msgspec.structs.asdict(facts[pk].key)} for pk in every[:SHOWN]]
    return {"count": len(every), "shown": shown}


def models_without_training_data(*, ids: Iterable[int], as_of: int) -> list[int]:
    """Models of which no source says what data or model they were made from, be it directly or
    through their run. What is unknown may be spoilt too.
    """
    every = list(ids)
    taught: set[int] = set()
    runs: dict[int, list[int]] = {}
    for model, upstream, kind in _made_from(every, as_of):
        if kind in TEACHING_KINDS:
            taught.add(model)
        elif kind == "run":
            runs.setdefault(upstream, []).append(model)
    for run, _, kind in _made_from(list(runs), as_of):
        if kind in TEACHING_KINDS:
            taught.update(runs[run])
    return [pk for pk in every if pk not in taught]


def _made_from(ids: list[int], as_of: int) -> Iterator[tuple[int, int, str]]:
    """(downstream, upstream, the upstream's kind) over edges that carry what it is made of."""
    for start in range(0, len(ids), CHUNK):
        edges = Edge.objects.filter(
            _live(as_of), downstream__in=ids[start : start + CHUNK]
        ).exclude(role__in=_DOUBTFUL_ROLES)
        yield from edges.values_list("downstream_id", "upstream_id", "upstream__kind").distinct()


def _live(as_of: int) -> Q:
    ended = Q(retracted_in__isnull=True) | Q(retracted_in__gt=as_of)
    return ended & Q(added_in__lte=as_of)


def refused_edges(*, upstream_ids: list[int], as_of: int) -> list[dict[str, Any]]:
    """Edges refused because of a cycle, where following them would have begun in scope."""
    rows: list[Conflict] = []
    for start in range(0, len(upstream_ids), CHUNK):
        found = Conflict.objects.filter(
            code="cycle",
            recorded_in__lte=as_of,
            first__in=upstream_ids[start : start + CHUNK],
        )
        rows.extend(found.select_related("first", "second"))
    gaps = [
        {
            "upstream": {"id": row.first_id, **msgspec.structs.asdict(row.first.key)},
            "downstream": {"id": row.second_id, **msgspec.structs.asdict(row.second.key)},
            "role": row.role,
            "producer": row.producer,
            "detail": row.detail,
        }
        for row in rows
    ]
    return sorted(gaps, key=lambda gap: (gap["detail"], gap["producer"], gap["role"]))


def last_imports(*, as_of: int) -> dict[str, Any]:
    """The last revision of each source up to this one, latest first."""
    rows = (
        Revision.objects.filter(number__lte=as_of)
        .values("producer")
        .annotate(revision=Max("number"), committed_at=Max("committed_at"))
        .order_by("-revision")
    )
    shown = [{**row, "committed_at": row["committed_at"].isoformat()} for row in rows[:SHOWN]]
    return {"count": rows.count(), "shown": shown}
