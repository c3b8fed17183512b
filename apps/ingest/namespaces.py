"""The namespaces that a tool uses, brought to those that the team uses."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from apps.graph.records import ArtifactKey, EdgeRecord, LineageBatch


@dataclass(frozen=True, slots=True)
class Namespaces:
    """`s3://team-*` maps whatever begins with `s3://team-`. The exact name wins over a beginning,
    a longer beginning over a shorter one; what nothing maps stays as it is.

    >>> Namespaces({"mlflow://*": "tracking", "mlflow://eu*": "eu"})["mlflow://eu-1:5000"]
    'eu'
    """

    mapping: Mapping[str, str]

    def __getitem__(self, namespace: str) -> str:
        if (exact := self.mapping.get(namespace)) is not None:
            return exact
        beginnings = (one for one in self.mapping if one.endswith("*"))
        fitting = [one for one in beginnings if namespace.startswith(one[:-1])]
        return self.mapping[max(fitting, key=len)] if fitting else namespace

    def key(self, key: ArtifactKey) -> ArtifactKey:
        return msgspec.structs.replace(key, namespace=self[key.namespace])

    def edge(self, edge: EdgeRecord) -> EdgeRecord:
        return EdgeRecord(self.key(edge.upstream), self.key(edge.downstream), edge.role)

    def batch(self, batch: LineageBatch) -> LineageBatch:
        if not self.mapping:
            return batch
        replace = msgspec.structs.replace
        return replace(
            batch,
            artifacts=tuple(replace(one, namespace=self[one.namespace]) for one in batch.artifacts),
            edges=tuple(map(self.edge, batch.edges)),
            identifiers=tuple(
                replace(one, artifact=self.key(one.artifact)) for one in batch.identifiers
            ),
            aliases=tuple(
                replace(one, artifact=one.artifact and self.key(one.artifact))
                for one in batch.aliases
            ),
            retractions=tuple(map(self.edge, batch.retractions)),
        )
