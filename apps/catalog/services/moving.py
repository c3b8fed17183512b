"""Edges and aliases that follow their artifacts when these are merged or split."""

from collections.abc import Iterable

from django.db.models import Q

from apps.catalog.models import AliasStatement, Artifact, Edge
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
ALIAS_FIELDS = (
    "scheme",
    "value",
    "artifact",
    "stated_artifact",
    "at",
    "producer",
    "evidence",
    "added_in",
    "fingerprint",
)
_LEFT = "Its ends were merged or split; it stands anew between what they have proved to be."


def follow_identity(*, change: Change, former: Iterable[int]) -> None:
    """Bring live edges and aliases of these artifacts to what they are stated of has now proved
    to be.

    Retracted and asserted, never rewritten: as of an earlier revision they stand as they stood.
    """
    ids = sorted(former)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        live = Edge.objects.filter(retracted_in__isnull=True)
        rows = live.filter(Q(upstream__in=chunk) | Q(downstream__in=chunk))
        _bring(change, list(rows.order_by("pk")))
        aliases = AliasStatement.objects.known().filter(artifact__in=chunk)
        _bring_aliases(change, list(aliases.order_by("pk")))


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


def _bring_aliases(change: Change, statements: list[AliasStatement]) -> None:
    survivor = _survivors({one.stated_artifact_id for one in statements if one.stated_artifact_id})
    moved = [
        (survivor[stated], stated, one)
        for one in statements
        if (stated := one.stated_artifact_id) and survivor[stated] != one.artifact_id
    ]
    for start in range(0, len(moved), CHUNK):
        ids = [one.pk for _, _, one in moved[start : start + CHUNK]]
        AliasStatement.objects.filter(pk__in=ids).update(retracted_in_id=change.number)
    this = change.number
    AliasStatement.objects.filter(added_in_id=this, retracted_in_id=this).delete()
    insert_rows(
        model=AliasStatement,
        names=ALIAS_FIELDS,
        rows=[
            (
                one.scheme,
                one.value,
                artifact,
                stated,
                one.at,
                one.producer,
                one.evidence,
                this,
                one.fingerprint,
            )
            for artifact, stated, one in moved
        ],
    )


def _ends(edge: Edge, survivor: dict[int, int]) -> tuple[int, int]:
    return survivor[edge.stated_upstream_id], survivor[edge.stated_downstream_id]


def _survivors(ids: set[int]) -> dict[int, int]:
    every = sorted(ids)
    found: dict[int, int] = {}
    for start in range(0, len(every), CHUNK):
        rows = Artifact.objects.filter(pk__in=every[start : start + CHUNK])
        found.update((pk, into or pk) for pk, into in rows.values_list("pk", "merged_into_id"))
    return found
