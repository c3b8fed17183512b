"""What Marquez keeps and the graph has no place for."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class MarquezRecord(models.Model):
    """What clients of Marquez's API record and OpenLineage has no word for.

    `kind` is `namespace` (its owner and description), `source` (type, URL, description) or `tag`
    (description); `told` is Marquez's own JSON of it, secrets masked.
    """

    kind = models.CharField(max_length=16)
    name = models.TextField()
    told = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "name"], name="marquez_record_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
