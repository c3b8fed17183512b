"""What to read again, and where a reading that was broken off goes on.

MLflow moves no time when a run is tagged, deleted or restored, when a metric is logged after its
end, or when an alias is set. So a list is looked through whole each time, which is cheap, and read
again is what

- is not settled: a run still running, a model being uploaded; or was not at the last reading,
- settled since the last reading, or up to a day before it: clocks differ,
- looks otherwise in the list than at the last reading.

For the last a cursor would need to remember every run. It remembers a checksum for each of 1,024
groups instead, and a group that has changed is read again whole.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from apps.ingest.connectors.mlflow.store import Listed, checksum
from apps.ingest.connectors.mlflow.values import whole

AGAIN = 24 * 60 * 60 * 1000
GROUPS = 1024
# Further open ones are read again because they are open still, or settled late enough.
MAX_OPEN = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a list has been read, at the end of a reading and in the middle of one.

    `since`: all that settled up to then was read, in milliseconds; none before the first reading
    is whole. `at`: in the reading that was broken off, all that settled up to then. `open`: what
    was not settled. `groups`: the checksums of what settled a day before `since`.
    """

    since: int | None = None
    at: int | None = None
    open: frozenset[str] = frozenset()
    groups: tuple[int, ...] = ()

    def due(self, listed: Iterable[Listed], runs: Collection[str] = ()) -> list[Listed]:
        """What is to be read, in order: the settled first.

        So is what comes from these `runs`, which are read again themselves: one that was given
        another name is another upstream.
        """
        every = list(listed)
        changed = self._changed(every)
        found = [
            one
            for one in every
            if self._is_due(one) or one.run in runs or _group(one.id) in changed
        ]
        return sorted(found, key=lambda one: (one.settled is None, one.settled or 0, one.id))

    def _is_due(self, one: Listed) -> bool:
        if one.settled is None or one.id in self.open:
            return True
        if self.at is not None and (self.since is None or one.settled > self.since - AGAIN):
            return one.settled >= self.at
        return self.since is None or one.settled > self.since - AGAIN

    def _changed(self, every: Iterable[Listed]) -> set[int]:
        if self.since is None or len(self.groups) != GROUPS:
            return set()
        now = _groups(every, self.since - AGAIN)
        return {number for number in range(GROUPS) if now[number] != self.groups[number]}

    def has_read(self, one: Listed) -> bool:
        """Whether an earlier reading, brought to its end, has read it."""
        if self.since is None:
            return False
        return one.id in self.open or (one.settled is not None and one.settled <= self.since)

    def begun(self, listed: Iterable[Listed]) -> "Mark":
        """What is open now may settle, by another clock, before what is read first."""
        opened = self.open | {one.id for one in listed if one.settled is None}
        return replace(self, open=frozenset(sorted(opened)[:MAX_OPEN]))

    def midway(self, one: Listed) -> "Mark":
        """After one has been read in order."""
        return self if one.settled is None else replace(self, at=one.settled)

    def whole(self, listed: Iterable[Listed], now: int) -> "Mark":
        """After all have been read. A clock that is ahead of ours must not hide what comes."""
        every = list(listed)
        settled = [min(one.settled, now) for one in every if one.settled is not None]
        since = max(settled, default=self.since or 0)
        opened = sorted(one.id for one in every if one.settled is None)
        return Mark(
            since=since, open=frozenset(opened[:MAX_OPEN]), groups=_groups(every, since - AGAIN)
        )

    def told(self) -> dict[str, Any]:
        """As JSON, for a cursor."""
        return {
            "since": self.since,
            "at": self.at,
            "open": sorted(self.open),
            "groups": "".join(f"{one:08x}" for one in self.groups),
        }


def mark_in(cursor: Mapping[str, Any], name: str) -> Mark:
    """The mark that a cursor holds. A cursor that is none, or damaged, means to read all."""
    told = cursor.get(name)
    if not isinstance(told, Mapping):
        return Mark()
    opened, groups = told.get("open"), told.get("groups")
    return Mark(
        since=whole(told.get("since")),
        at=whole(told.get("at")),
        open=frozenset(one for one in opened if isinstance(one, str))
        if isinstance(opened, list)
        else frozenset(),
        groups=_numbers(groups) if isinstance(groups, str) else (),
    )


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(text[start : start + 8], 16) for start in range(0, len(text), 8))
    except ValueError:
        return ()


def _groups(every: Iterable[Listed], until: int) -> tuple[int, ...]:
    found = [0] * GROUPS
    for one in every:
        if one.settled is not None and one.settled <= until:
            found[_group(one.id)] ^= checksum(one.id, one.state)
    return tuple(found)


def _group(identity: str) -> int:
    return checksum(identity) % GROUPS
