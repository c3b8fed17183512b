"""What is known of an artifact, as the join of everything that was said of it.

Each field is a last-writer-wins register whose clock is the producer's own `stated_at`, ties
broken by the value itself. Joining is commutative, associative and idempotent, so records may
arrive twice, in any order and in any cut and end in the same artifact.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.graph.records import ArtifactRecord
from apps.graph.strict_json import canonical

LINES = ("uri", "owner", "description")
FACET = "facets."
DIGEST_PREFERENCE = ("sha256", "sha512", "blake3", "sha384", "sha1", "md5")


@dataclass(slots=True)
class Statements:
    """The joined fields. `stamps` holds, for each field that was dated, when it was stated, or
    withdrawn: a field that is dated and empty.
    """

    digest: str = ""
    uri: str = ""
    owner: str = ""
    description: str = ""
    occurred_at: datetime | None = None
    tags: list[str] = field(default_factory=list)
    facets: dict[str, Any] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)

    def join(self, other: "Statements") -> bool:
        """Take in what else was said; say whether anything changed."""
        before = (self.digest, len(self.tags))
        stamp = other.stamps.get
        changed = [self._join_line(name, getattr(other, name), stamp(name, "")) for name in LINES]
        changed.append(self._join_occurred_at(other.occurred_at, stamp("occurred_at", "")))
        changed.extend(
            self._join_facet(name, other.facets, stamp(f"facets.{name}", ""))
            for name in other.facet_names()
        )
        self.digest = preferred_digest(self.digest, other.digest)
        self.tags = sorted({*self.tags, *other.tags})
        return any(changed) or before != (self.digest, len(self.tags))

    def facet_names(self) -> set[str]:
        """Those that are stated, and those that are withdrawn."""
        dated = {name.removeprefix(FACET) for name in self.stamps if name.startswith(FACET)}
        return dated | self.facets.keys()

    def _join_line(self, name: str, value: str, stamp: str) -> bool:
        current = getattr(self, name)
        if not (value or stamp) or not self._wins(name, stamp, value, current):
            return False
        setattr(self, name, value)
        return True

    def _join_occurred_at(self, value: datetime | None, stamp: str) -> bool:
        current = self.occurred_at.isoformat() if self.occurred_at else ""
        text = value.isoformat() if value else ""
        if not (text or stamp) or not self._wins("occurred_at", stamp, text, current):
            return False
        self.occurred_at = value
        return True

    def _join_facet(self, name: str, said: dict[str, Any], stamp: str) -> bool:
        current = canonical(self.facets[name]) if name in self.facets else ""
        text = canonical(said[name]) if name in said else ""
        if not self._wins(f"{FACET}{name}", stamp, text, current):
            return False
        if name in said:
            self.facets[name] = said[name]
        else:
            self.facets.pop(name, None)
        return True

    def _wins(self, name: str, stamp: str, value: str, current: str) -> bool:
        """Later wins; of two statements of one time the greater text. Equal changes nothing."""
        held = self.stamps.get(name, "")
        if (stamp, value) <= (held, current):
            return False
        if stamp:
            self.stamps[name] = stamp
        return True


def stated_by(record: ArtifactRecord) -> Statements:
    """What one record says, each field dated as the record is."""
    stamps: dict[str, str] = {}
    if record.stated_at:
        stated = [name for name in (*LINES, "occurred_at") if getattr(record, name)]
        stated += [f"{FACET}{name}" for name in record.facets]
        stamps = dict.fromkeys([*stated, *record.withdrawn], record.stated_at.isoformat())
    return Statements(
        digest=record.digest,
        uri=record.uri,
        owner=record.owner,
        description=record.description,
        occurred_at=record.occurred_at,
        tags=list(record.tags),
        facets=record.facets,
        stamps=stamps,
    )


def preferred_digest(first: str, second: str) -> str:
    """Of digests by different algorithms, the one the house prefers to show.

    >>> preferred_digest("md5:00", "sha256:ff")
    'sha256:ff'
    """
    return min((one for one in (first, second) if one), key=_digest_rank, default="")


def _digest_rank(digest: str) -> tuple[int, str]:
    algorithm = digest.partition(":")[0]
    known = algorithm in DIGEST_PREFERENCE
    return (DIGEST_PREFERENCE.index(algorithm) if known else len(DIGEST_PREFERENCE), digest)


def contradicts(known: str, stated: str) -> bool:
    """Whether two digests prove two contents: same algorithm, different value.

    >>> contradicts("sha256:aa", "sha256:bb"), contradicts("sha256:aa", "md5:bb")
    (True, False)
    """
    return bool(
        known and stated and known != stated and known.partition(":")[0] == stated.partition(":")[0]
    )
