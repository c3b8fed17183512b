"""Artifacts, and the columns of those that are deployments."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from apps.catalog.models.revisions import Revision
from apps.graph.records import ArtifactKey
from apps.graph.vocabulary import kind_label


class ArtifactQuerySet(models.QuerySet["Artifact"]):
    """Artifacts, by what became of those that proved to be one."""

    def survivors(self) -> Self:
        """Those that stand for themselves."""
        return self.filter(merged_into__isnull=True)

    def to_survivors(self) -> "ArtifactQuerySet":
        """The artifacts that these are, or proved to be; each once."""
        ids = self.order_by().values_list(Coalesce("merged_into_id", "pk"))
        return Artifact.objects.filter(pk__in=ids)


class Artifact(models.Model):
    """One immutable version of a thing. `apps.graph.merge` says how what is said of it is joined.

    A placeholder has only ever been named as somebody's upstream or downstream. `key_hash` stands
    for (namespace, kind, name, version) and `family_hash` for the first three: an index on the
    texts themselves would exceed what PostgreSQL takes.

    An artifact that proved to be another points to that survivor, and never to one that points on.
    The survivor's fields join what was said under all their names; `own_statements` keeps what was
    said under its own, so that they can be split again. The other's fields are its own anyway.
    """

    namespace = models.TextField(db_index=True)
    kind = models.CharField(max_length=64)
    name = models.TextField(db_index=True)
    version = models.TextField(blank=True, db_index=True)
    key_hash = models.CharField(max_length=64, unique=True)
    family_hash = models.CharField(max_length=64, db_index=True)
    digest = models.CharField(max_length=200, blank=True, db_index=True)
    uri = models.TextField(blank=True)
    owner = models.CharField(max_length=200, blank=True, db_index=True)
    description = models.TextField(blank=True)
    tags = models.JSONField(default=list, blank=True)
    occurred_at = models.DateTimeField(null=True, blank=True)
    facets = models.JSONField(default=dict, blank=True)
    stamps = models.JSONField(default=dict, blank=True)
    is_placeholder = models.BooleanField(default=False)
    added_in = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="artifacts")
    tombstoned_in = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.PROTECT, related_name="tombstones"
    )
    tombstone_reason = models.TextField(blank=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
        # With a constraint SQLite would, for each new artifact, look for rows that refer to it; the
        # partial index below does not serve that, so it would read the whole table.
        db_index=False,
        db_constraint=False,
    )
    own_statements = models.JSONField(null=True, blank=True)

    objects = ArtifactQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["merged_into"],
                name="artifact_merged",
                condition=Q(merged_into__isnull=False),
            ),
            models.Index(fields=["kind", "name"], name="artifact_kind_name"),
            models.Index(
                fields=["tombstoned_in"],
                name="artifact_tombstones",
                condition=Q(tombstoned_in__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def key(self) -> ArtifactKey:
        return ArtifactKey(self.namespace, self.kind, self.name, self.version)

    @property
    def kind_label(self) -> str:
        return kind_label(self.kind)

    @property
    def survivor_id(self) -> int:
        """The id of the artifact that this one proved to be, or its own."""
        return self.merged_into_id or self.pk

    @property
    def is_tombstone(self) -> bool:
        return self.tombstoned_in_id is not None


class Deployment(models.Model):
    """The `deployment` facet of an artifact of that kind, in columns that can be queried."""

    artifact = models.OneToOneField(
        Artifact, on_delete=models.PROTECT, primary_key=True, related_name="deployment"
    )
    environment = models.TextField(blank=True, db_index=True)
    endpoint = models.TextField(blank=True)
    image_digest = models.TextField(blank=True)
    replicas = models.PositiveIntegerField(null=True)
    infrastructure = models.TextField(blank=True)
    live_from = models.DateTimeField(null=True)
    live_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.artifact_id} in {self.environment or 'no environment'}"
