"""Reading the graph. Every answer says which revision it is of and whether it is whole."""

from apps.catalog.search import find, identified_by, named_like
from apps.catalog.selectors.beside import conflicts_of, edges_of, versions_of
from apps.catalog.selectors.content import graph_hash
from apps.catalog.selectors.reach import (
    PathsBetween,
    Reach,
    Reached,
    ancestors,
    artifacts_by_id,
    descendants,
    kind_counts,
    shortest_paths_between,
)
from apps.catalog.selectors.revisions import current_revision, revision_at
from apps.catalog.selectors.walking import Direction, StoredLink, Walk, links_from, walk

__all__ = [
    "Direction",
    "PathsBetween",
    "Reach",
    "Reached",
    "StoredLink",
    "Walk",
    "ancestors",
    "artifacts_by_id",
    "conflicts_of",
    "current_revision",
    "descendants",
    "edges_of",
    "find",
    "graph_hash",
    "identified_by",
    "kind_counts",
    "links_from",
    "named_like",
    "revision_at",
    "shortest_paths_between",
    "versions_of",
    "walk",
]
