"""The OpenLineage events received, and what is derived from them.

Events are never changed. `RunTelling`, `DatasetWrite` and `DatasetRead` are derived from them.
"""

from typing import ClassVar

from django.db import models

from apps.ingest.openlineage.envelope import Event, stored_event


class OpenLineageEvent(models.Model):
    """One event as received, secrets masked. `digest` is of its canonical body.

    `fold_key` stands for (runId, job), or for the job of a job event; empty for a dataset event.
    `receipt` is the digest of the events that arrived together; edges name it as their evidence.
    """

    digest = models.CharField(max_length=64, unique=True)
    shape = models.CharField(max_length=16)
    event_type = models.TextField(blank=True)
    event_time = models.DateTimeField(db_index=True)
    run_id = models.TextField(blank=True)
    job_namespace = models.TextField(blank=True)
    job_name = models.TextField(blank=True)
    fold_key = models.CharField(max_length=64, blank=True, db_index=True)
    receipt = models.CharField(max_length=64, db_index=True)
    body = models.JSONField()
    received_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ("-received_at", "-pk")
        verbose_name = "OpenLineage event"

    def __str__(self) -> str:
        return f"{self.event_type or self.shape} of {self.job_name or 'a dataset'}"

    @property
    def event(self) -> Event:
        return stored_event(self.body, self.digest, self.shape)


class RunTelling(models.Model):
    """What the events of one run told up to now: `apps.ingest.openlineage.telling`, as JSON.

    A cache of the run's events, so that one more costs the same however many there were.
    """

    fold_key = models.CharField(max_length=64, primary_key=True)
    told = models.TextField()

    def __str__(self) -> str:
        return self.fold_key


class DatasetWrite(models.Model):
    """A version of a dataset was complete at a time, by the producer's clock.

    `source` is the fold key of the run that wrote it, or the digest of the dataset event that said
    so; `dataset_hash` stands for (namespace, name). `version_hash` decides between two versions of
    one time, because databases do not agree on the order of texts.
    """

    dataset_hash = models.CharField(max_length=64)
    version = models.TextField()
    version_hash = models.CharField(max_length=64)
    completed_at = models.DateTimeField()
    source = models.CharField(max_length=64, db_index=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["dataset_hash", "completed_at"], name="dataset_write_by_time")
        ]

    def __str__(self) -> str:
        return f"{self.version} at {self.completed_at}"


class DatasetRead(models.Model):
    """A run read a dataset without naming the version. `started_at` decides which one it was."""

    dataset_hash = models.CharField(max_length=64)
    fold_key = models.CharField(max_length=64, db_index=True)
    started_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["dataset_hash", "started_at"], name="dataset_read_by_time")
        ]

    def __str__(self) -> str:
        return f"read at {self.started_at}"
