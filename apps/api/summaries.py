"""The short forms in which other answers mention an artifact or an edge."""

from typing import Any

from rest_framework import serializers

from apps.catalog.models import Artifact, Edge

# They may be megabytes each; an answer that only mentions an artifact shows none of them.
WIDE = ("facets", "stamps", "description", "own_statements")


class KeyShape(serializers.Serializer[Any]):
    """The identity of an artifact."""

    namespace = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    version = serializers.CharField(allow_blank=True)


class ArtifactSummary(serializers.ModelSerializer[Artifact]):
    """An artifact in one line. A placeholder was only ever named: what is not there is unknown."""

    is_tombstone = serializers.BooleanField(read_only=True)

    class Meta:
        model = Artifact
        fields = (
            "id",
            "namespace",
            "kind",
            "name",
            "version",
            "owner",
            "digest",
            "occurred_at",
            "is_placeholder",
            "is_tombstone",
        )
        read_only_fields = fields


class EdgeShape(serializers.ModelSerializer[Edge]):
    """One assertion of a producer. `retracted_in` is null while it is live."""

    upstream = ArtifactSummary(read_only=True)
    downstream = ArtifactSummary(read_only=True)
    added_in = serializers.IntegerField(source="added_in_id", read_only=True)
    retracted_in = serializers.IntegerField(
        source="retracted_in_id", read_only=True, allow_null=True
    )

    class Meta:
        model = Edge
        fields = (
            "id",
            "upstream",
            "downstream",
            "role",
            "phrase",
            "producer",
            "evidence",
            "added_in",
            "retracted_in",
            "retract_reason",
        )
        read_only_fields = fields


def without_facets(*ends: str) -> list[str]:
    """What not to read of the artifacts that an answer only mentions: it may be megabytes."""
    return [f"{end}__{wide}" for end in ends for wide in WIDE]
