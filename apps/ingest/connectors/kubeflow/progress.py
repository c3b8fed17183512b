"""How far the last reading of a Kubeflow server got."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from apps.ingest.connectors.gathering import text
from apps.ingest.connectors.kubeflow.api import listed, mapping, moment
from apps.ingest.connectors.kubeflow.whole import FINAL

# Of an id, enough to know it again.
SHORT = 13


@dataclass(frozen=True, slots=True)
class Listed:
    """A run as it stands in the list. `at` is when it ended; empty if it has not."""

    id: str
    at: str
    archived: bool

    @property
    def order(self) -> tuple[bool, str, str]:
        return not self.at, self.at, self.id


def listed_run(told: Mapping[str, Any]) -> Listed | None:
    """None without an id. A time ahead of ours counts as now, or it would hide what comes."""
    identity = text(told.get("run_id"))
    if not identity:
        return None
    ended = moment(told.get("finished_at")) or moment(told.get("created_at"))
    at = ""
    if text(told.get("state")) in FINAL and ended is not None:
        at = min(ended, datetime.now(UTC)).astimezone(UTC).isoformat(timespec="microseconds")
    return Listed(identity, at, text(told.get("storage_state")) == "ARCHIVED")


@dataclass(slots=True)
class Progress:
    """All runs that ended up to `until` (time, id) have been read, but for those that are `open`.

    Those had not ended when they were listed, or could not be read. A run that was archived or
    taken back bears no time of it, so the `turns` are counted: an odd number is archived.
    """

    until: tuple[str, str] = ("", "")
    open: set[str] = field(default_factory=set)
    turned: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Mapping[str, Any]) -> "Progress":
        until = [one for one in listed(cursor.get("until")) if isinstance(one, str)]
        turned = mapping(cursor.get("turned")).items()
        return cls(
            (until[0], until[1]) if len(until) == 2 else ("", ""),  # noqa: PLR2004 - a pair
            {one for one in listed(cursor.get("open")) if isinstance(one, str)},
            {str(name): one for name, one in turned if type(one) is int and one > 0},
        )

    def told(self) -> dict[str, object]:
        return {"until": list(self.until), "open": sorted(self.open), "turned": dict(self.turned)}

    def wants(self, one: Listed) -> bool:
        """Whether the run is to be read. One that has not ended stays open until it has."""
        wanted = not one.at or (one.at, one.id) > self.until or one.id in self.open
        if not one.at:
            self.open.add(one.id)
        return wanted or self.turns(one) != self.turned.get(one.id[:SHORT], 0)

    def turns(self, one: Listed) -> int:
        turns = self.turned.get(one.id[:SHORT], 0)
        return turns if one.archived == bool(turns % 2) else turns + 1

    def note(self, one: Listed, *, read: bool) -> None:
        """The run has been read, or could not be."""
        if turns := self.turns(one):
            self.turned[one.id[:SHORT]] = turns
        if one.at:
            self.until = max(self.until, (one.at, one.id))
        if one.at and read:
            self.open.discard(one.id)
        elif not read:
            self.open.add(one.id)
