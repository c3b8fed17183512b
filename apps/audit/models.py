"""What was done, by whom and when, in a chain that shows any later change."""

import hashlib
from datetime import UTC
from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.graph.strict_json import canonical

# What the first entry names as the hash before it.
GENESIS = "0" * 64


class AuditEntry(models.Model):
    """One act. Only `apps.audit.services.record_entry` adds them; triggers refuse all else.

    `sequence` counts from 1 without gaps and `hash` covers every field, the previous entry's hash
    among them. `action` reads like `flag.raised`, `subject` like `artifact:12`. No actor means
    the site itself, or its operator at the command line.

    On SQLite, Django alters a table by building it anew, which drops its triggers: a migration
    that alters this one must create them again, as `0002_append_only` does.
    """

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="audit_entries",
    )
    action = models.CharField(max_length=100, db_index=True)
    subject = models.CharField(max_length=200, db_index=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("-sequence",)
        verbose_name_plural = "audit entries"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sequence__gte=1), name="audit_sequence_from_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.action} {self.subject}"

    def computed_hash(self) -> str:
        """Hexadecimal SHA-256 of the fields as they stand now; equal to `hash` when untouched."""
        content = {
            "sequence": self.sequence,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": self.actor_id,
            "action": self.action,
            "subject": self.subject,
            "details": self.details,
            "previous_hash": self.previous_hash,
        }
        return hashlib.sha256(canonical(content).encode()).hexdigest()
