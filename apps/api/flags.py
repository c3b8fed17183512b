"""Flags: said, decided on, taken back."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.api.errors import NotFound
from apps.api.reading import MAX_ID, sent
from apps.api.reports import ReportShape, request_of
from apps.api.schema import ErrorShape
from apps.api.summaries import ArtifactSummary, without_facets
from apps.api.views import CatalogViewSet, actor
from apps.catalog.models import Artifact
from apps.impact.filters import FlagFilter
from apps.impact.models import Flag, Scope, Severity
from apps.impact.selectors import flags, newest_report
from apps.impact.services import (
    confirm_flag,
    dismiss_flag,
    flag_artifact,
    request_report,
    withdraw_flag,
)


class FlagShape(serializers.ModelSerializer[Flag]):
    """`latest_report` is the id of the last complete report; null while the first is on its way."""

    artifact = ArtifactSummary(read_only=True)
    raised_by = serializers.CharField(source="raised_by.username", allow_null=True, default=None)
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, default=None)
    latest_report = serializers.IntegerField(source="latest_report_id", allow_null=True)
    obligations_open = serializers.IntegerField()
    obligations_total = serializers.IntegerField()

    class Meta:
        model = Flag
        fields: tuple[str, ...] = (
            "id",
            "artifact",
            "scope",
            "reason",
            "severity",
            "detail",
            "since",
            "state",
            "raised_by",
            "raised_at",
            "decided_by",
            "decided_at",
            "decision_note",
            "latest_report",
            "obligations_open",
            "obligations_total",
        )
        read_only_fields = fields


class FlagDetail(FlagShape):
    """With where its newest report is: pending, running, complete or failed."""

    report_url = serializers.SerializerMethodField()

    class Meta(FlagShape.Meta):
        fields = (*FlagShape.Meta.fields, "report_url")
        read_only_fields = fields

    def get_report_url(self, flag: Flag) -> str | None:
        report = newest_report(flag=flag)
        if report is None:
            return None
        return str(reverse("api:report-detail", args=[report.pk], request=request_of(self)))


class NewFlag(serializers.Serializer[Any]):
    """What is bad, why, how badly and since when."""

    artifact = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    reason = serializers.CharField(
        help_text="A word: label_error, leakage, privacy, licence, corruption …"
    )
    severity = serializers.ChoiceField(choices=Severity.choices)
    scope = serializers.ChoiceField(
        choices=Scope.choices,
        default=Scope.VERSION.value,
        help_text="version: this one; name: all of the name, later ones too.",
    )
    detail = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    since = serializers.DateTimeField(required=False, allow_null=True)


class Decision(serializers.Serializer[Any]):
    """Why; it stays in the record."""

    reason = serializers.CharField()


class Confirmation(serializers.Serializer[Any]):
    """Why, if it needs saying."""

    reason = serializers.CharField(required=False, allow_blank=True)


@extend_schema_view(
    list=extend_schema(summary="List flags, newest first"),
    retrieve=extend_schema(summary="One flag", responses=FlagDetail),
)
class FlagViews(ListModelMixin, RetrieveModelMixin, CatalogViewSet[Flag]):
    """A flag is a standing question: lineage that arrives under it later makes a new report."""

    queryset = Flag.objects.all()
    filterset_class = FlagFilter
    what = "flag"
    write_scopes: ClassVar = {
        "create": "flag",
        "withdraw": "flag",
        "reports": "flag",
        "confirm": "review",
        "dismiss": "review",
    }

    def get_queryset(self) -> QuerySet[Flag]:
        return flags().defer(*without_facets("artifact"))

    def get_serializer_class(self) -> type[FlagShape]:
        return FlagShape if self.action == "list" else FlagDetail

    @extend_schema(
        summary="Flag an artifact",
        description="Returns at once; `report_url` is where the blast radius will be.",
        request=NewFlag,
        responses={201: FlagDetail, 404: ErrorShape},
    )
    def create(self, request: Request) -> Response:
        said = sent(NewFlag, request)
        wanted = said.pop("artifact")
        artifact = Artifact.objects.filter(pk=wanted).first()
        if artifact is None:
            raise NotFound(f"There is no artifact {wanted} to flag.")
        flag = flag_artifact(artifact=artifact, actor=actor(request), **said)
        return self._answer(flag, status=201)

    @extend_schema(
        summary="Agree that the artifact is bad", request=Confirmation, responses=FlagDetail
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        return self._decide(request, confirm_flag, Confirmation)

    @extend_schema(
        summary="Find that the artifact is not bad",
        description="Its open obligations end with the flag.",
        request=Decision,
        responses=FlagDetail,
    )
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        return self._decide(request, dismiss_flag, Decision)

    @extend_schema(
        summary="Take a flag back",
        description="Whoever raised it while it is open; otherwise a reviewer.",
        request=Decision,
        responses=FlagDetail,
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        return self._decide(request, withdraw_flag, Decision)

    @extend_schema(
        summary="Ask for a new report",
        description="One that still waits is returned instead.",
        request=None,
        responses={202: ReportShape},
    )
    @action(detail=True, methods=["post"])
    def reports(self, request: Request, pk: str) -> Response:
        report = request_report(flag=self.get_object(), actor=actor(request))
        return Response(ReportShape(report, context={"request": request}).data, status=202)

    def _decide(
        self,
        request: Request,
        decide: Callable[..., Flag],
        body: type[serializers.Serializer[Any]],
    ) -> Response:
        flag = self.get_object()
        decide(flag=flag, actor=actor(request), **sent(body, request))
        return self._answer(flag)

    def _answer(self, flag: Flag, *, status: int = 200) -> Response:
        stored = self.get_queryset().get(pk=flag.pk)
        return Response(FlagDetail(stored, context={"request": self.request}).data, status=status)
