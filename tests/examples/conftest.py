"""The worked example as it was recorded."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.graph.blast import BlastRadius, blast_radius
from apps.graph.records import ArtifactKey, ArtifactRecord, EdgeRecord, LineageBatch
from apps.graph.strict_json import loads
from apps.graph.validation import lineage_batch

LINEAGE = Path(__file__).parents[2] / "examples" / "fraud" / "lineage.json"


@dataclass(frozen=True)
class Example:
    """The batches of the file, and what they say together."""

    batches: list[LineageBatch]
    artifacts: dict[ArtifactKey, ArtifactRecord]
    edges: list[EdgeRecord]

    def named(self, name: str, version: str = "") -> ArtifactKey:
        """The one artifact of that name and version."""
        (key,) = (key for key in self.artifacts if (key.name, key.version) == (name, version))
        return key

    def radius(self, name: str, version: str) -> BlastRadius[ArtifactKey]:
        links = [(edge.upstream, edge.downstream, edge.role) for edge in self.edges]
        return blast_radius(links, [self.named(name, version)])


@pytest.fixture(scope="session")
def example() -> Example:
    batches = [lineage_batch(one) for one in loads(LINEAGE.read_bytes())]
    return Example(
        batches,
        {record.key: record for batch in batches for record in batch.artifacts},
        [edge for batch in batches for edge in batch.edges],
    )
