"""Walks of the stored graph: one recursive query, or one query a layer when the depth is small.

The recursion carries only the artifact: with the depth or the path in the row, every artifact
would be visited once for each way to it. Distances are counted afterwards, in memory.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import connection
from django.db.models import QuerySet

from apps.catalog.models import Edge
from apps.catalog.selectors.revisions import current_revision
from apps.graph.traverse import adjacency, distances

Direction = Literal["upstream", "downstream", "both"]
StoredLink = tuple[int, int, str]

# Beyond this depth one recursive query is cheaper than a round trip a layer.
LAYERED_DEPTH = 8
MAX_LINKS = 5_000_000
# Below SQLite's limit on bound values.
CHUNK = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What a walk reached.

    `distance` gives the fewest steps to each artifact reached, origins left out; `links` the
    (upstream id, downstream id, role) walked over, each once however many producers assert it.
    """

    origins: list[int]
    distance: dict[int, int] = field(default_factory=dict)
    links: list[StoredLink] = field(default_factory=list)
    revision: int = 0
    as_of: int | None = None
    truncated: bool = False


def walk(
    *,
    origins: Sequence[int],
    direction: Direction,
    depth: int | None = None,
    as_of: int | None = None,
    limit: int = 1_000_000,
) -> Walk:
    """Everything downstream or upstream of the origins, or both ways, as of a revision.

    `limit` bounds the artifacts reached, nearest first; `truncated` says that it did.
    """
    revision = current_revision()
    if direction == "both":
        return _both_ways(origins, depth=depth, as_of=as_of, limit=limit, revision=revision)
    backwards = direction == "upstream"
    links = (
        _links_by_layer(origins, backwards=backwards, depth=depth, as_of=as_of, limit=limit)
        if depth is not None and depth <= LAYERED_DEPTH
        else links_from(origins, backwards=backwards, as_of=as_of)
    )
    neighbours = adjacency(((up, down) for up, down, _ in links), backwards=backwards)
    distance = distances(neighbours, origins, depth=depth)
    truncated = len(distance) > limit or len(links) >= MAX_LINKS
    if len(distance) > limit:
        distance = dict(list(distance.items())[:limit])
    kept = distance.keys() | set(origins)
    return Walk(
        origins=list(origins),
        distance=distance,
        links=[link for link in links if link[0] in kept and link[1] in kept],
        revision=revision,
        as_of=as_of,
        truncated=truncated,
    )


def _both_ways(
    origins: Sequence[int], *, depth: int | None, as_of: int | None, limit: int, revision: int
) -> Walk:
    up, down = (
        walk(origins=origins, direction=direction, depth=depth, as_of=as_of, limit=limit)
        for direction in ("upstream", "downstream")
    )
    return Walk(
        origins=list(origins),
        distance={**up.distance, **down.distance},
        links=list(dict.fromkeys([*up.links, *down.links])),
        revision=revision,
        as_of=as_of,
        truncated=up.truncated or down.truncated,
    )


def links_from(
    origins: Iterable[int], *, backwards: bool = False, as_of: int | None = None
) -> list[StoredLink]:
    """Every link on a path from the origins, in one round trip."""
    here, there = _columns(backwards=backwards)
    live, live_values = _live(as_of)
    step = _edges_next_to("reached", here, live)
    sql = f"""
        WITH RECURSIVE reached(id) AS (
            {_given_ids()}
            UNION
            SELECT edge.{there} FROM {step}
        )
        SELECT edge.upstream_id, edge.downstream_id, edge.role FROM {step} LIMIT {MAX_LINKS}
    """  # noqa: S608 - column names of our own, values bound
    values = [_ids(origins), *live_values, *live_values]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(dict.fromkeys(cursor.fetchall()))


def _links_by_layer(
    origins: Iterable[int],
    *,
    backwards: bool,
    depth: int,
    as_of: int | None,
    limit: int,
) -> list[StoredLink]:
    here, _ = _columns(backwards=backwards)
    live, live_values = _live(as_of)
    sql = f"""
        WITH reached(id) AS ({_given_ids()})
        SELECT edge.upstream_id, edge.downstream_id, edge.role
        FROM {_edges_next_to("reached", here, live)}
    """  # noqa: S608 - column names of our own, values bound
    found: dict[StoredLink, None] = {}
    seen = set(origins)
    layer = set(seen)
    with connection.cursor() as cursor:
        for _ in range(depth):
            cursor.execute(sql, [_ids(layer), *live_values])
            links: list[StoredLink] = cursor.fetchall()
            found.update(dict.fromkeys(links))
            layer = {link[0] if backwards else link[1] for link in links} - seen
            seen |= layer
            if not layer or len(seen) > limit:
                break
    return list(found)


def live_edges(*, as_of: int | None = None) -> QuerySet[Edge]:
    """The edges that hold now, or held as of a revision."""
    if as_of is None:
        return Edge.objects.filter(retracted_in__isnull=True)
    return Edge.objects.filter(added_in__lte=as_of).exclude(retracted_in__lte=as_of)


def with_live_edges(*, ids: Iterable[int], end: Literal["upstream", "downstream"]) -> set[int]:
    """Those of the artifacts that are this end of some live edge."""
    every = list(ids)
    found: set[int] = set()
    for start in range(0, len(every), CHUNK):
        live = Edge.objects.filter(**{f"{end}__in": every[start : start + CHUNK]})
        rows = live.filter(retracted_in__isnull=True).values_list(f"{end}_id", flat=True)
        found.update(rows.distinct())
    return found


def _columns(*, backwards: bool) -> tuple[str, str]:
    return ("downstream_id", "upstream_id") if backwards else ("upstream_id", "downstream_id")


def _live(as_of: int | None) -> tuple[str, list[int]]:
    """The condition and its values. The plus keeps SQLite from looking edges up by it."""
    plus = "" if connection.vendor == "postgresql" else "+"
    not_retracted = f"{plus}retracted_in_id IS NULL"
    if as_of is None:
        return not_retracted, []
    live = f"{plus}added_in_id <= %s AND ({not_retracted} OR {plus}retracted_in_id > %s)"
    return live, [as_of, as_of]


def _given_ids() -> str:
    if connection.vendor == "postgresql":
        return "SELECT unnest(%s::bigint[])"
    return "SELECT value FROM json_each(%s)"


def _ids(ids: Iterable[int]) -> Any:
    return list(ids) if connection.vendor == "postgresql" else json.dumps(list(ids))


def _edges_next_to(table: str, column: str, live: str) -> str:
    """The edges of each row, by index, whatever the planner believes.

    PostgreSQL would take a hash join and read the whole edge table once for every step of a long
    chain: LATERAL … OFFSET 0 forbids that. SQLite would turn the tables round, or first read the
    whole edge table into a Bloom filter (80 ms at 300,000 edges, for 100 reached): CROSS JOIN
    forbids the one and a range of one value the other.
    """
    if connection.vendor == "postgresql":
        return (
            f"{table} CROSS JOIN LATERAL (SELECT upstream_id, downstream_id, role "  # noqa: S608
            f"FROM catalog_edge WHERE {column} = {table}.id AND {live} OFFSET 0) edge"
        )
    here = f"edge.{column} BETWEEN {table}.id AND {table}.id"
    return f"{table} CROSS JOIN catalog_edge edge ON {here} AND {live}"
