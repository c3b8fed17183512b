"""Records of one natural whole, each checked as it is added, with the remarks on what was not."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from apps.graph.errors import RecordError
from apps.graph.records import (
    AliasRecord,
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
)
from apps.graph.validation import (
    MAX_TAGS,
    alias_record,
    artifact_record,
    edge_record,
    identifier_record,
    json_value,
    line,
)
from apps.ingest.connectors.contract import Reading, Remark

MAX_TAG_BYTES = 200
# What a record may be without.
OPTIONAL = frozenset(
    {"digest", "uri", "owner", "description", "tags", "occurred_at", "stated_at", "facets"}
)
_BLANK = ArtifactRecord(namespace="", kind="", name="")


@dataclass(slots=True)
class Gathering:
    """What one file, folder or document says, so far."""

    producer: str
    evidence: str
    artifacts: dict[ArtifactKey, ArtifactRecord] = field(default_factory=dict)
    edges: dict[EdgeRecord, None] = field(default_factory=dict)
    joined: set[tuple[ArtifactKey, ArtifactKey]] = field(default_factory=set)
    identifiers: dict[IdentifierRecord, None] = field(default_factory=dict)
    aliases: dict[AliasRecord, None] = field(default_factory=dict)
    adapted: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)

    def adapt(self, place: str, code: str, message: str) -> None:
        self.adapted.append(Remark(place, code, message))

    def refuse(self, place: str, code: str, message: str) -> None:
        self.refused.append(Remark(place, code, message))

    def state(self, record: ArtifactRecord, place: str) -> bool:
        """Whether the artifact is acceptable, and new here. It is refused with the reason."""
        checked = self._acceptable(record, place)
        if checked is None:
            return False
        if checked.key in self.artifacts:
            if checked != self.artifacts[checked.key]:
                self.refuse(place, "stated_twice", "Stands twice with one name; the first is kept.")
            return False
        self.artifacts[checked.key] = checked
        return True

    def _acceptable(self, record: ArtifactRecord, place: str) -> ArtifactRecord | None:
        """The record, without what is not acceptable in it; none if that is its key."""
        while True:
            try:
                return artifact_record(record, place)
            except RecordError as error:
                name = re.split(r"\W", error.path.removeprefix(f"{place}."), maxsplit=1)[0]
                if name not in OPTIONAL or not getattr(record, name):
                    self.refuse(error.path[:500], "invalid", error.message)
                    return None
                self.adapt(error.path[:500], "field_left_out", error.message)
                others = {key: one for key, one in record.facets.items() if key != record.kind}
                kept = name == "facets" and len(others) < len(record.facets)
                value = others if kept else getattr(_BLANK, name)
                record = msgspec.structs.replace(record, **{name: value})

    def join(self, upstream: ArtifactKey, downstream: ArtifactKey, role: str, place: str) -> bool:
        """Whether the step is acceptable. One from a thing to itself is no step."""
        if upstream == downstream:
            self.refuse(place, "own_upstream", "Names itself as what it was made from.")
            return False
        try:
            self.edges[edge_record(EdgeRecord(upstream, downstream, role), place)] = None
        except RecordError as error:
            self.refuse(error.path[:500], "invalid", error.message)
            return False
        self.joined.add((upstream, downstream))
        return True

    def identify(self, artifact: ArtifactKey, scheme: str, value: str, place: str) -> None:
        try:
            record = identifier_record(IdentifierRecord(artifact, scheme, value), place)
        except RecordError as error:
            self.refuse(error.path[:500], "invalid", error.message)
        else:
            self.identifiers[record] = None

    def alias(
        self, scheme: str, value: str, artifact: ArtifactKey, at: datetime, place: str
    ) -> None:
        """A name that moves, and what it was seen to name."""
        try:
            record = alias_record(AliasRecord(scheme, value, artifact, at), place)
        except RecordError as error:
            self.refuse(error.path[:500], "invalid", error.message)
        else:
            self.aliases[record] = None

    def kept(self, values: Mapping[str, Any], place: str) -> dict[str, Any]:
        """The values as JSON, field by field; a field that cannot be kept is remarked upon."""
        found: dict[str, Any] = {}
        for name, value in values.items():
            try:
                found[line(str(name), place)] = json_value(plain(value), str(name))
            except RecordError as error:
                where = f"{place} > {str(name)[:80]}"
                self.adapt(where, "field_left_out", f"{error.path[:200]}: {error.message}")
        return found

    def tags(self, values: object, place: str) -> tuple[str, ...]:
        """At most a hundred texts of one line. What does not fit is remarked upon."""
        if isinstance(values, str):
            values = [values]
        given = [
            one for one in texts(values) if len(one.encode("utf-8", "replace")) <= MAX_TAG_BYTES
        ]
        found = tuple(dict.fromkeys(given))
        if len(found) > MAX_TAGS:
            message = f"{len(found)} tags; the first {MAX_TAGS} are kept as such."
            self.adapt(place, "many_tags", message)
        return found[:MAX_TAGS]

    def batch(self) -> LineageBatch:
        return LineageBatch(
            producer=self.producer,
            evidence=self.evidence,
            artifacts=tuple(self.artifacts.values()),
            edges=tuple(self.edges),
            identifiers=tuple(self.identifiers),
            aliases=tuple(self.aliases),
        )

    def reading(self, unit: str = "", *about: ArtifactKey) -> Reading:
        """Everything, as the unit of that name; of what it is about, what is stated here."""
        batch = self.batch()
        return Reading(
            batch=batch if len(batch) else None,
            adapted=tuple(self.adapted),
            refused=tuple(self.refused),
            unit=unit,
            about=tuple(one for one in about if one in self.artifacts),
        )


def texts(value: object) -> Iterator[str]:
    """The texts in a list, or the one text, each without the blanks around it."""
    for one in value if isinstance(value, list | tuple) else [value]:
        if isinstance(one, str) and one.strip():
            yield one.strip()


def text(value: object) -> str:
    """A text on one line; empty for anything else."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def moment(value: object) -> datetime | None:
    """A full time or date, without a zone taken for UTC; none for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return None


def plain(value: Any) -> Any:
    """YAML's and JSON's values as JSON. NaN and the infinities become those words."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else _word(value)
        case dict():
            return {str(name): plain(one) for name, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(one) for one in value]
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _word(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
