"""Statements that could not both stand."""

from django.db.models import Q, QuerySet
from django_filters import CharFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin

from apps.api.reading import IdFilter
from apps.api.summaries import ArtifactSummary, KeyShape, without_facets
from apps.api.views import CatalogViewSet
from apps.catalog.models import Conflict


class ConflictShape(serializers.ModelSerializer[Conflict]):
    """`cycle`: an edge refused, `path` the cycle. `digest`: one version, two contents.
    `identity`: one proof of identity, two artifacts that cannot be one; `path` leads from the one
    to the other.
    """

    first = ArtifactSummary(read_only=True)
    second = ArtifactSummary(read_only=True)
    path = KeyShape(many=True, read_only=True)
    recorded_in = serializers.IntegerField(source="recorded_in_id", read_only=True)

    class Meta:
        model = Conflict
        fields = (
            "id",
            "code",
            "first",
            "second",
            "role",
            "producer",
            "evidence",
            "detail",
            "path",
            "recorded_in",
        )
        read_only_fields = fields


class ConflictFilter(FilterSet):  # type: ignore[misc]
    """Which conflicts."""

    code = CharFilter()
    producer = CharFilter()
    artifact = IdFilter(method="concerning")

    class Meta:
        model = Conflict
        fields: tuple[str, ...] = ()

    def concerning(self, queryset: QuerySet[Conflict], _name: str, pk: int) -> QuerySet[Conflict]:
        return queryset.filter(Q(first_id=pk) | Q(second_id=pk))


@extend_schema_view(list=extend_schema(summary="List conflicts, newest first"))
class ConflictViews(ListModelMixin, CatalogViewSet[Conflict]):
    """What was refused or kept twice, so that a gap in the graph can be seen."""

    queryset = Conflict.objects.select_related("first", "second")
    queryset = queryset.defer(*without_facets("first", "second")).order_by("-pk")
    serializer_class = ConflictShape
    filterset_class = ConflictFilter
    what = "conflict"
