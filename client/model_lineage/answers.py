"""What the server answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Optional


@dataclass(frozen=True)
class Artifact:
    """An artifact in one line. A placeholder was only ever named: what is not there is unknown."""

    id: int
    namespace: str
    kind: str
    name: str
    version: str
    owner: str = ""
    digest: str = ""
    occurred_at: Optional[datetime] = None
    is_placeholder: bool = False
    is_tombstone: bool = False

    def __str__(self) -> str:
        return f"{self.name}@{self.version}" if self.version else self.name


@dataclass(frozen=True)
class Identifier:
    """A name that an artifact bears elsewhere."""

    id: int
    scheme: str
    value: str
    artifact: int
    added_in: int


@dataclass(frozen=True)
class Edge:
    """One assertion of a producer; `retracted_in` is None while it is live."""

    id: int
    upstream: Artifact
    downstream: Artifact
    role: str
    phrase: str
    producer: str
    evidence: str
    added_in: int
    retracted_in: Optional[int] = None
    retract_reason: str = ""


@dataclass(frozen=True)
class ArtifactDetail(Artifact):
    """All that is known of one artifact; of each side's edges the first 100."""

    uri: str = ""
    description: str = ""
    tags: list[str] = field(default_factory=list)
    facets: dict[str, Any] = field(default_factory=dict)
    added_in: int = 0
    tombstoned_in: Optional[int] = None
    tombstone_reason: str = ""
    also_known_as: list[dict[str, Any]] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)
    aliases: list[dict[str, Any]] = field(default_factory=list)
    deployment: Optional[dict[str, Any]] = None
    upstream_edges: list[Edge] = field(default_factory=list)
    downstream_edges: list[Edge] = field(default_factory=list)
    edges_truncated: bool = False


@dataclass(frozen=True)
class Reached:
    """An artifact and the fewest steps to it."""

    distance: int
    artifact: Artifact


@dataclass(frozen=True)
class Step:
    """One step of derivation, by ids."""

    upstream: int
    downstream: int
    role: str


@dataclass(frozen=True)
class Stand:
    """Of what an answer is, and whether it is whole. `as_of` is None for the present."""

    artifact: Artifact
    revision: int
    as_of: Optional[int]
    truncated: bool


@dataclass(frozen=True)
class Reach(Stand):
    """What lies up or down, nearest first: one page of it. `counts` is by kind, over all."""

    counts: dict[str, int]
    count: int
    limit: int
    offset: int
    results: list[Reached]


@dataclass(frozen=True)
class Graph(Stand):
    """The surroundings of an artifact, itself among them at distance 0."""

    direction: str
    depth: int
    artifacts: list[Reached]
    edges: list[Step]


@dataclass(frozen=True)
class Paths(Stand):
    """All shortest paths, upstream end first. None: the one did not come from the other."""

    to: Artifact
    paths: list[list[Artifact]]


@dataclass(frozen=True)
class Refused:
    """Why one record was not written."""

    path: str
    code: str
    message: str
    cycle: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What became of a batch. `wrote` is False when all of it was known."""

    revision: int
    wrote: bool
    artifacts_added: int = 0
    artifacts_changed: int = 0
    edges_added: int = 0
    edges_retracted: int = 0
    identifiers_added: int = 0
    artifacts_merged: int = 0
    conflicts: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True)
class Me:
    """Who asks, and what this token may do."""

    username: str
    role: str
    scopes: list[str]
    revision: int
    token: Optional[dict[str, Any]] = None


@dataclass(frozen=True)
class Preview:
    """What a flag would reach; when `truncated`, all counts are lower bounds."""

    artifact: Artifact
    scope: str
    revision: int
    truncated: bool
    headline: str
    counts: dict[str, Any]
    production_count: int
    production: list[Artifact]


@dataclass(frozen=True)
class Flag:
    """`latest_report` is the id of the last complete report, `report_url` of the newest."""

    id: int
    artifact: Artifact
    scope: str
    reason: str
    severity: str
    state: str
    raised_at: datetime
    detail: str = ""
    since: Optional[datetime] = None
    raised_by: Optional[str] = None
    decided_by: Optional[str] = None
    decided_at: Optional[datetime] = None
    decision_note: str = ""
    latest_report: Optional[int] = None
    obligations_open: int = 0
    obligations_total: int = 0
    report_url: Optional[str] = None


@dataclass(frozen=True)
class Report:
    """pending, running, complete or failed. A complete report never changes."""

    id: int
    flag: int
    number: int
    state: str
    requested_at: datetime
    url: str = ""
    started_at: Optional[datetime] = None
    finished_at: Optional[datetime] = None
    percent: int = 0
    revision: Optional[int] = None
    headline: str = ""
    completeness: list[str] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)
    remedies: list[dict[str, Any]] = field(default_factory=list)
    content_hash: str = ""
    error: str = ""


@dataclass(frozen=True)
class Finding:
    """One affected artifact, and the way from the flagged one to it."""

    id: int
    artifact: Artifact
    consequence: str
    distance: int
    environment: str = ""
    is_live: bool = False
    owner: str = ""
    path: list[dict[str, Any]] = field(default_factory=list)
    obligation: Optional[int] = None
    obligation_state: Optional[str] = None
    assignee: Optional[str] = None
    is_new: bool = False


@dataclass(frozen=True)
class Obligation:
    """An affected deployment, model or application, and what was done about it."""

    id: int
    flag: int
    artifact: Artifact
    consequence: str
    state: str
    assignee: str = ""
    note: str = ""
    opened_at: Optional[datetime] = None
    due_at: Optional[datetime] = None
    decided_by: Optional[str] = None
    decided_at: Optional[datetime] = None


@dataclass(frozen=True)
class Revision:
    """One committed change of the graph."""

    number: int
    committed_at: datetime
    producer: str
    evidence: str
    actor: Optional[str] = None
    artifacts_added: int = 0
    artifacts_changed: int = 0
    edges_added: int = 0
    edges_retracted: int = 0
    aliases_added: int = 0
    artifacts_merged: int = 0
