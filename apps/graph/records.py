"""The one shape in which lineage arrives, whoever sends it.

REST, OpenLineage, connectors and commands all end in a `LineageBatch`. The structs say which
fields exist; `apps.graph.validation` says which values are acceptable.
"""

from datetime import datetime
from typing import Any

import msgspec


class ArtifactKey(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """The identity of an artifact. An empty version stands for a thing that has none."""

    namespace: str
    kind: str
    name: str
    version: str = ""

    def __str__(self) -> str:
        """For messages only; never parsed back."""
        return f"{self.name}@{self.version}" if self.version else self.name


class ArtifactRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one producer says of one artifact. Empty means "not said", never "erase".

    `digest` is `algorithm:value`. `occurred_at` is when the thing came to be, `stated_at` when the
    producer said so: of two statements on one field the later wins, whatever order they arrive in.
    `withdrawn` names what the producer takes back at `stated_at`: `description`, `owner`, `uri`,
    `occurred_at`, `facets.NAME`.
    """

    namespace: str
    kind: str
    name: str
    version: str = ""
    digest: str = ""
    uri: str = ""
    owner: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    occurred_at: datetime | None = None
    stated_at: datetime | None = None
    facets: dict[str, Any] = {}
    withdrawn: tuple[str, ...] = ()

    @property
    def key(self) -> ArtifactKey:
        return ArtifactKey(self.namespace, self.kind, self.name, self.version)


class EdgeRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of derivation, upstream to downstream."""

    upstream: ArtifactKey
    downstream: ArtifactKey
    role: str


class IdentifierRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name that the artifact bears elsewhere: (`git_commit`, `a91f…`), (`s3`, `s3://…`)."""

    artifact: ArtifactKey
    scheme: str
    value: str


class AliasRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name that moves, and what it named at a time: (`mlflow`, `models:/churn@champion`).

    Seen at `at`, by the producer's clock or when somebody looked. Without an artifact it named
    nothing from then on. The latest statement holds until the next one.
    """

    scheme: str
    value: str
    artifact: ArtifactKey | None
    at: datetime


class LineageBatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records that belong together.

    `producer` is who asserts them; an edge is retracted only by the producer that asserted it.
    `evidence` says by what (an event, a file, an import run).
    """

    producer: str = ""
    evidence: str = ""
    artifacts: tuple[ArtifactRecord, ...] = ()
    edges: tuple[EdgeRecord, ...] = ()
    identifiers: tuple[IdentifierRecord, ...] = ()
    aliases: tuple[AliasRecord, ...] = ()
    retractions: tuple[EdgeRecord, ...] = ()

    def __len__(self) -> int:
        stated = len(self.artifacts) + len(self.edges) + len(self.identifiers) + len(self.aliases)
        return stated + len(self.retractions)


class Refusal(msgspec.Struct, frozen=True):
    """Why one record was not written. `cycle` is the path it would have closed, if that is why."""

    path: str
    code: str
    message: str
    cycle: tuple[ArtifactKey, ...] = ()
