"""The ways by which lineage comes in from outside."""

from apps.ingest.services.importing import import_path
from apps.ingest.services.receiving import Received, receive_batch, receive_events

__all__ = ["Received", "import_path", "receive_batch", "receive_events"]
