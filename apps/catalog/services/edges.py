"""Edges: asserted once by each producer, never overwritten, never closing a cycle."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from apps.audit.services import record_entry
from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import artifacts_by_id, links_from, with_live_edges
from apps.catalog.services.artifacts import StoredArtifacts
from apps.catalog.services.conflicts import ConflictDraft, record_conflicts
from apps.catalog.services.inserting import insert_rows
from apps.catalog.services.moving import EDGE_FIELDS
from apps.catalog.services.proving import part_proved
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
Placed = tuple[str, EdgeRecord]
# Ids of the stated ends, and the role.
Triple = tuple[int, int, str]
# By the ids of an edge's ends, the ids on the path that it would close.
Cycles = dict[tuple[int, int], list[int]]


def assert_edges(
    *, change: Change, artifacts: StoredArtifacts, records: Sequence[Placed]
) -> list[Refusal]:
    """Insert the edges that are new; return a refusal for each that would close a cycle."""
    refused = _refused(change, artifacts, records)
    named = {
        one.pk: one
        for _, record in records
        for one in (artifacts.survivor(record.upstream), artifacts.survivor(record.downstream))
    }
    refusals: list[Refusal] = []
    drafts: list[ConflictDraft] = []
    wanted: dict[Triple, None] = {}
    for path, record in records:
        up, down = artifacts[record.upstream], artifacts[record.downstream]
        if (cycle := refused.get((up.survivor_id, down.survivor_id))) is None:
            wanted[up.pk, down.pk, record.role] = None
            continue
        keys = _keys_on(cycle, named)
        message = f"Would close a cycle: {_in_words(keys)}."
        refusals.append(Refusal(path, "cycle", message, keys))
        drafts.append(ConflictDraft("cycle", up, down, message, record.role, keys))
    record_conflicts(change=change, drafts=drafts)
    _insert(change, wanted, {one.pk: one.survivor_id for one in artifacts})
    return refusals


def _refused(change: Change, artifacts: StoredArtifacts, records: Sequence[Placed]) -> Cycles:
    """The edges to refuse, by their ends, after splitting what only proof had put in their way."""
    refused = _cycles(artifacts, records)
    while refused:
        before, savepoint = replace(change), transaction.savepoint()
        parted = part_proved(change=change, paths=refused.values())
        if parted:
            artifacts.refresh()
        fewer = _cycles(artifacts, records) if parted else refused
        if len(fewer) == len(refused):
            transaction.savepoint_rollback(savepoint)
            change.count_again_from(before)
            if parted:
                artifacts.refresh()
            break
        transaction.savepoint_commit(savepoint)
        refused = fewer
    return refused


def _cycles(artifacts: StoredArtifacts, records: Sequence[Placed]) -> Cycles:
    steps: dict[tuple[int, int], None] = {}
    known: set[int] = set()
    for _, record in records:
        ends = [artifacts.survivor(key) for key in (record.upstream, record.downstream)]
        steps[ends[0].pk, ends[1].pk] = None
        known.update(one.pk for one in ends if not artifacts.is_new(one))
    suspects = could_close_a_cycle(
        steps,
        has_downstream=with_live_edges(ids=known & {down for _, down in steps}, end="upstream"),
        has_upstream=with_live_edges(ids=known & {up for up, _ in steps}, end="downstream"),
    )
    if not suspects:
        return {}
    stored = links_from(known & {down for _, down in suspects})
    return refuse_cycles(suspects, adjacency((up, down) for up, down, _ in stored))


def _keys_on(path: list[int], named: dict[int, Artifact]) -> tuple[ArtifactKey, ...]:
    rows = artifacts_by_id(ids=set(path) - named.keys()) | named
    return tuple(rows[pk].key for pk in path)


def _in_words(keys: Sequence[ArtifactKey]) -> str:
    names = [str(key) for key in keys]
    if len(names) > PATH_SHOWN:
        half = PATH_SHOWN // 2
        names[half:-half] = [f"… {len(names) - PATH_SHOWN} more …"]
    return " → ".join(names)


def _insert(change: Change, wanted: dict[Triple, None], survivor: Mapping[int, int]) -> None:
    new = wanted.keys() - _live_edges(change, wanted)
    told = (change.producer, change.evidence, change.number, "")
    rows = [(survivor[up], survivor[down], up, down, role, *told) for up, down, role in sorted(new)]
    insert_rows(model=Edge, names=EDGE_FIELDS, rows=rows)
    change.edges_added += len(new)


def _live_edges(change: Change, wanted: Iterable[Triple]) -> set[Triple]:
    """Those of the edges that the producer already asserts."""
    triples = list(wanted)
    found: set[Triple] = set()
    for start in range(0, len(triples), CHUNK):
        chunk = triples[start : start + CHUNK]
        rows = Edge.objects.filter(
            stated_upstream__in={up for up, _, _ in chunk},
            stated_downstream__in={down for _, down, _ in chunk},
            producer=change.producer,
            retracted_in__isnull=True,
        )
        found.update(rows.values_list("stated_upstream_id", "stated_downstream_id", "role"))
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
            either |= Q(stated_upstream=up, stated_downstream=down, role=role)
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
