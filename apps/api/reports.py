"""Reports: the blast radius of a flag at a revision, its findings, and what changed."""

from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from django_filters import ChoiceFilter, FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.api.errors import Conflicting, NotFound
from apps.api.findings import FindingShape
from apps.api.reading import MAX_ID, IdFilter, asked
from apps.api.schema import ErrorShape
from apps.api.summaries import ArtifactSummary
from apps.api.views import CatalogViewSet
from apps.impact.models import Report
from apps.impact.selectors import (
    previous_report,
    report_as_csv,
    report_as_json,
    report_completeness,
    report_diff,
    report_headline,
    roll_backs,
)
from apps.work.models import WorkState

DIFF_SHOWN = 1000


def request_of(shape: serializers.BaseSerializer[Any]) -> Request | None:
    """The request that a serializer answers, for absolute addresses."""
    found: Request | None = shape.context.get("request")
    return found


class ReportShape(serializers.ModelSerializer[Report]):
    """Pending → running → complete, or failed. A complete report never changes."""

    flag = serializers.IntegerField(source="flag_id", read_only=True)
    url = serializers.SerializerMethodField()
    percent = serializers.IntegerField(read_only=True)
    headline = serializers.SerializerMethodField()
    completeness = serializers.SerializerMethodField()
    counts = serializers.DictField(read_only=True)
    remedies = serializers.ListField(
        child=serializers.DictField(),
        read_only=True,
        help_text="The few models whose retraining would clean the most, the most useful first.",
    )

    class Meta:
        model = Report
        fields = (
            "id",
            "url",
            "flag",
            "number",
            "state",
            "requested_at",
            "started_at",
            "finished_at",
            "stage",
            "percent",
            "attempts",
            "revision",
            "headline",
            "completeness",
            "counts",
            "remedies",
            "content_hash",
            "error",
        )
        read_only_fields = fields

    def get_url(self, report: Report) -> str:
        return str(reverse("api:report-detail", args=[report.pk], request=request_of(self)))

    def get_headline(self, report: Report) -> str:
        """In words, once complete."""
        return report_headline(report=report) if report.is_complete else ""

    def get_completeness(self, report: Report) -> list[str]:
        """How whole the answer is: first its revision, then each gap."""
        return report_completeness(report=report) if report.is_complete else []


class ChangedShape(serializers.Serializer[Any]):
    """A finding that has another consequence than before."""

    is_worse = serializers.BooleanField()
    older = FindingShape()
    newer = FindingShape()


class RollBackShape(serializers.Serializer[Any]):
    """`to` is null when no clean earlier version is on record. `is_known` is false when no source
    says what that version was trained on: unknown, not clean.
    """

    deployment = ArtifactSummary()
    model = ArtifactSummary()
    to = ArtifactSummary(allow_null=True)
    is_known = serializers.BooleanField()


class RollBacksShape(serializers.Serializer[Any]):
    """For at most 50 live contaminated deployments."""

    results = RollBackShape(many=True)


class DiffQuery(serializers.Serializer[Any]):
    """Compared with which report."""

    with_report = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_ID,
        help_text="The id of an earlier report of the same flag; the one before if left out.",
    )


class DiffShape(serializers.Serializer[Any]):
    """Of each list at most 1,000; the counts are whole."""

    newer = serializers.IntegerField()
    older = serializers.IntegerField()
    added_count = serializers.IntegerField()
    gone_count = serializers.IntegerField()
    changed_count = serializers.IntegerField()
    added = FindingShape(many=True)
    gone = FindingShape(many=True)
    changed = ChangedShape(many=True)


class ReportFilter(FilterSet):  # type: ignore[misc]
    """Which reports."""

    flag = IdFilter(field_name="flag_id")
    state = ChoiceFilter(choices=WorkState.choices)

    class Meta:
        model = Report
        fields: tuple[str, ...] = ()


@extend_schema_view(
    list=extend_schema(summary="List reports, newest first"),
    retrieve=extend_schema(summary="One report"),
)
class ReportViews(ListModelMixin, RetrieveModelMixin, CatalogViewSet[Report]):
    """Flags make reports; nothing else writes them."""

    queryset = Report.objects.select_related("flag__artifact")
    serializer_class = ReportShape
    filterset_class = ReportFilter
    what = "report"
    write_scopes: ClassVar[dict[str, str]] = {}

    @extend_schema(
        summary="The findings as CSV",
        filters=False,
        responses={(200, "text/csv"): OpenApiTypes.STR, 409: ErrorShape},
    )
    @action(detail=True, url_path="findings.csv", pagination_class=None)
    def findings_csv(self, _request: Request, pk: str) -> StreamingHttpResponse:
        return self._download(report_as_csv, "text/csv; charset=utf-8", "csv")

    @extend_schema(
        summary="The whole report as one JSON document",
        description="`content_hash` proves that it is unchanged.",
        filters=False,
        responses={200: OpenApiTypes.OBJECT, 409: ErrorShape},
    )
    @action(detail=True, url_path="export.json", pagination_class=None)
    def export_json(self, _request: Request, pk: str) -> StreamingHttpResponse:
        return self._download(report_as_json, "application/json", "json")

    def _download(self, written: Any, content_type: str, ending: str) -> StreamingHttpResponse:
        report = self.get_object()
        _require_complete(report)
        download = StreamingHttpResponse(written(report=report), content_type=content_type)
        name = f"flag-{report.flag_id}-report-{report.number}.{ending}"
        download["Content-Disposition"] = f'attachment; filename="{name}"'
        return download

    @extend_schema(
        summary="What each live contaminated deployment can go back to",
        filters=False,
        responses={200: RollBacksShape, 409: ErrorShape},
    )
    @action(detail=True, url_path="roll-backs", pagination_class=None)
    def roll_backs(self, _request: Request, pk: str) -> Response:
        report = self.get_object()
        _require_complete(report)
        return Response(RollBacksShape({"results": roll_backs(report=report)}).data)

    @extend_schema(
        summary="What differs from an earlier report",
        filters=False,
        parameters=[DiffQuery],
        responses={200: DiffShape, 409: ErrorShape},
    )
    @action(detail=True, pagination_class=None)
    def diff(self, request: Request, pk: str) -> Response:
        wanted = asked(DiffQuery, request).get("with_report")
        newer = self.get_object()
        older = _earlier(newer, wanted)
        for report in (newer, older):
            _require_complete(report)
        found = report_diff(newer=newer, older=older)
        body = {
            "newer": newer.pk,
            "older": older.pk,
            "added_count": len(found.added),
            "gone_count": len(found.gone),
            "changed_count": len(found.changed),
            "added": found.added[:DIFF_SHOWN],
            "gone": found.gone[:DIFF_SHOWN],
            "changed": found.changed[:DIFF_SHOWN],
        }
        return Response(DiffShape(body).data)


def _earlier(report: Report, wanted: int | None) -> Report:
    if wanted is None:
        found = previous_report(report=report)
        if found is None:
            raise NotFound("This is the first complete report of its flag; none is before it.")
        return found
    found = Report.objects.filter(pk=wanted, flag=report.flag_id).first()
    if found is None:
        raise NotFound(f"Flag {report.flag_id} has no report {wanted}.")
    return found


def _require_complete(report: Report) -> None:
    if not report.is_complete:
        raise Conflicting(
            f"Report {report.pk} is {report.get_state_display().lower()}; ask again when its "
            "state is complete."
        )
