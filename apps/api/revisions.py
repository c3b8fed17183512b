"""Revisions: every committed change of the graph, in order."""

from django_filters import CharFilter, FilterSet, IsoDateTimeFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from apps.api.views import CatalogViewSet
from apps.catalog.models import Revision


class RevisionShape(serializers.ModelSerializer[Revision]):
    """Who changed the graph when, and by how much."""

    actor = serializers.CharField(source="actor.username", allow_null=True, default=None)

    class Meta:
        model = Revision
        fields = (
            "number",
            "committed_at",
            "producer",
            "evidence",
            "actor",
            "artifacts_added",
            "artifacts_changed",
            "edges_added",
            "edges_retracted",
            "artifacts_merged",
            "aliases_added",
        )
        read_only_fields = fields


class RevisionFilter(FilterSet):  # type: ignore[misc]
    """Which revisions."""

    producer = CharFilter()
    committed_after = IsoDateTimeFilter(field_name="committed_at", lookup_expr="gt")
    committed_before = IsoDateTimeFilter(field_name="committed_at", lookup_expr="lt")

    class Meta:
        model = Revision
        fields: tuple[str, ...] = ()


@extend_schema_view(
    list=extend_schema(summary="List revisions, newest first"),
    retrieve=extend_schema(summary="One revision"),
)
class RevisionViews(ListModelMixin, RetrieveModelMixin, CatalogViewSet[Revision]):
    """Order of revisions is order of commits, whatever clocks say."""

    queryset = Revision.objects.select_related("actor")
    serializer_class = RevisionShape
    filterset_class = RevisionFilter
    what = "revision"
