"""What artifacts are called elsewhere, and which of them proved to be one."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.catalog.models.artifacts import Artifact
from apps.catalog.models.revisions import Revision


class Identifier(models.Model):
    """A name that an artifact bears elsewhere. `apps.graph.identity` says which prove that two
    artifacts are one; others may be borne by many.
    """

    scheme = models.CharField(max_length=64)
    value = models.TextField()
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="identifiers")
    added_in = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["value"], name="identifier_value")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["artifact", "scheme", "value"], name="identifier_claimed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class ProposalState(models.TextChoices):
    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"


class Proposal(models.Model):
    """`second` may be `first`: both bear an identifier that suggests it and does not prove it.

    One row a pair, whatever else they share; `scheme` and `value` are what brought it up.
    """

    first = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="proposals_first")
    second = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="proposals_second")
    scheme = models.CharField(max_length=64)
    value = models.TextField()
    proposed_in = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="proposals")
    state = models.CharField(
        max_length=16, choices=ProposalState.choices, default=ProposalState.OPEN, db_index=True
    )
    note = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="proposal_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="proposal_first_known_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.second_id} may be {self.first_id}"


class Merge(models.Model):
    """`artifact` proved to be `survivor`, or a reviewer said so: then there is no scheme, but a
    reason. Live until split. One split by a person is not merged again by proof.
    """

    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="merges")
    survivor = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="merges_taken")
    scheme = models.CharField(max_length=64, blank=True)
    value = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    merged_in = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="merges")
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    split_in = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.PROTECT, related_name="splits"
    )
    split_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    split_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["artifact"], condition=Q(split_in__isnull=True), name="merge_live_once"
            ),
            models.CheckConstraint(
                condition=~Q(artifact=F("survivor")), name="merge_not_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.artifact_id} is {self.survivor_id}"

    @property
    def is_live(self) -> bool:
        return self.split_in_id is None

    @property
    def is_by_proof(self) -> bool:
        return bool(self.scheme)
