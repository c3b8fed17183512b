"""Statements that cannot both stand."""

from django.db import models

from apps.catalog.models.artifacts import Artifact
from apps.catalog.models.revisions import Revision


class Conflict(models.Model):
    """Two statements that cannot both stand: which, by whom, and what was done about it.

    `code` is `cycle` (an edge refused), `digest` (one version, two contents: kept as two) or
    `identity` (one proof of identity, two artifacts that cannot be one: kept as two).
    `detail` is words; `path` the keys of a refused cycle, both ends the same, or of the path that
    leads from the one artifact to the other.
    """

    code = models.CharField(max_length=32)
    first = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="conflicts_first")
    second = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="conflicts_second")
    role = models.CharField(max_length=64, blank=True)
    producer = models.TextField()
    evidence = models.TextField(blank=True)
    detail = models.TextField()
    path = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64, unique=True)
    recorded_in = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="conflicts")

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"
