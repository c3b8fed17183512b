"""Sources: configured places that are read again and again, and what each has told."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

# A source is stale after so many of its own intervals without a complete import.
STALE_AFTER_INTERVALS = 3


class Source(models.Model):
    """A place that is imported again and again, by a person's wish or every so many minutes.

    `name` never changes: it is part of the producer of every edge the source asserts. The secret
    is encrypted (`apps.ingest.credentials`) or stands in the environment variable that
    `secret_variable` names. `namespaces` maps the namespaces that the tool uses to ours; one that
    ends in `*` maps whatever begins so. `cursor` is the connector's own: where the last reading got
    to. A retired source keeps its history and is read no more.
    """

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=64)
    where = models.TextField()
    owner = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    secret = models.TextField(blank=True)
    secret_variable = models.CharField(max_length=100, blank=True)
    namespaces = models.JSONField(default=dict, blank=True)
    every_minutes = models.PositiveIntegerField(null=True, blank=True)
    stale_after_minutes = models.PositiveIntegerField(null=True, blank=True)
    is_paused = models.BooleanField(default=False)
    next_due_at = models.DateTimeField(null=True, blank=True)
    cursor = models.JSONField(default=dict, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()
    synced_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)
        indexes: ClassVar = [
            models.Index(
                fields=["next_due_at"],
                name="source_due",
                condition=Q(is_paused=False, retired_at__isnull=True, next_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def producer(self) -> str:
        """Who asserts the edges that the source tells of."""
        return f"{self.kind}/{self.name}"

    @property
    def has_secret(self) -> bool:
        return bool(self.secret or self.secret_variable)

    @property
    def stale_from(self) -> datetime | None:
        """When it is stale unless an import is complete before; none if nothing says so.

        `synced_at` is when the last complete import began: what changed later may be missing.
        """
        if self.retired_at or self.is_paused:
            return None
        minutes = self.stale_after_minutes or (self.every_minutes or 0) * STALE_AFTER_INTERVALS
        return (self.synced_at or self.added_at) + timedelta(minutes=minutes) if minutes else None


class SourceUnit(models.Model):
    """What stands by itself in a source (a run, a registered model, a file), as last read.

    `digest` is of what it told; a reading that tells the same is not recorded again, unless some
    of it was refused: what stood in its way may be gone. `about` are
    the keys of the artifacts that go with it, `aliases` the (scheme, value) of the names that move
    and that it said what they name. `seen_in` is the last import that read or named it, `gone_at`
    when the source was found to have it no more.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="units")
    name_hash = models.CharField(max_length=64)
    name = models.TextField()
    digest = models.CharField(max_length=64, blank=True)
    has_refusals = models.BooleanField(default=False)
    about = models.JSONField(default=list)
    aliases = models.JSONField(default=list)
    seen_in = models.ForeignKey(
        "ingest.ImportRun", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "name_hash"], name="unit_once"),
        ]

    def __str__(self) -> str:
        return self.name


class UnitEdge(models.Model):
    """An edge that a unit states. It is retracted when no unit of the source states it any more.

    `edge_hash` stands for `edge`: the keys of both ends, and the role.
    """

    unit = models.ForeignKey(SourceUnit, on_delete=models.CASCADE, related_name="edges")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+", db_index=False)
    edge_hash = models.CharField(max_length=64)
    edge = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "edge_hash"], name="unit_edge_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["source", "edge_hash"], name="unit_edge_of_source"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.edge_hash[:12]}"
