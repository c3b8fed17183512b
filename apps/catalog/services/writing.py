"""The write lock and the revision that it gives."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import timezone

from apps.catalog.models import Revision
from apps.catalog.selectors import current_revision

if TYPE_CHECKING:
    from apps.accounts.models import User

# Any constant does, as long as nobody else takes it: "lineage" as letters of a telephone.
GRAPH_LOCK = 5463243


@dataclass(slots=True, kw_only=True)
class Change:
    """One change of the graph under way. `number` is the revision it becomes if it writes."""

    number: int
    producer: str
    evidence: str = ""
    actor: "User | None" = None
    artifacts_added: int = 0
    artifacts_changed: int = 0
    edges_added: int = 0
    edges_retracted: int = 0
    identifiers_added: int = 0
    aliases_added: int = 0
    conflicts: int = 0
    artifacts_merged: int = 0
    artifacts_split: int = 0

    @property
    def wrote(self) -> bool:
        return bool(
            self.artifacts_added
            or self.artifacts_changed
            or self.edges_added
            or self.edges_retracted
            or self.identifiers_added
            or self.aliases_added
            or self.conflicts
            or self.artifacts_merged
            or self.artifacts_split
        )

    def count_again_from(self, before: "Change") -> None:
        """Forget what was counted since; it was rolled back."""
        for counted in fields(self):
            setattr(self, counted.name, getattr(before, counted.name))


@contextmanager
def graph_change(
    *, producer: str, evidence: str = "", actor: "User | None" = None
) -> Iterator[Change]:
    """Hold the write lock for one transaction; on leaving, commit what was written as a revision.

    Writers queue here, so "check for a cycle, then insert" cannot interleave with another's, and
    revision order is commit order. On SQLite the transaction itself is the lock (IMMEDIATE).
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GRAPH_LOCK])
        change = Change(
            number=current_revision() + 1, producer=producer, evidence=evidence, actor=actor
        )
        yield change
        if change.wrote:
            Revision.objects.create(
                number=change.number,
                committed_at=timezone.now(),
                producer=producer,
                evidence=evidence,
                actor=actor,
                artifacts_added=change.artifacts_added,
                artifacts_changed=change.artifacts_changed,
                edges_added=change.edges_added,
                edges_retracted=change.edges_retracted,
                artifacts_merged=change.artifacts_merged,
                aliases_added=change.aliases_added,
            )


@contextmanager
def waiting_at_most(*, seconds: float) -> Iterator[None]:
    """Within, whoever finds the write lock taken for longer gets an OperationalError.

    For callers that give up early themselves: what waits on after they have gone is done twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(_limit_of_waiting(int(seconds * 1000)))
    try:
        yield
    finally:
        # A connection that is lost, or a transaction that failed, takes the limit with it.
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute(_limit_of_waiting(None))


def _limit_of_waiting(milliseconds: int | None) -> str:
    """In words of the database; None for what it is otherwise."""
    if connection.vendor == "postgresql":
        return f"SET lock_timeout = {milliseconds or 0}"
    usual = settings.DATABASES["default"].get("OPTIONS", {}).get("timeout", 5)
    return f"PRAGMA busy_timeout = {milliseconds or int(usual * 1000)}"
