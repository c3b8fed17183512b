"""What exists: artifacts, the edges between them and the revisions that brought them.

Only `apps.catalog.services` writes these tables. Nothing here is ever deleted: an edge is
retracted, an artifact leaves a tombstone.
"""

from apps.catalog.models.aliases import AliasStatement
from apps.catalog.models.artifacts import Artifact, ArtifactQuerySet, Deployment
from apps.catalog.models.conflicts import Conflict
from apps.catalog.models.edges import Edge
from apps.catalog.models.identity import Identifier, Merge, Proposal, ProposalState
from apps.catalog.models.revisions import Revision

__all__ = [
    "AliasStatement",
    "Artifact",
    "ArtifactQuerySet",
    "Conflict",
    "Deployment",
    "Edge",
    "Identifier",
    "Merge",
    "Proposal",
    "ProposalState",
    "Revision",
]
