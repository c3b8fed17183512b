"""The ways by which lineage comes in from outside."""

from apps.ingest.jobs.receiving import Received, receive_events
from apps.ingest.services.importing import (
    import_path,
    import_source,
    start_import,
    stop_import,
)
from apps.ingest.services.sources import (
    SourceSettings,
    add_source,
    change_source,
    retire_source,
    try_settings,
    try_source,
)

__all__ = [
    "Received",
    "SourceSettings",
    "add_source",
    "change_source",
    "import_path",
    "import_source",
    "receive_events",
    "retire_source",
    "start_import",
    "stop_import",
    "try_settings",
    "try_source",
]
