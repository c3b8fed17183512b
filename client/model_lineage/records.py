"""What is sent: the `LineageBatch` of `POST /api/v1/batches`, field by field."""

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, order=True)
class Key:
    """The identity of an artifact. An empty version stands for a thing that has none."""

    namespace: str
    kind: str
    name: str
    version: str = ""

    def __str__(self) -> str:
        """For messages only."""
        return f"{self.name}@{self.version}" if self.version else self.name

    def to_json(self) -> dict[str, str]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True)
class ArtifactRecord:
    """What is said of one artifact. Empty means "not said".

    `digest` is `algorithm:value`; times are ISO 8601 with their zone.
    """

    key: Key
    digest: str = ""
    uri: str = ""
    owner: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    occurred_at: str = ""
    stated_at: str = ""
    facets: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        said = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "key"}
        return {**self.key.to_json(), **{name: value for name, value in said.items() if value}}


@dataclass(frozen=True)
class EdgeRecord:
    """One step of derivation, upstream to downstream."""

    upstream: Key
    downstream: Key
    role: str

    def to_json(self) -> dict[str, Any]:
        ends = {"upstream": self.upstream.to_json(), "downstream": self.downstream.to_json()}
        return {**ends, "role": self.role}


@dataclass(frozen=True)
class IdentifierRecord:
    """A name that the artifact bears elsewhere: (`git_commit`, `a91f…`)."""

    artifact: Key
    scheme: str
    value: str

    def to_json(self) -> dict[str, Any]:
        return {"artifact": self.artifact.to_json(), "scheme": self.scheme, "value": self.value}


@dataclass(frozen=True)
class Batch:
    """Records that belong together. `producer` is who asserts them, `evidence` by what."""

    producer: str = ""
    evidence: str = ""
    artifacts: tuple[ArtifactRecord, ...] = ()
    edges: tuple[EdgeRecord, ...] = ()
    identifiers: tuple[IdentifierRecord, ...] = ()
    retractions: tuple[EdgeRecord, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """
        >>> Batch(producer="nightly").to_json()
        {'producer': 'nightly'}
        """
        said: dict[str, Any] = {"producer": self.producer, "evidence": self.evidence}
        for name in ("artifacts", "edges", "identifiers", "retractions"):
            said[name] = [one.to_json() for one in getattr(self, name)]
        return {name: value for name, value in said.items() if value}
