"""The names that artifacts bear elsewhere."""

from django.db.models import Q, QuerySet
from django_filters import CharFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin

from apps.api.reading import IdFilter
from apps.api.views import CatalogViewSet
from apps.catalog.models import Identifier


class IdentifierShape(serializers.ModelSerializer[Identifier]):
    """(scheme, value) as the artifact's owner or a source states it."""

    artifact = serializers.IntegerField(source="artifact_id", read_only=True)
    added_in = serializers.IntegerField(source="added_in_id", read_only=True)

    class Meta:
        model = Identifier
        fields = ("id", "scheme", "value", "artifact", "added_in")
        read_only_fields = fields


class IdentifierFilter(FilterSet):  # type: ignore[misc]
    """Which identifiers."""

    scheme = CharFilter()
    value = CharFilter()
    artifact = IdFilter(method="of_artifact")

    class Meta:
        model = Identifier
        fields: tuple[str, ...] = ()

    def of_artifact(
        self, queryset: QuerySet[Identifier], _name: str, pk: int
    ) -> QuerySet[Identifier]:
        return queryset.filter(Q(artifact_id=pk) | Q(artifact__merged_into_id=pk))


@extend_schema_view(list=extend_schema(summary="List identifiers"))
class IdentifierViews(ListModelMixin, CatalogViewSet[Identifier]):
    """Each as it was stated, of whichever name. One that proves identity belongs to one artifact;
    others, such as an endpoint, may be borne by many.
    """

    queryset = Identifier.objects.all()
    serializer_class = IdentifierShape
    filterset_class = IdentifierFilter
