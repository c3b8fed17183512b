"""The ways by which lineage comes in from outside."""

from apps.ingest.jobs.receiving import Received, receive_batch, receive_events
from apps.ingest.services.deploying import Release, end_release, record_release
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
    "Release",
    "SourceSettings",
    "add_source",
    "change_source",
    "end_release",
    "import_path",
    "import_source",
    "receive_batch",
    "receive_events",
    "record_release",
    "retire_source",
    "start_import",
    "stop_import",
    "try_settings",
    "try_source",
]
