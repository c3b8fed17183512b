"""What every row that is also the outbox of its own job has."""

from django.db import models
from django.utils import timezone


class WorkState(models.TextChoices):
    """Pending → running → complete; back to pending after an error, failed after the last."""

    PENDING = "pending", "Waiting for a worker"
    RUNNING = "running", "Running"
    COMPLETE = "complete", "Complete"
    FAILED = "failed", "Failed"


UNFINISHED = (WorkState.PENDING, WorkState.RUNNING)


class Work(models.Model):
    """A worker claims the row by a conditional update that raises `fence` and sets `lease_until`;
    only the holder of the newest fence may write. From `wake_at` on, the sweep calls for a worker.
    """

    state = models.CharField(
        max_length=16, choices=WorkState.choices, default=WorkState.PENDING, db_index=True
    )
    requested_at = models.DateTimeField(default=timezone.now)
    wake_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def is_complete(self) -> bool:
        return self.state == WorkState.COMPLETE

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED
