"""Edges that follow their ends when these are merged or split."""

from collections.abc import Iterable

from django.db.models import Q

from apps.catalog.models import Artifact, Edge
from apps.catalog.services.inserting import insert_rows
from apps.catalog.services.writing import Change

CHUNK = 2000
EDGE_FIELDS = (
    "upstream",
    "downstream",
    "stated_upstream",
    "stated_downstream",
    "role",
    "producer",
    "evidence",
    "added_in",
    "retract_reason",
)
_LEFT = "Its ends were merged or split; it stands anew between what they have proved to be."


def follow_identity(*, change: Change, former: Iterable[int]) -> None:
    """Bring the live edges of these artifacts to what their stated ends have now proved to be.

    Retracted and asserted, never rewritten: as of an earlier revision they stand as they stood.
    """
    ids = sorted(former)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        live = Edge.objects.filter(retracted_in__isnull=True)
        rows = live.filter(Q(upstream__in=chunk) | Q(downstream__in=chunk))
        _bring(change, list(rows.order_by("pk")))


def _bring(change: Change, edges: list[Edge]) -> None:
    stated = {one for edge in edges for one in (edge.stated_upstream_id, edge.stated_downstream_id)}
    survivor = _survivors(stated)
    moved = [
        edge for edge in edges if _ends(edge, survivor) != (edge.upstream_id, edge.downstream_id)
    ]
    for start in range(0, len(moved), CHUNK):
        rows = Edge.objects.filter(pk__in=[edge.pk for edge in moved[start : start + CHUNK]])
        rows.update(retracted_in_id=change.number, retract_reason=_LEFT)
    # An edge that this very change asserted has not stood at any revision.
    Edge.objects.filter(added_in_id=change.number, retracted_in_id=change.number).delete()
    insert_rows(
        model=Edge,
        names=EDGE_FIELDS,
        rows=[
            (
                *_ends(edge, survivor),
                edge.stated_upstream_id,
                edge.stated_downstream_id,
                edge.role,
                edge.producer,
                edge.evidence,
                change.number,
                "",
            )
            for edge in moved
        ],
    )
    earlier = [edge for edge in moved if edge.added_in_id != change.number]
    change.edges_added += len(earlier)
    change.edges_retracted += len(earlier)


def _ends(edge: Edge, survivor: dict[int, int]) -> tuple[int, int]:
    return survivor[edge.stated_upstream_id], survivor[edge.stated_downstream_id]


def _survivors(ids: set[int]) -> dict[int, int]:
    every = sorted(ids)
    found: dict[int, int] = {}
    for start in range(0, len(every), CHUNK):
        rows = Artifact.objects.filter(pk__in=every[start : start + CHUNK])
        found.update((pk, into or pk) for pk, into in rows.values_list("pk", "merged_into_id"))
    return found
