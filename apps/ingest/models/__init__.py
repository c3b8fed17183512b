"""Where lineage comes from: sources and what was imported from them, and events received."""

from apps.ingest.models.events import (
    DatasetDrop,
    DatasetName,
    DatasetRead,
    DatasetWrite,
    OpenLineageEvent,
    RunTelling,
)
from apps.ingest.models.imports import ImportRun
from apps.ingest.models.marquez import MarquezRecord
from apps.ingest.models.sources import Source, SourceUnit, UnitEdge

__all__ = [
    "DatasetDrop",
    "DatasetName",
    "DatasetRead",
    "DatasetWrite",
    "ImportRun",
    "MarquezRecord",
    "OpenLineageEvent",
    "RunTelling",
    "Source",
    "SourceUnit",
    "UnitEdge",
]
