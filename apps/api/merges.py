"""Merges: which artifacts proved to be one, and what people decide about it."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django_filters import BooleanFilter, CharFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.errors import Conflicting, NotFound
from apps.api.reading import MAX_ID, IdFilter, sent
from apps.api.schema import ErrorShape
from apps.api.summaries import ArtifactSummary, without_facets
from apps.api.views import CatalogViewSet, actor
from apps.catalog.models import Artifact, Merge
from apps.catalog.services import merge_artifacts, split_artifact

LONGEST_REASON = 10_000


class MergeShape(serializers.ModelSerializer[Merge]):
    """That `artifact` is `survivor`. `scheme` and `value` are what proved it; where a person
    decided, they are empty and `reason` says why. Live while `split_in` is null.
    """

    artifact = ArtifactSummary(read_only=True)
    survivor = ArtifactSummary(read_only=True)
    merged_in = serializers.IntegerField(source="merged_in_id", read_only=True)
    merged_by = serializers.CharField(source="merged_by.username", allow_null=True, default=None)
    split_in = serializers.IntegerField(source="split_in_id", read_only=True, allow_null=True)
    split_by = serializers.CharField(source="split_by.username", allow_null=True, default=None)

    class Meta:
        model = Merge
        fields = (
            "id",
            "artifact",
            "survivor",
            "scheme",
            "value",
            "reason",
            "merged_in",
            "merged_by",
            "split_in",
            "split_by",
            "split_reason",
        )
        read_only_fields = fields


class MergeFilter(FilterSet):  # type: ignore[misc]
    """Which merges."""

    artifact = IdFilter(method="concerning", label="Either of the two")
    scheme = CharFilter()
    value = CharFilter()
    live = BooleanFilter(field_name="split_in", lookup_expr="isnull")

    class Meta:
        model = Merge
        fields: tuple[str, ...] = ()

    def concerning(self, queryset: QuerySet[Merge], _name: str, pk: int) -> QuerySet[Merge]:
        return queryset.filter(Q(artifact_id=pk) | Q(survivor_id=pk))


class NewMerge(serializers.Serializer[Any]):
    """Which artifact is which, and why."""

    artifact = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    survivor = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, help_text="The one whose name and address stay."
    )
    reason = serializers.CharField(max_length=LONGEST_REASON)


class Split(serializers.Serializer[Any]):
    """Why they are two."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


@extend_schema_view(
    list=extend_schema(summary="List merges, newest first"),
    retrieve=extend_schema(summary="One merge"),
)
class MergeViews(ListModelMixin, RetrieveModelMixin, CatalogViewSet[Merge]):
    """What identifiers proved to be one, and what people said is one."""

    queryset = Merge.objects.select_related("artifact", "survivor", "merged_by", "split_by")
    queryset = queryset.defer(*without_facets("artifact", "survivor")).order_by("-pk")
    serializer_class = MergeShape
    filterset_class = MergeFilter
    what = "merge"
    write_scopes: ClassVar = {"create": "review", "split": "review"}

    @extend_schema(
        summary="Say that two artifacts are one",
        description="Edges, identifiers and facts of both count for the survivor from then on; "
        "the other's address sends on to it. 409 if one was made from the other.",
        request=NewMerge,
        responses={201: MergeShape, 404: ErrorShape, 409: ErrorShape},
    )
    def create(self, request: Request) -> Response:
        said = sent(NewMerge, request)
        named = Artifact.objects.in_bulk([said["artifact"], said["survivor"]])
        for end in ("artifact", "survivor"):
            if said[end] not in named:
                raise NotFound(f"There is no artifact {said[end]} to merge.")
        merge_artifacts(
            artifact=named[said["artifact"]],
            survivor=named[said["survivor"]],
            reason=said["reason"],
            actor=actor(request),
        )
        made = self.get_queryset().filter(merged_by=actor(request))[0]
        return Response(MergeShape(made).data, status=201)

    @extend_schema(
        summary="Undo a merge",
        description="Each stands again for what was stated under its own name, and the same "
        "identifier will not merge them again. 409 if it was undone before.",
        request=Split,
        responses={200: MergeShape, 409: ErrorShape},
    )
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: str) -> Response:
        merge = self.get_object()
        reason = sent(Split, request)["reason"]
        if not merge.is_live:
            raise Conflicting("It was split before; the two stand for themselves.")
        split_artifact(merge=merge, reason=reason, actor=actor(request))
        return Response(MergeShape(self.get_object()).data)
