"""What exists: artifacts, the edges between them and the revisions that brought them.

Only `apps.catalog.services` writes these tables. Nothing here is ever deleted: an edge is
retracted, an artifact leaves a tombstone.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.graph.records import ArtifactKey, EdgeRecord
from apps.graph.vocabulary import kind_label, role_named


class Revision(models.Model):
    """One committed change of the graph. Taken under the write lock, so order is commit order."""

    number = models.BigIntegerField(primary_key=True)
    committed_at = models.DateTimeField(db_index=True)
    producer = models.TextField()
    evidence = models.TextField(blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    artifacts_added = models.PositiveIntegerField(default=0)
    artifacts_changed = models.PositiveIntegerField(default=0)
    edges_added = models.PositiveIntegerField(default=0)
    edges_retracted = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"revision {self.number}"


class Artifact(models.Model):
    """One immutable version of a thing. `apps.graph.merge` says how what is said of it is joined.

    A placeholder has only ever been named as somebody's upstream or downstream. `key_hash` stands
    for (namespace, kind, name, version) and `family_hash` for the first three: an index on the
    texts themselves would exceed what PostgreSQL takes.
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

    class Meta:
        indexes: ClassVar = [
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
    def is_tombstone(self) -> bool:
        return self.tombstoned_in_id is not None


class Edge(models.Model):
    """One step of derivation, asserted by a producer. Live from `added_in` up to `retracted_in`."""

    upstream = models.ForeignKey(
        Artifact, on_delete=models.PROTECT, related_name="downstream_edges"
    )
    downstream = models.ForeignKey(
        Artifact, on_delete=models.PROTECT, related_name="upstream_edges"
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
                fields=["upstream", "downstream", "role", "producer"],
                condition=Q(retracted_in__isnull=True),
                name="edge_live_once",
            ),
            models.CheckConstraint(
                condition=~Q(upstream=F("downstream")), name="edge_not_to_itself"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["downstream", "upstream", "role"],
                name="edge_live_upstream",
                condition=Q(retracted_in__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.upstream_id} -> {self.downstream_id} ({self.role})"

    @property
    def phrase(self) -> str:
        """How the downstream came from the upstream: `was trained on`."""
        return role_named(self.role).phrase

    @property
    def record(self) -> EdgeRecord:
        return EdgeRecord(self.upstream.key, self.downstream.key, self.role)


class Identifier(models.Model):
    """A name that an artifact bears elsewhere. Two artifacts may claim the same one."""

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


class Conflict(models.Model):
    """Two statements that cannot both stand: which, by whom, and what was done about it.

    `code` is `cycle` (an edge refused) or `digest` (one version, two contents: kept as two).
    `detail` is words; `path` the keys of a refused cycle, both ends the same.
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
