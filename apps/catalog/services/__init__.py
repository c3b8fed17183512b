"""The only writers of the graph."""

from apps.catalog.services.describing import describe_artifact, tombstone_artifact
from apps.catalog.services.edges import retract_edges
from apps.catalog.services.identity import merge_artifacts, split_artifact
from apps.catalog.services.proposing import Decided, decide_proposals
from apps.catalog.services.recording import BatchResult, record_batch
from apps.catalog.services.writing import graph_change, waiting_at_most

__all__ = [
    "BatchResult",
    "Decided",
    "decide_proposals",
    "describe_artifact",
    "graph_change",
    "merge_artifacts",
    "record_batch",
    "retract_edges",
    "split_artifact",
    "tombstone_artifact",
    "waiting_at_most",
]
