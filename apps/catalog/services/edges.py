"""Edges: asserted once by each producer, never overwritten, never closing a cycle."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.audit.services import record_entry
from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import artifacts_by_id, links_from
from apps.catalog.services.artifacts import StoredArtifacts
from apps.catalog.services.conflicts import ConflictDraft, record_conflicts
from apps.catalog.services.inserting import insert_rows
from apps.catalog.services.writing import Change, graph_change
from apps.graph.cycles import could_close_a_cycle, refuse_cycles
from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey, EdgeRecord, Refusal
from apps.graph.traverse import adjacency
from apps.graph.validation import paragraph

if TYPE_CHECKING:
    from apps.accounts.models import User

CHUNK = 2000
RETRACT_CHUNK = 200
PATH_SHOWN = 12
EDGE_FIELDS = (
    "upstream",
    "downstream",
    "role",
    "producer",
    "evidence",
    "added_in",
    "retract_reason",
)
Placed = tuple[str, EdgeRecord]
Pair = tuple[Artifact, Artifact]


def assert_edges(
    *, change: Change, artifacts: StoredArtifacts, records: Sequence[Placed]
) -> list[Refusal]:
    """Insert the edges that are new; return a refusal for each that would close a cycle."""
    ends = [
        (path, artifacts[one.upstream], artifacts[one.downstream], one) for path, one in records
    ]
    refused = _cycles(artifacts, [(up, down) for _, up, down, _ in ends])
    named = {one.pk: one for _, up, down, _ in ends for one in (up, down)}
    refusals: list[Refusal] = []
    drafts: list[ConflictDraft] = []
    wanted: dict[tuple[int, int, str], None] = {}
    for path, up, down, record in ends:
        if (cycle := refused.get((up.pk, down.pk))) is None:
            wanted[up.pk, down.pk, record.role] = None
            continue
        keys = _keys_on(cycle, named)
        message = f"Would close a cycle: {_in_words(keys)}."
        refusals.append(Refusal(path, "cycle", message, keys))
        drafts.append(ConflictDraft("cycle", up, down, message, record.role, keys))
    record_conflicts(change=change, drafts=drafts)
    _insert(change, wanted)
    return refusals


def _cycles(artifacts: StoredArtifacts, pairs: list[Pair]) -> dict[tuple[int, int], list[int]]:
    steps = list(dict.fromkeys((up.pk, down.pk) for up, down in pairs))
    known = {one.pk for pair in pairs for one in pair if not artifacts.is_new(one)}
    suspects = could_close_a_cycle(
        steps,
        has_downstream=_that_are("upstream", known & {down for _, down in steps}),
        has_upstream=_that_are("downstream", known & {up for up, _ in steps}),
    )
    if not suspects:
        return {}
    stored = links_from(known & {down for _, down in suspects})
    return refuse_cycles(suspects, adjacency((up, down) for up, down, _ in stored))


def _that_are(column: str, ids: set[int]) -> set[int]:
    """Those of the artifacts that are the upstream, or the downstream, of some live edge."""
    every = list(ids)
    found: set[int] = set()
    for start in range(0, len(every), CHUNK):
        live = Edge.objects.filter(**{f"{column}__in": every[start : start + CHUNK]})
        rows = live.filter(retracted_in__isnull=True).values_list(f"{column}_id", flat=True)
        found.update(rows.distinct())
    return found


def _keys_on(path: list[int], named: dict[int, Artifact]) -> tuple[ArtifactKey, ...]:
    rows = artifacts_by_id(ids=set(path) - named.keys()) | named
    return tuple(rows[pk].key for pk in path)


def _in_words(keys: Sequence[ArtifactKey]) -> str:
    names = [str(key) for key in keys]
    if len(names) > PATH_SHOWN:
        half = PATH_SHOWN // 2
        names[half:-half] = [f"… {len(names) - PATH_SHOWN} more …"]
    return " → ".join(names)


def _insert(change: Change, wanted: dict[tuple[int, int, str], None]) -> None:
    new = wanted.keys() - _live_edges(change, wanted)
    told = (change.producer, change.evidence, change.number, "")
    insert_rows(model=Edge, names=EDGE_FIELDS, rows=[(*one, *told) for one in sorted(new)])
    change.edges_added += len(new)


def _live_edges(
    change: Change, wanted: Iterable[tuple[int, int, str]]
) -> set[tuple[int, int, str]]:
    """Those of the edges that the producer already asserts."""
    triples = list(wanted)
    found: set[tuple[int, int, str]] = set()
    for start in range(0, len(triples), CHUNK):
        chunk = triples[start : start + CHUNK]
        rows = Edge.objects.filter(
            upstream__in={up for up, _, _ in chunk},
            downstream__in={down for _, down, _ in chunk},
            producer=change.producer,
            retracted_in__isnull=True,
        )
        found.update(rows.values_list("upstream_id", "downstream_id", "role"))
    return found


def retract_records(
    *, change: Change, artifacts: StoredArtifacts, records: Sequence[Placed]
) -> None:
    """End the producer's own assertions of these edges. What is not asserted is left alone."""
    triples = [
        (artifacts[one.upstream].pk, artifacts[one.downstream].pk, one.role) for _, one in records
    ]
    for start in range(0, len(triples), RETRACT_CHUNK):
        either = Q()
        for up, down, role in triples[start : start + RETRACT_CHUNK]:
            either |= Q(upstream=up, downstream=down, role=role)
        rows = Edge.objects.filter(either, producer=change.producer, retracted_in__isnull=True)
        change.edges_retracted += rows.update(
            retracted_in_id=change.number, retract_reason=f"Retracted by {change.producer}."
        )


def retract_edges(*, edge_ids: Sequence[int], reason: str, actor: "User") -> int:
    """End edges by hand, whoever asserted them; say how many were still live.

    The producer may assert an edge again. Reads as of an earlier revision still see it.
    """
    why = paragraph(reason, "$.reason").strip()
    if not why:
        raise RecordError("$.reason", "Say why the edge is wrong; it stays in the record.")
    with graph_change(producer=actor.get_username(), evidence=why[:2000], actor=actor) as change:
        live = Edge.objects.filter(pk__in=edge_ids, retracted_in__isnull=True)
        subjects = list(live.values_list("pk", "upstream_id", "downstream_id", "role"))
        change.edges_retracted = live.update(retracted_in_id=change.number, retract_reason=why)
        for pk, up, down, role in subjects:
            details = {"reason": why, "upstream": up, "downstream": down, "role": role}
            record_entry(
                actor=actor, action="edge.retracted", subject=f"edge:{pk}", details=details
            )
    return change.edges_retracted
