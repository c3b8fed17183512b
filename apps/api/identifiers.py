"""The names that artifacts bear elsewhere."""

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
    artifact = IdFilter(field_name="artifact_id")

    class Meta:
        model = Identifier
        fields: tuple[str, ...] = ()


@extend_schema_view(list=extend_schema(summary="List identifiers"))
class IdentifierViews(ListModelMixin, CatalogViewSet[Identifier]):
    """Two artifacts may claim the same identifier; both are listed."""

    queryset = Identifier.objects.all()
    serializer_class = IdentifierShape
    filterset_class = IdentifierFilter
