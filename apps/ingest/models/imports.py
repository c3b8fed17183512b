"""Imports: one reading of a source, or of a path that was named once."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.ingest.models.sources import Source
from apps.work.models import UNFINISHED, Work


class ImportRun(Work):
    """One reading: what was written, adapted and refused, up to now if it is still running.

    It is recorded reading by reading, each whole or not at all; what was recorded before it failed
    stays, and `error` says why it failed. `kinds` counts the artifacts told of by kind, `written`
    what that changed (`artifacts_added`, `edges_added`, …), `adapted` and `refused` by code.
    `notes` holds the first of the adapted and refused records, each with where and why. `trigger`
    is `person`, `schedule` or `command`.
    """

    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.PROTECT, related_name="imports"
    )
    kind = models.CharField(max_length=64)
    where = models.TextField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    trigger = models.CharField(max_length=16, default="command")
    readings = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    records = models.PositiveIntegerField(default=0)
    kinds = models.JSONField(default=dict)
    written = models.JSONField(default=dict)
    adapted = models.JSONField(default=dict)
    refused = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    notes_left_out = models.PositiveIntegerField(default=0)
    revision = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("-requested_at", "-pk")
        indexes: ClassVar = [
            models.Index(fields=["source", "-requested_at"], name="import_of_source"),
            models.Index(
                fields=["wake_at"],
                name="import_unfinished",
                condition=Q(state__in=UNFINISHED),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source"],
                name="import_one_at_a_time",
                condition=Q(state__in=UNFINISHED, source__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.where}"
