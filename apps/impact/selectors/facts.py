"""What a report needs to know of many artifacts, without their texts and facets."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from apps.catalog.models import Artifact
from apps.graph.records import ArtifactKey

CHUNK = 5000


class Facts(NamedTuple):
    """One artifact, as a report shows it. The last three speak of deployments only."""

    namespace: str
    kind: str
    name: str
    version: str
    key_hash: str
    owner: str
    is_placeholder: bool
    environment: str
    live_from: datetime | None
    live_until: datetime | None

    @property
    def key(self) -> ArtifactKey:
        return ArtifactKey(self.namespace, self.kind, self.name, self.version)

    def is_live(self, at: datetime) -> bool:
        """A deployment counts as live until a source says that it ended."""
        return self.kind == "deployment" and (self.live_until is None or self.live_until > at)


def facts_of(*, ids: Sequence[int]) -> Iterator[dict[int, Facts]]:
    """The artifacts with these ids, some thousands at a time."""
    for start in range(0, len(ids), CHUNK):
        rows = Artifact.objects.filter(pk__in=ids[start : start + CHUNK]).values_list(
            "pk",
            "namespace",
            "kind",
            "name",
            "version",
            "key_hash",
            "owner",
            "is_placeholder",
            "deployment__environment",
            "deployment__live_from",
            "deployment__live_until",
        )
        yield {
            row[0]: Facts(*row[1:8], environment=row[8] or "", live_from=row[9], live_until=row[10])
            for row in rows
        }
