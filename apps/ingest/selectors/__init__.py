"""Reading what came in, and where from."""

from apps.ingest.selectors.events import (
    derived_rows,
    events_by_key,
    events_in_evidence,
    events_of,
    known_digests,
    live_edges_by,
    live_run_edges,
    readers_within,
    tellings,
    versions_read,
    windows_after,
)
from apps.ingest.selectors.sources import (
    failing_sources,
    import_runs,
    lost_units,
    source_named,
    sources,
    stale_sources,
    unit_totals,
)

__all__ = [
    "derived_rows",
    "events_by_key",
    "events_in_evidence",
    "events_of",
    "failing_sources",
    "import_runs",
    "known_digests",
    "live_edges_by",
    "live_run_edges",
    "lost_units",
    "readers_within",
    "source_named",
    "sources",
    "stale_sources",
    "tellings",
    "unit_totals",
    "versions_read",
    "windows_after",
]
