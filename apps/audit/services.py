"""The one way into the audit log."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from apps.audit.models import GENESIS, AuditEntry
from apps.graph.validation import json_value, line

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

# Any number will do, as long as nothing else takes an advisory lock by it ("audit" in ASCII).
_LOCK_KEY = 0x6175646974


Told = tuple[str, str, dict[str, Any]]


def record_entry(
    *, actor: "AbstractBaseUser | None", action: str, subject: str, details: dict[str, Any]
) -> AuditEntry:
    """Append one entry; it is committed or rolled back with the caller's transaction.

    Writers queue here until the transaction ahead of them ends, so call it last. `details` is
    JSON; texts are normalised, whole floats become integers. RecordError if a value cannot be
    kept (control characters, NaN, an action over 100 bytes, a subject over 200).
    """
    return record_entries(actor=actor, entries=[(action, subject, details)])[0]


def record_entries(
    *, actor: "AbstractBaseUser | None", entries: Sequence[Told]
) -> list[AuditEntry]:
    """Append several, each an (action, subject, details)."""
    drafts = [_draft(actor, *told) for told in entries]
    if not drafts:
        return []
    # No savepoint: an act whose entry cannot be written must not be committed either.
    with transaction.atomic(savepoint=False):
        _wait_for_turn()
        last = AuditEntry.objects.order_by("-sequence").values_list("sequence", "hash").first()
        sequence, previous_hash = last or (0, GENESIS)
        at = timezone.now()
        for place, entry in enumerate(drafts, start=1):
            entry.sequence = sequence + place
            entry.previous_hash = previous_hash
            entry.at = at
            entry.hash = previous_hash = entry.computed_hash()
        AuditEntry.objects.bulk_create(drafts, batch_size=500)
    return drafts


def _draft(
    actor: "AbstractBaseUser | None", action: str, subject: str, details: dict[str, Any]
) -> AuditEntry:
    return AuditEntry(
        actor_id=actor.pk if actor else None,
        action=line(action, "$.action", limit=100, required=True),
        subject=line(subject, "$.subject", limit=200, required=True),
        details=_exact(json_value(details, "$.details")),
    )


def _wait_for_turn() -> None:
    """One writer at a time. On SQLite the transaction itself is that: it began IMMEDIATE."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])


def _exact(value: Any) -> Any:
    """PostgreSQL hands 1e22 back as an integer and -0.0 as 0.0, which would break the chain."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: _exact(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_exact(inner) for inner in value]
    return value
