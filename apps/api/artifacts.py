"""Artifacts: found, read, described, taken away."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.aliases import BorneAlias
from apps.api.errors import Conflicting, NotFound
from apps.api.identifiers import IdentifierShape
from apps.api.previews import PreviewViews
from apps.api.reading import PAGE_PARAMETERS, asked, refuse_unknown, sent
from apps.api.summaries import WIDE, ArtifactSummary, EdgeShape, without_facets
from apps.api.views import actor
from apps.catalog.filters import ArtifactFilter
from apps.catalog.models import Artifact, Deployment, Edge
from apps.catalog.selectors import (
    current_aliases,
    edges_of,
    identified_by,
    identifiers_of,
    versions_of,
)
from apps.catalog.services import describe_artifact, tombstone_artifact
from apps.graph.hashing import key_hash
from apps.graph.records import ArtifactKey
from apps.graph.validation import artifact_key, line

# An artifact may have 20,000 edges; all of them are at /edges?artifact=.
EDGES_SHOWN = 100
MATCHES_SHOWN = 100


class DeploymentShape(serializers.ModelSerializer[Deployment]):
    """Where a model runs."""

    class Meta:
        model = Deployment
        fields = (
            "environment",
            "endpoint",
            "image_digest",
            "replicas",
            "infrastructure",
            "live_from",
            "live_until",
        )
        read_only_fields = fields


class NameShape(serializers.ModelSerializer[Artifact]):
    """A name that proved to be another artifact's. Its id leads to that one."""

    class Meta:
        model = Artifact
        fields = ("id", "namespace", "kind", "name", "version")
        read_only_fields = fields


class ArtifactDetail(serializers.ModelSerializer[Artifact]):
    """All that is known of one artifact. Of each side's edges the first 100 are shown."""

    is_tombstone = serializers.BooleanField(read_only=True)
    added_in = serializers.IntegerField(source="added_in_id", read_only=True)
    tombstoned_in = serializers.IntegerField(
        source="tombstoned_in_id", read_only=True, allow_null=True
    )
    tags = serializers.ListField(child=serializers.CharField(), read_only=True)
    facets = serializers.DictField(read_only=True)
    also_known_as = serializers.SerializerMethodField()
    identifiers = serializers.SerializerMethodField()
    aliases = serializers.SerializerMethodField()
    deployment = serializers.SerializerMethodField()
    upstream_edges = serializers.SerializerMethodField()
    downstream_edges = serializers.SerializerMethodField()
    edges_truncated = serializers.SerializerMethodField()

    class Meta:
        model = Artifact
        fields = (
            *ArtifactSummary.Meta.fields,
            "uri",
            "description",
            "tags",
            "facets",
            "added_in",
            "tombstoned_in",
            "tombstone_reason",
            "also_known_as",
            "identifiers",
            "aliases",
            "deployment",
            "upstream_edges",
            "downstream_edges",
            "edges_truncated",
        )
        read_only_fields = fields

    @extend_schema_field(DeploymentShape(allow_null=True))
    def get_deployment(self, artifact: Artifact) -> dict[str, Any] | None:
        deployment = getattr(artifact, "deployment", None)
        return None if deployment is None else dict(DeploymentShape(deployment).data)

    @extend_schema_field(NameShape(many=True))
    def get_also_known_as(self, artifact: Artifact) -> Any:
        return NameShape(artifact.merged.order_by("pk"), many=True).data

    @extend_schema_field(IdentifierShape(many=True))
    def get_identifiers(self, artifact: Artifact) -> Any:
        return IdentifierShape(identifiers_of(artifact=artifact), many=True).data

    @extend_schema_field(BorneAlias(many=True))
    def get_aliases(self, artifact: Artifact) -> Any:
        borne = current_aliases(artifact_ids=[artifact.pk])
        return BorneAlias(borne.get(artifact.pk, []), many=True).data

    @extend_schema_field(EdgeShape(many=True))
    def get_upstream_edges(self, artifact: Artifact) -> Any:
        return EdgeShape(self._sides(artifact)[0][:EDGES_SHOWN], many=True).data

    @extend_schema_field(EdgeShape(many=True))
    def get_downstream_edges(self, artifact: Artifact) -> Any:
        return EdgeShape(self._sides(artifact)[1][:EDGES_SHOWN], many=True).data

    def get_edges_truncated(self, artifact: Artifact) -> bool:
        return any(len(side) > EDGES_SHOWN for side in self._sides(artifact))

    def _sides(self, artifact: Artifact) -> tuple[list[Edge], list[Edge]]:
        if not hasattr(self, "_edges"):
            wide = without_facets("upstream", "downstream")
            live = edges_of(artifact=artifact).defer(*wide).order_by("pk")
            up, down = (
                list(live.filter(**{side: artifact})[: EDGES_SHOWN + 1])
                for side in ("downstream", "upstream")
            )
            self._edges = (up, down)
        return self._edges


class LookupQuery(serializers.Serializer[Any]):
    """Either an identity or an identifier."""

    namespace = serializers.CharField(required=False)
    kind = serializers.CharField(required=False)
    name = serializers.CharField(required=False)
    version = serializers.CharField(required=False, allow_blank=True)
    identifier = serializers.CharField(
        required=False,
        help_text="A digest, commit, image, URI, endpoint or run id, or an alias as it stands now. "
        "A digest may carry its algorithm: sha256:9f86….",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        by_key = attrs.keys() - {"identifier"}
        if ("identifier" in attrs) == bool(by_key):
            raise serializers.ValidationError(
                "Give either identifier, or namespace, kind, name and, if it has one, version."
            )
        if by_key and not by_key >= {"namespace", "kind", "name"}:
            missing = min({"namespace", "kind", "name"} - by_key)
            raise serializers.ValidationError({missing: "Is missing; an identity needs it."})
        return attrs


class Matches(serializers.Serializer[Any]):
    """What bears the name that was asked for; never empty. At most 100 are shown."""

    results = ArtifactSummary(many=True)
    truncated = serializers.BooleanField()


class Description(serializers.Serializer[Any]):
    """What a person says of an artifact. What is left out stays as it is."""

    owner = serializers.CharField(required=False, max_length=200)
    description = serializers.CharField(required=False, trim_whitespace=False, max_length=100_000)
    tags = serializers.ListField(
        required=False, allow_empty=False, max_length=100, child=serializers.CharField()
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Give an owner, a description or tags.")
        return attrs


class Reason(serializers.Serializer[Any]):
    """Why; it stays in the record."""

    reason = serializers.CharField(max_length=10_000)


@extend_schema_view(
    list=extend_schema(summary="List artifacts"),
    retrieve=extend_schema(summary="One artifact", responses=ArtifactDetail),
)
class ArtifactViews(PreviewViews, ListModelMixin):
    """Artifacts of every kind. Runs, models and deployments are artifacts too."""

    queryset = Artifact.objects.all()
    serializer_class = ArtifactSummary
    filterset_class = ArtifactFilter
    write_scopes: ClassVar = {"partial_update": "record", "tombstone": "review"}

    def get_queryset(self) -> QuerySet[Artifact]:
        if self.action == "retrieve":
            return Artifact.objects.select_related("deployment")
        rows = Artifact.objects.defer(*WIDE)
        return rows.survivors() if self.action == "list" else rows

    def retrieve(self, _request: Request, pk: str) -> Response:
        return Response(ArtifactDetail(self.get_object()).data)

    @extend_schema(
        summary="Describe an artifact",
        description="The statement is dated now, so it outlasts what producers said before.",
        request=Description,
        responses=ArtifactDetail,
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        artifact = self.get_object()
        _refuse_tombstone(artifact)
        stated = sent(Description, request)
        described = describe_artifact(artifact=artifact, actor=actor(request), **stated)
        return Response(ArtifactDetail(described).data)

    @extend_schema(
        summary="Take away an artifact's content",
        description="Identity, digest, owner and edges stay as proof. Doing it twice changes "
        "nothing.",
        request=Reason,
        responses=ArtifactDetail,
    )
    @action(detail=True, methods=["post"])
    def tombstone(self, request: Request, pk: str) -> Response:
        reason = sent(Reason, request)["reason"]
        left = tombstone_artifact(artifact=self.get_object(), reason=reason, actor=actor(request))
        return Response(ArtifactDetail(left).data)

    @extend_schema(
        summary="Every version of the same name",
        description="Newest first, itself included.",
        filters=False,
        responses=ArtifactSummary(many=True),
    )
    @action(detail=True)
    def versions(self, request: Request, pk: str) -> Response:
        refuse_unknown(request, PAGE_PARAMETERS)
        rows = versions_of(artifact=self.get_object()).defer(*WIDE)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(ArtifactSummary(page, many=True).data)

    @extend_schema(
        summary="Find an artifact by identity or identifier",
        description="404 if no artifact bears it.",
        filters=False,
        parameters=[LookupQuery],
        responses=Matches,
    )
    @action(detail=False, pagination_class=None, filter_backends=[])
    def lookup(self, request: Request) -> Response:
        wanted = asked(LookupQuery, request)
        found = list(_named(wanted).order_by("pk")[: MATCHES_SHOWN + 1])
        if not found:
            raise NotFound("No artifact bears this name. Nothing is known of it here.")
        shown = {"results": found[:MATCHES_SHOWN], "truncated": len(found) > MATCHES_SHOWN}
        return Response(Matches(shown).data)


def _named(wanted: dict[str, str]) -> QuerySet[Artifact]:
    if identifier := wanted.get("identifier"):
        return identified_by(text=line(identifier, "$.identifier")).defer(*WIDE)
    key = artifact_key(
        ArtifactKey(wanted["namespace"], wanted["kind"], wanted["name"], wanted.get("version", "")),
        "$",
    )
    return Artifact.objects.filter(key_hash=key_hash(key)).to_survivors().defer(*WIDE)


def _refuse_tombstone(artifact: Artifact) -> None:
    if artifact.is_tombstone:
        raise Conflicting(
            "Its content was taken away; what is said of it now is not kept. Describe another "
            "version."
        )
