"""Names that move from one artifact to the next."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Max, OuterRef, Q, Subquery

from apps.catalog.models.artifacts import Artifact
from apps.catalog.models.revisions import Revision


class AliasQuerySet(models.QuerySet["AliasStatement"]):
    """Statements on names, by what they make of the names."""

    def known(self, *, as_of: int | None = None) -> Self:
        """Those that stand, or stood at a revision."""
        if as_of is None:
            return self.filter(retracted_in__isnull=True)
        still = Q(retracted_in__isnull=True) | Q(retracted_in__gt=as_of)
        return self.filter(still, added_in__lte=as_of)

    def newest_first(self) -> Self:
        """Of each time the one that holds in front."""
        return self.order_by("-at", "-fingerprint")

    def holding(self, *, when: datetime, as_of: int | None = None) -> "AliasQuerySet":
        """Of each name in these the one statement, these or not, that says what it named at a time.

        The names first, then one look-up each: a name may have been seen ten thousand times.
        """
        known = AliasStatement.objects.known(as_of=as_of).filter(at__lte=when).newest_first()
        held = known.filter(scheme=OuterRef("scheme"), value=OuterRef("value")).values("pk")[:1]
        names = self.known(as_of=as_of).order_by().values("scheme", "value").annotate(Max("at"))
        return AliasStatement.objects.filter(
            pk__in=names.annotate(held=Subquery(held)).values("held")
        )


class AliasStatement(models.Model):
    """At a time, a name was seen to name an artifact, or nothing any more. It holds until the next.

    A name is (scheme, value); what it names moves, so it proves nothing of identity. Stated of the
    artifact `stated_artifact`; `artifact` is what that one has proved to be. When this changes, the
    statement is retracted and made anew, as an edge is. `apps.graph.aliases` says what the
    fingerprint is: of two statements of one time the one with the greater holds.
    """

    scheme = models.CharField(max_length=64)
    value = models.TextField()
    artifact = models.ForeignKey(
        Artifact, null=True, blank=True, on_delete=models.PROTECT, related_name="aliases"
    )
    # Without a constraint, for the same reason as `Artifact.merged_into`.
    stated_artifact = models.ForeignKey(
        Artifact,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    at = models.DateTimeField()
    producer = models.TextField()
    evidence = models.TextField(blank=True)
    added_in = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    retracted_in = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    fingerprint = models.CharField(max_length=65)

    objects = AliasQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(retracted_in__isnull=True),
                name="alias_stated_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["value", "scheme", "at", "fingerprint"], name="alias_in_time")
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"
