"""Where lineage comes from: sources and what was imported from them, and events received."""

from apps.ingest.models.events import DatasetRead, DatasetWrite, OpenLineageEvent, RunTelling
from apps.ingest.models.imports import ImportRun
from apps.ingest.models.sources import Source, SourceUnit, UnitEdge

__all__ = [
    "DatasetRead",
    "DatasetWrite",
    "ImportRun",
    "OpenLineageEvent",
    "RunTelling",
    "Source",
    "SourceUnit",
    "UnitEdge",
]
