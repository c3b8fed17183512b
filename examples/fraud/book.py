"""Writing lineage down: records as the product takes them, one producer a book."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple


class Key(NamedTuple):
    """The identity of an artifact."""

    namespace: str
    kind: str
    name: str
    version: str

    def record(self) -> dict[str, str]:
        return {name: value for name, value in self._asdict().items() if value}


@dataclass(frozen=True)
class Job:
    """What a run was besides its data: code, environment, owner."""

    namespace: str
    code: Key
    environment: Key
    owner: str


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def moment(text: str) -> datetime:
    """A moment in UTC from `2026-11-05T08:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def stamp(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Book:
    """The batch of one producer, filled record by record."""

    producer: str
    evidence: str
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)
    identifiers: list[dict[str, Any]] = field(default_factory=list)

    def artifact(self, key: Key, when: str = "", **said: Any) -> Key:
        """Note an artifact; whatever is empty is left unsaid."""
        occurred = {"occurred_at": stamp(moment(when))} if when else {}
        known = {name: value for name, value in said.items() if value}
        self.artifacts.append({**key.record(), **occurred, **known})
        return key

    def edge(self, upstream: Key, role: str, downstream: Key) -> None:
        self.edges.append(
            {
                "upstream": upstream.record(),
                "downstream": downstream.record(),
                "role": role,
            }
        )

    def identifier(self, key: Key, scheme: str, value: str) -> None:
        self.identifiers.append({"artifact": key.record(), "scheme": scheme, "value": value})

    def dataset(
        self, key: Key, content: bytes, when: str, *, owner: str, description: str, tags: list[str]
    ) -> Key:
        """A CSV, with the digest, size, rows and columns of its bytes."""
        lines = content.count(b"\n")
        columns = content.split(b"\n", 1)[0].count(b",") + 1
        bucket = key.namespace.replace("/", "-")
        return self.artifact(
            key,
            when,
            digest=sha256(content),
            uri=f"s3://{bucket}/{key.name}/{key.version}.csv",
            owner=owner,
            description=description,
            tags=sorted(tags),
            facets={
                "dataset": {
                    "rows": lines - 1,
                    "columns": columns,
                    "size_bytes": len(content),
                    "format": "csv",
                }
            },
        )

    def run(
        self,
        job: Job,
        name: str,
        version: str,
        *,
        started: datetime,
        seconds: float,
        said: dict[str, Any],
        description: str = "",
    ) -> Key:
        """A completed run of a job; `said` holds its seed, parameters and metrics if any."""
        key = Key(job.namespace, "run", name, version)
        ended = started + timedelta(seconds=seconds)
        facet = {
            "state": "completed",
            "started_at": stamp(started),
            "ended_at": stamp(ended),
            **said,
        }
        self.artifact(
            key,
            started.replace(tzinfo=None).isoformat(),
            owner=job.owner,
            description=description,
            facets={"run": facet},
        )
        self.edge(job.code, "code", key)
        self.edge(job.environment, "environment", key)
        return key

    def document(self) -> dict[str, Any]:
        return {
            "producer": self.producer,
            "evidence": self.evidence,
            "artifacts": sorted(self.artifacts, key=_key_order),
            "edges": sorted(self.edges, key=json.dumps),
            "identifiers": sorted(self.identifiers, key=json.dumps),
        }


def _key_order(record: dict[str, Any]) -> tuple[str, ...]:
    return tuple(record.get(name, "") for name in Key._fields)


def write(path: Path, books: list[Book]) -> int:
    """All batches as one JSON list, a record a line. Returns the size in bytes."""
    batches = []
    for book in books:
        parts = []
        for name, value in book.document().items():
            if isinstance(value, list):
                lines = ",\n    ".join(json.dumps(one, ensure_ascii=False) for one in value)
                parts.append(f"  {json.dumps(name)}: [\n    {lines}\n  ]" if value else "")
            else:
                parts.append(f"  {json.dumps(name)}: {json.dumps(value)}")
        batches.append(" {\n" + ",\n".join(part for part in parts if part) + "\n }")
    text = "[\n" + ",\n".join(batches) + "\n]\n"
    path.write_text(text)
    return len(text.encode())
