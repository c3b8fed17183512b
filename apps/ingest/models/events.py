"""The OpenLineage events received, and what is derived from them.

Events are never changed. `RunTelling` and the tables of datasets are derived from them.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.graph.records import ArtifactKey
from apps.ingest.openlineage.envelope import Event, stored_event


class OpenLineageEvent(models.Model):
    """One event as received, secrets masked. `digest` is of its canonical body.

    `fold_key` stands for what is folded together: a run, a job, a version; `Event.key` says how.
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
        indexes: ClassVar = [
            # Events of jobs are few among those of runs, and are what a list of jobs asks for.
            models.Index(fields=["job_namespace"], name="event_of_job", condition=Q(shape="job"))
        ]

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
    """A version of a dataset was complete at a time, by the producer's clock; or, of a run that has
    several attempts, a later attempt had begun.

    `source` is the fold key of the run that wrote it, or the digest of the dataset event that said
    so. `dataset_hash` stands for all names of the dataset, the other fields are the artifact's.
    `key_hash` decides between two of one time, because databases do not agree on the order of
    texts.
    """

    dataset_hash = models.CharField(max_length=64)
    namespace = models.TextField()
    kind = models.CharField(max_length=64)
    name = models.TextField()
    version = models.TextField()
    key_hash = models.CharField(max_length=64)
    completed_at = models.DateTimeField()
    source = models.CharField(max_length=64, db_index=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["dataset_hash", "completed_at"], name="dataset_write_by_time")
        ]

    def __str__(self) -> str:
        return f"{self.version} at {self.completed_at}"

    @property
    def key(self) -> ArtifactKey:
        return ArtifactKey(self.namespace, self.kind, self.name, self.version)


class DatasetRead(models.Model):
    """A run read a dataset without naming the version, or was started by a run without saying by
    which attempt. `started_at` decides which one it was.
    """

    dataset_hash = models.CharField(max_length=64)
    fold_key = models.CharField(max_length=64, db_index=True)
    started_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["dataset_hash", "started_at"], name="dataset_read_by_time")
        ]

    def __str__(self) -> str:
        return f"read at {self.started_at}"


class DatasetDrop(models.Model):
    """A dataset was dropped or renamed at a time, as the event with the digest `source` says."""

    dataset_hash = models.CharField(max_length=64, db_index=True)
    namespace = models.TextField()
    kind = models.CharField(max_length=64)
    name = models.TextField()
    state = models.CharField(max_length=16)
    dropped_at = models.DateTimeField()
    source = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.name} {self.state} at {self.dropped_at}"

    @property
    def key(self) -> ArtifactKey:
        return ArtifactKey(self.namespace, self.kind, self.name)


class DatasetName(models.Model):
    """A name of a dataset that has several. `dataset_hash` is the least `name_hash` of them all,
    and stands for the dataset in the tables above; a name without a row stands for itself.
    """

    name_hash = models.CharField(max_length=64, primary_key=True)
    dataset_hash = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return self.name_hash
