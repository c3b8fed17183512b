"""What a bad artifact spoils: flags, the reports of their blast radius, and who must act.

Only `apps.impact.services` and `apps.impact.jobs` write these tables. A complete report and its
findings never change; a later state of the graph gives another report.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.catalog.models import Artifact
from apps.work.models import Work


class Scope(models.TextChoices):
    """What a flag covers. A name covers its later versions too."""

    VERSION = "version", "This version"
    NAME = "name", "Every version of this name"


class Severity(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


DAYS_TO_ACT = {Severity.LOW: 30, Severity.MEDIUM: 14, Severity.HIGH: 3, Severity.CRITICAL: 1}


class FlagState(models.TextChoices):
    """Open until a reviewer decides; a withdrawn flag was raised in error by whoever raised it."""

    OPEN = "open", "Open"
    CONFIRMED = "confirmed", "Confirmed"
    DISMISSED = "dismissed", "Dismissed"
    WITHDRAWN = "withdrawn", "Withdrawn"


LIVE_STATES = (FlagState.OPEN, FlagState.CONFIRMED)


class Flag(models.Model):
    """A person says that this artifact is bad: why, how badly and since when.

    `reason` is a word such as label_error or leakage; unknown words are kept. The flag is a
    standing query: `checked_revision` is the last revision up to which its reports are known to
    say all there is.
    """

    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="flags")
    scope = models.CharField(max_length=16, choices=Scope.choices, default=Scope.VERSION)
    reason = models.CharField(max_length=64)
    severity = models.CharField(max_length=16, choices=Severity.choices)
    detail = models.TextField(blank=True)
    since = models.DateTimeField(null=True, blank=True)
    state = models.CharField(
        max_length=16, choices=FlagState.choices, default=FlagState.OPEN, db_index=True
    )
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    raised_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(blank=True)
    checked_revision = models.BigIntegerField(default=0)
    latest_report = models.ForeignKey(
        "impact.Report", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("-raised_at", "-pk")

    def __str__(self) -> str:
        return f"flag {self.pk} on {self.artifact}"

    @property
    def is_live(self) -> bool:
        """Open or confirmed: what it reaches counts as affected."""
        return self.state in LIVE_STATES

    @property
    def reason_label(self) -> str:
        return self.reason.replace("_", " ").capitalize()


class Report(Work):
    """The blast radius of one flag at one revision. The row is also the outbox of its own job.

    `counts`, `completeness`, `remedies` (see `apps.impact.remedies`) and the findings are covered
    by `content_hash`; `fingerprint` covers what a standing flag compares, `changes` counts what
    differs from the report before.
    """

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField()
    stage = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    revision = models.BigIntegerField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    completeness = models.JSONField(default=dict, blank=True)
    remedies = models.JSONField(default=list, blank=True)
    changes = models.JSONField(default=dict, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [
            models.Index(
                fields=["wake_at"],
                name="report_unfinished",
                condition=Q(state__in=["pending", "running"]),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flag", "number"], name="report_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"report {self.number} of flag {self.flag_id}"

    @property
    def percent(self) -> int:
        """How far the current stage has come, 0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0


class Finding(models.Model):
    """One affected artifact in one report, as it stood at the report's revision.

    `path` leads from the flagged artifact to this one: `{id, kind, name, version, role}` a step,
    `role` being what the step before was in its making (empty on the first). A path of more steps
    than are kept has `{omitted: n, …}` in its middle. `environment` and `is_live` speak of
    deployments only.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="findings")
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="findings")
    consequence = models.CharField(max_length=16)
    distance = models.PositiveIntegerField()
    path = models.JSONField(default=list)
    environment = models.TextField(blank=True)
    is_live = models.BooleanField(default=False)
    owner = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("distance", "pk")
        indexes: ClassVar = [
            models.Index(fields=["report", "distance"], name="finding_report_distance"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "artifact"], name="finding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.artifact_id}: {self.consequence} at {self.distance}"


class ObligationState(models.TextChoices):
    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"
    DISMISSED = "dismissed", "Dismissed"


class Obligation(models.Model):
    """Somebody must act on this affected deployment, model or application.

    `consequence` is the one it was opened for. Dismissed with nobody in `decided_by` means that a
    later report no longer reached the artifact.
    """

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="obligations")
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="obligations")
    consequence = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=ObligationState.choices, default=ObligationState.OPEN
    )
    assignee = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    opened_by_report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(db_index=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("due_at", "pk")
        indexes: ClassVar = [
            models.Index(fields=["flag", "state"], name="obligation_flag_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flag", "artifact"], name="obligation_once"),
        ]

    def __str__(self) -> str:
        return f"obligation on {self.artifact_id} ({self.state})"
