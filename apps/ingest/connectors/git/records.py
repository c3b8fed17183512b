"""Commits as records; records that stand or fall together."""

from dulwich.objects import Commit

from apps.graph.errors import RecordError
from apps.graph.records import (
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
)
from apps.graph.validation import artifact_record
from apps.ingest.connectors.contract import Reading, Remark
from apps.ingest.connectors.git.names import moment, text
from apps.ingest.connectors.git.objects import Repository


def commit_record(
    repository: Repository, commit: Commit, facts: dict[str, object], branch: str = ""
) -> ArtifactRecord:
    """The code that a commit is: its name is the repository's, its version the whole hash."""
    code: dict[str, object] = {"commit": text(commit.id), "repository": repository.namespace}
    subject, _, _ = text(commit.message).strip().partition("\n")
    return ArtifactRecord(
        namespace=repository.namespace,
        kind="code",
        name=repository.name,
        version=text(commit.id),
        description=subject[:500],
        occurred_at=moment(commit.commit_time),
        facets={"code": code | ({"branch": branch} if branch else {}), "git": facts},
    )


def commit_key(repository: Repository, sha: str) -> ArtifactKey:
    return ArtifactKey(repository.namespace, "code", repository.name, sha)


class Whole:
    """The records of one run, or of one file, that stand or fall together.

    `unit` and `about` are those of the reading.
    """

    def __init__(self, place: str, unit: str = "") -> None:
        self.place = place
        self.unit = unit
        self.about: dict[ArtifactKey, None] = {}
        self.artifacts: dict[ArtifactKey, ArtifactRecord] = {}
        self.edges: dict[EdgeRecord, None] = {}
        self.identifiers: dict[IdentifierRecord, None] = {}

    def edge(self, upstream: ArtifactKey, downstream: ArtifactKey, role: str) -> None:
        self.edges[EdgeRecord(upstream, downstream, role)] = None

    def reading(self, producer: str) -> Reading:
        artifacts, refused = [], []
        for record in self.artifacts.values():
            try:
                artifacts.append(artifact_record(record, self.place))
            except RecordError as error:
                refused.append(Remark(error.path, "invalid", error.message))
        batch = LineageBatch(
            producer=producer,
            evidence=self.place,
            artifacts=tuple(artifacts),
            edges=tuple(self.edges),
            identifiers=tuple(self.identifiers),
        )
        stated = {one.key for one in artifacts}
        return Reading(
            batch=batch,
            refused=tuple(refused),
            unit=self.unit,
            about=tuple(one for one in self.about if one in stated),
        )
