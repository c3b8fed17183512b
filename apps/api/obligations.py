"""Obligations: who must act on what a flag reached."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.reading import IdFilter, sent
from apps.api.summaries import ArtifactSummary, without_facets
from apps.api.views import CatalogViewSet, actor
from apps.impact.filters import ObligationFilter
from apps.impact.models import Obligation
from apps.impact.services import assign_obligation, reopen_obligation, resolve_obligation


class ObligationShape(serializers.ModelSerializer[Obligation]):
    """An affected deployment, model or application, and what was done about it."""

    flag = serializers.IntegerField(source="flag_id", read_only=True)
    artifact = ArtifactSummary(read_only=True)
    opened_by_report = serializers.IntegerField(source="opened_by_report_id", read_only=True)
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, default=None)

    class Meta:
        model = Obligation
        fields = (
            "id",
            "flag",
            "artifact",
            "consequence",
            "state",
            "assignee",
            "note",
            "opened_at",
            "opened_by_report",
            "due_at",
            "decided_by",
            "decided_at",
        )
        read_only_fields = fields


class FlaggedObligationFilter(ObligationFilter):
    """Also by flag."""

    flag = IdFilter(field_name="flag_id")


class Assignment(serializers.Serializer[Any]):
    """Who is to act: a person, a team, or nobody."""

    assignee = serializers.CharField(allow_blank=True, max_length=200)


class Settlement(serializers.Serializer[Any]):
    """What was done: rolled back, retrained, retired, not affected because …"""

    note = serializers.CharField(max_length=10_000)


@extend_schema_view(
    list=extend_schema(summary="List obligations, the most urgent first"),
    retrieve=extend_schema(summary="One obligation"),
)
class ObligationViews(ListModelMixin, RetrieveModelMixin, CatalogViewSet[Obligation]):
    """A case is closed when all obligations of its flag are settled."""

    queryset = Obligation.objects.select_related("artifact", "decided_by", "flag").defer(
        *without_facets("artifact")
    )
    serializer_class = ObligationShape
    filterset_class = FlaggedObligationFilter
    what = "obligation"
    write_scopes: ClassVar = {"assign": "review", "resolve": "review", "reopen": "review"}

    @extend_schema(summary="Say who is to act", request=Assignment, responses=ObligationShape)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        assignee = sent(Assignment, request)["assignee"]
        obligation = self.get_object()
        assign_obligation(obligation=obligation, assignee=assignee, actor=actor(request))
        return Response(ObligationShape(obligation).data)

    @extend_schema(
        summary="Say that it has been dealt with", request=Settlement, responses=ObligationShape
    )
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        note = sent(Settlement, request)["note"]
        obligation = self.get_object()
        resolve_obligation(obligation=obligation, note=note, actor=actor(request))
        return Response(ObligationShape(obligation).data)

    @extend_schema(
        summary="Say that it is not settled after all",
        request=Settlement,
        responses=ObligationShape,
    )
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        note = sent(Settlement, request)["note"]
        obligation = self.get_object()
        reopen_obligation(obligation=obligation, note=note, actor=actor(request))
        return Response(ObligationShape(obligation).data)
