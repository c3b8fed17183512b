"""Steps of derivation."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from apps.catalog.models.artifacts import Artifact
from apps.catalog.models.revisions import Revision
from apps.graph.records import EdgeRecord
from apps.graph.vocabulary import role_named


class Edge(models.Model):
    """One step of derivation, asserted by a producer. Live from `added_in` up to `retracted_in`.

    Asserted of the `stated` ends; `upstream` and `downstream` are what these have proved to be.
    When that changes, the edge is retracted and asserted anew, so that a read as of an earlier
    revision sees what was known then.
    """

    upstream = models.ForeignKey(
        Artifact, on_delete=models.PROTECT, related_name="downstream_edges"
    )
    downstream = models.ForeignKey(
        Artifact, on_delete=models.PROTECT, related_name="upstream_edges"
    )
    # Without a constraint, for the same reason as `Artifact.merged_into`.
    stated_upstream = models.ForeignKey(
        Artifact,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    stated_downstream = models.ForeignKey(
        Artifact,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    role = models.CharField(max_length=64)
    producer = models.TextField()
    evidence = models.TextField(blank=True, db_index=True)
    added_in = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="edges_in")
    retracted_in = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.PROTECT, related_name="edges_out"
    )
    retract_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stated_upstream", "stated_downstream", "role", "producer"],
                condition=Q(retracted_in__isnull=True),
                name="edge_live_once",
            ),
            models.CheckConstraint(
                condition=~Q(upstream=F("downstream")), name="edge_not_to_itself"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["upstream", "downstream", "role"],
                name="edge_live_downstream",
                condition=Q(retracted_in__isnull=True),
            ),
            models.Index(
                fields=["downstream", "upstream", "role"],
                name="edge_live_upstream",
                condition=Q(retracted_in__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upstream_id} -> {self.downstream_id} ({self.role})"

    @property
    def phrase(self) -> str:
        """How the downstream came from the upstream: `was trained on`."""
        return role_named(self.role).phrase

    @property
    def record(self) -> EdgeRecord:
        """As it was asserted."""
        return EdgeRecord(self.stated_upstream.key, self.stated_downstream.key, self.role)
