"""Reading the audit log, and proving that it is whole."""

from collections.abc import Iterator

from django.db.models import QuerySet

from apps.audit.models import GENESIS, AuditEntry


def entries_for(*, subject: str) -> QuerySet[AuditEntry]:
    """What was done to `subject` (`artifact:12`), newest first, actors fetched along."""
    return AuditEntry.objects.filter(subject=subject).select_related("actor")


def head() -> AuditEntry | None:
    """The newest entry. Its number and hash, kept elsewhere, prove later that none before it
    was changed or cut off."""
    return AuditEntry.objects.order_by("-sequence").first()


def has_checkpoint(*, sequence: int, digest: str) -> bool:
    """Whether entry `sequence` is still there with the hash that was noted for it."""
    return AuditEntry.objects.filter(sequence=sequence, hash=digest).exists()


def verify_chain() -> int | None:
    """The sequence number of the first entry that is missing, changed or out of place, or None.

    Reads every entry, a few thousand at a time. Entries cut off at the end leave a whole chain:
    compare a checkpoint kept elsewhere (`has_checkpoint`) to see that.
    """
    expected, previous_hash = 1, GENESIS
    entries = _in_order()
    while True:
        try:
            entry = next(entries, None)
        except (ValueError, TypeError):  # A column no longer holds what its type can be read as.
            return expected
        if entry is None:
            return None
        if entry.sequence != expected:
            return min(entry.sequence, expected)
        if not _stands(entry, previous_hash):
            return expected
        expected, previous_hash = expected + 1, entry.hash


def _in_order() -> Iterator[AuditEntry]:
    return AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000)


def _stands(entry: AuditEntry, previous_hash: str) -> bool:
    try:
        return entry.previous_hash == previous_hash and entry.hash == entry.computed_hash()
    except (AttributeError, ValueError, TypeError):
        return False
