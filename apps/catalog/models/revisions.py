"""The numbered changes of the graph."""

from django.conf import settings
from django.db import models


class Revision(models.Model):
    """One committed change of the graph. Taken under the write lock, so order is commit order."""

    number = models.BigIntegerField(primary_key=True)
    committed_at = models.DateTimeField(db_index=True)
    producer = models.TextField()
    evidence = models.TextField(blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    artifacts_added = models.PositiveIntegerField(default=0)
    artifacts_changed = models.PositiveIntegerField(default=0)
    edges_added = models.PositiveIntegerField(default=0)
    edges_retracted = models.PositiveIntegerField(default=0)
    artifacts_merged = models.PositiveIntegerField(default=0)
    aliases_added = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"revision {self.number}"
