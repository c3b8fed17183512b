"""Imports: what was read from files and folders, and what became of it."""

from django_filters import CharFilter, ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from apps.api.views import CatalogViewSet
from apps.ingest.models import ImportRun
from apps.work.models import WorkState


class ImportSummary(serializers.ModelSerializer[ImportRun]):
    """One reading; counts by what was written, adapted and refused."""

    actor = serializers.CharField(source="actor.username", allow_null=True, default=None)
    written = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    adapted = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    refused = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = ImportRun
        fields: tuple[str, ...] = (
            "id",
            "kind",
            "where",
            "state",
            "actor",
            "started_at",
            "finished_at",
            "records",
            "written",
            "adapted",
            "refused",
            "revision",
            "error",
        )
        read_only_fields = fields


class ImportDetail(ImportSummary):
    """With the first of the adapted and refused records, each with where and why."""

    notes = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta(ImportSummary.Meta):
        fields = (*ImportSummary.Meta.fields, "notes", "notes_left_out")
        read_only_fields = fields


class ImportFilter(FilterSet):  # type: ignore[misc]
    """Which imports."""

    kind = CharFilter()
    state = ChoiceFilter(choices=WorkState.choices)

    class Meta:
        model = ImportRun
        fields: tuple[str, ...] = ()


@extend_schema_view(
    list=extend_schema(summary="List imports, newest first"),
    retrieve=extend_schema(summary="One import", responses=ImportDetail),
)
class ImportViews(ListModelMixin, RetrieveModelMixin, CatalogViewSet[ImportRun]):
    """Imports are started on the machine, by `manage.py import_lineage`."""

    queryset = ImportRun.objects.select_related("actor")
    filterset_class = ImportFilter
    what = "import"

    def get_serializer_class(self) -> type[ImportSummary]:
        return ImportDetail if self.action == "retrieve" else ImportSummary
