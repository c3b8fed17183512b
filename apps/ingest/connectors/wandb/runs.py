"""A run of Weights & Biases and the artifact versions it names, wherever they were read."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Remark

_KINDS = {"model": Kind.MODEL, "dataset": Kind.DATASET, "code": Kind.CODE}
UNCATEGORIZED = "uncategorized"
NUMBERED = re.compile(r":v[0-9]+\Z")
_SEEDS = ("seed", "random_seed", "random_state")


@dataclass(frozen=True, slots=True)
class File:
    """A manifest's entry. `digest` as it stands: base64 of an md5, or a store's own of a `ref`."""

    path: str = ""
    digest: str = ""
    size: int | None = None
    ref: str = ""

    @property
    def md5(self) -> str:
        """The hex md5 of the bytes, where the digest is one.

        A reference without a checksum bears the md5 of its own address instead.

        >>> File("a.txt", "XUFAKrxLKna5cZ2REBfFkg==").md5
        '5d41402abc4b2a76b9719d911017c592'
        >>> File("a.csv", "bf1fc", ref="s3://bucket/a.csv").md5
        ''
        """
        if self.ref and not self.ref.startswith("file:"):
            return ""
        try:
            raw = base64.b64decode(self.digest, validate=True)
        except (binascii.Error, ValueError):
            return ""
        address = hashlib.md5(self.ref.encode("utf-8", "replace"), usedforsecurity=False).digest()
        return "" if len(raw) != len(address) or (self.ref and raw == address) else raw.hex()


@dataclass(slots=True, kw_only=True)
class Version:
    """One version of an artifact.

    Before it is synchronised it has no `version` (`v3`), only its digest. `number` is a version
    that is known of it and does not identify it here. `links` are its names in registries
    (`acme-org/wandb-registry-model/Churn:production`).
    """

    team: str
    project: str
    type: str
    name: str
    version: str = ""
    digest: str = ""
    description: str = ""
    metadata: Any = None
    aliases: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    size: int | None = None
    number: str = ""
    server_id: str = ""
    occurred_at: datetime | None = None
    stated_at: datetime | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> ArtifactKey:
        namespace = namespace_of(self.team, self.project)
        return ArtifactKey(namespace, kind_of(self.type), self.name, self.version or self.digest)

    def names_that_move(self) -> Iterator[tuple[str, str, ArtifactKey, datetime | None]]:
        """(scheme, value, what it names, since when as far as that is said)."""
        path = f"{self.team}/{self.project}/{self.name}"
        links = [one for one in self.links if not NUMBERED.search(one)]
        for value in (*(f"{path}:{alias}" for alias in sorted(self.aliases)), *links):
            yield "wandb_artifact", value, self.key, self.stated_at


@dataclass(slots=True, kw_only=True)
class Run:
    """A run with all it read and wrote. `place` and what is remarked are for the import's notes.

    `name` is what people call it now. They rename it, so its id is its name here.
    """

    place: str
    run_id: str
    team: str = ""
    project: str = ""
    name: str = ""
    state: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    stated_at: datetime | None = None
    owner: str = ""
    notes: str = ""
    job_type: str = ""
    tags: list[str] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    commit: str = ""
    remote: str = ""
    diff: str = ""
    python: str = ""
    image: str = ""
    packages: dict[str, str] = field(default_factory=dict)
    logged: list[Version] = field(default_factory=list)
    used: list[Version] = field(default_factory=list)
    forked_from: ArtifactKey | None = None
    details: dict[str, Any] = field(default_factory=dict)
    adapted: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        return namespace_of(self.team, self.project)

    @property
    def key(self) -> ArtifactKey:
        return run_key(self.team, self.project, self.run_id)

    @property
    def unit(self) -> str:
        return f"{self.team}/{self.project or UNCATEGORIZED}/run/{self.run_id}"

    def adapt(self, where: str, code: str, message: str) -> None:
        self.adapted.append(Remark(f"{self.place} > {where}", code, message))


def run_key(team: str, project: str, run_id: str) -> ArtifactKey:
    return ArtifactKey(namespace_of(team, project), Kind.RUN.value, run_id, run_id)


def namespace_of(team: str, project: str) -> str:
    """`wandb://team/project`; an offline run may know neither (`uncategorized` is the tool's word).

    >>> namespace_of("acme", "churn"), namespace_of("", "")
    ('wandb://acme/churn', 'wandb:///uncategorized')
    """
    return f"wandb://{team}/{project or UNCATEGORIZED}"


def kind_of(artifact_type: str) -> str:
    """`model`, `dataset` and `code` are kinds; a type of one's own is kept as one.

    >>> kind_of("Model"), kind_of("raw data"), kind_of("2nd")
    ('model', 'raw_data', 'artifact_2nd')
    """
    word = re.sub(r"[^a-z0-9]+", "_", artifact_type.lower()).strip("_")[:50]
    if word in {Kind.RUN, Kind.DEPLOYMENT, Kind.APPLICATION, Kind.ENVIRONMENT} or not (
        word[:1].isalpha()
    ):
        word = f"artifact_{word}".rstrip("_")
    return str(_KINDS.get(word, word))


def seed_of(config: dict[str, Any]) -> int | str | None:
    """The seed nearest to the top of the configuration.

    >>> seed_of({"opt": {"kind": "gini", "seed": 7}})
    7
    """
    layer: list[dict[str, Any]] = [config]
    while layer:
        for one in layer:
            for name in _SEEDS:
                if isinstance(value := one.get(name), int | str) and not isinstance(value, bool):
                    return value
        layer = [two for one in layer for two in one.values() if isinstance(two, dict)]
    return None


def metrics_of(summary: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(numbers and words by name, everything else). Nested names are joined with a dot.

    >>> metrics_of({"auc": 0.9, "best": {"loss": 0.1}, "_step": 3, "t": {"_type": "table"}})
    ({'auc': 0.9, 'best.loss': 0.1}, {'_step': 3, 't': {'_type': 'table'}})
    """
    metrics: dict[str, Any] = {}
    others: dict[str, Any] = {}
    waiting = list(reversed(summary.items()))
    while waiting:
        name, value = waiting.pop()
        if name.startswith("_"):
            if name != "_wandb":
                others[name] = value
        elif isinstance(value, dict) and "_type" not in value:
            waiting.extend((f"{name}.{inner}", one) for inner, one in reversed(value.items()))
        elif isinstance(value, dict | list):
            others[name] = value
        else:
            metrics[name] = value
    return metrics, others
