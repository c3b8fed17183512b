"""Imports: what was read from files and folders, and what became of it."""

from typing import ClassVar

from django_filters import CharFilter, ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.views import CatalogViewSet, actor
from apps.ingest.models import ImportRun
from apps.ingest.services import stop_import
from apps.work.models import WorkState


class ImportSummary(serializers.ModelSerializer[ImportRun]):
    """One reading, so far; counts by kind, and by what was written, adapted and refused."""

    actor = serializers.CharField(source="actor.username", allow_null=True, default=None)
    source = serializers.CharField(  # type: ignore[assignment]
        source="source.name", allow_null=True, default=None
    )
    kinds = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    written = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    adapted = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    refused = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = ImportRun
        fields: tuple[str, ...] = (
            "id",
            "source",
            "kind",
            "where",
            "state",
            "trigger",
            "actor",
            "requested_at",
            "started_at",
            "finished_at",
            "readings",
            "unchanged",
            "records",
            "kinds",
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
    source = CharFilter(field_name="source__name")
    state = ChoiceFilter(choices=WorkState.choices)

    class Meta:
        model = ImportRun
        fields: tuple[str, ...] = ()


@extend_schema_view(
    list=extend_schema(summary="List imports, newest first"),
    retrieve=extend_schema(summary="One import", responses=ImportDetail),
)
class ImportViews(ListModelMixin, RetrieveModelMixin, CatalogViewSet[ImportRun]):
    """One reading of a source, or of what `manage.py import_lineage` was given."""

    queryset = ImportRun.objects.select_related("actor", "source")
    write_scopes: ClassVar = {"stop": "record"}
    filterset_class = ImportFilter
    what = "import"

    def get_serializer_class(self) -> type[ImportSummary]:
        return ImportSummary if self.action == "list" else ImportDetail

    @extend_schema(
        summary="Stop an import",
        description="What it recorded stays. One that has ended is returned as it is.",
        request=None,
        responses=ImportDetail,
    )
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        run = stop_import(run=self.get_object(), actor=actor(request))
        return Response(ImportDetail(run).data)
