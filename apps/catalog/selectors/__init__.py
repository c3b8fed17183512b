"""Reading the graph. Every answer says which revision it is of and whether it is whole."""

from apps.catalog.search import find, identified_by, named_like
from apps.catalog.selectors.beside import (
    conflicts_of,
    edges_of,
    identifiers_of,
    merges_of,
    names_of,
    survivor_then,
    versions_of,
)
from apps.catalog.selectors.connected import (
    Break,
    ConnectedList,
    Explained,
    Question,
    Totals,
    connected_list,
    connectedness_of,
    explained,
)
from apps.catalog.selectors.connections import Connected, Connectedness, connectedness
from apps.catalog.selectors.content import graph_hash, kind_totals
from apps.catalog.selectors.proposals import (
    Shared,
    open_proposals,
    proposals,
    shared_identifiers,
)
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
from apps.catalog.selectors.walking import (
    Direction,
    StoredLink,
    Walk,
    links_from,
    walk,
    with_live_edges,
)

__all__ = [
    "Break",
    "Connected",
    "ConnectedList",
    "Connectedness",
    "Direction",
    "Explained",
    "PathsBetween",
    "Question",
    "Reach",
    "Reached",
    "Shared",
    "StoredLink",
    "Totals",
    "Walk",
    "ancestors",
    "artifacts_by_id",
    "conflicts_of",
    "connected_list",
    "connectedness",
    "connectedness_of",
    "current_revision",
    "descendants",
    "edges_of",
    "explained",
    "find",
    "graph_hash",
    "identified_by",
    "identifiers_of",
    "kind_counts",
    "kind_totals",
    "links_from",
    "merges_of",
    "named_like",
    "names_of",
    "open_proposals",
    "proposals",
    "revision_at",
    "shared_identifiers",
    "shortest_paths_between",
    "survivor_then",
    "versions_of",
    "walk",
    "with_live_edges",
]
