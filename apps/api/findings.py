"""Findings: what one report says is affected."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin

from apps.api.summaries import ArtifactSummary
from apps.api.views import CatalogViewSet
from apps.impact.filters import FindingFilter
from apps.impact.models import Finding, Report
from apps.impact.selectors import report_rows


class FindingShape(serializers.ModelSerializer[Finding]):
    """One affected artifact, and the way from the flagged one to it."""

    artifact = ArtifactSummary(read_only=True)
    path = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = Finding
        fields: tuple[str, ...] = (
            "id",
            "artifact",
            "consequence",
            "distance",
            "environment",
            "is_live",
            "owner",
            "path",
        )
        read_only_fields = fields


class ListedFinding(FindingShape):
    """With what has become of it. `is_new`: not in the report before."""

    obligation = serializers.IntegerField(source="obligation_id", allow_null=True)
    obligation_state = serializers.CharField(allow_null=True)
    assignee = serializers.CharField(allow_null=True)
    is_new = serializers.BooleanField()

    class Meta(FindingShape.Meta):
        fields = (
            *FindingShape.Meta.fields,
            "obligation",
            "obligation_state",
            "assignee",
            "is_new",
        )
        read_only_fields = fields


@extend_schema_view(
    list=extend_schema(
        operation_id="reports_findings",
        summary="The findings of a report, nearest first",
        description="Empty while the report is not complete; see its `state`.",
        parameters=[
            OpenApiParameter("report", OpenApiTypes.INT64, "path", description="The report's id.")
        ],
    )
)
class FindingViews(ListModelMixin, CatalogViewSet[Finding]):
    """The findings of a complete report never change."""

    queryset = Finding.objects.none()
    serializer_class = ListedFinding
    filterset_class = FindingFilter
    what = "report"

    def get_queryset(self) -> QuerySet[Finding]:
        if "report" not in self.kwargs:  # While the API is being described there is none.
            return self.queryset
        return report_rows(report=get_object_or_404(Report, pk=int(self.kwargs["report"])))
