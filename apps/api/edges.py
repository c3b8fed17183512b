"""Edges: who says that what came from what."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django_filters import CharFilter, ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.reading import MAX_ID, IdFilter, sent
from apps.api.summaries import EdgeShape, without_facets
from apps.api.views import CatalogViewSet, actor
from apps.catalog.models import Edge
from apps.catalog.services import retract_edges

MAX_RETRACTED = 1000


class EdgeFilter(FilterSet):  # type: ignore[misc]
    """Which edges. Live ones, unless it is said otherwise."""

    artifact = IdFilter(method="at_either_end")
    upstream = IdFilter(field_name="upstream_id")
    downstream = IdFilter(field_name="downstream_id")
    role = CharFilter()
    producer = CharFilter()
    evidence = CharFilter()
    as_of = IdFilter(lowest=0, method="live_at", label="Live as of this revision")
    state = ChoiceFilter(
        choices=(("live", "Live"), ("retracted", "Retracted"), ("any", "Any")),
        method="in_state",
        label="live (the default), retracted or any; not used together with as_of",
    )

    class Meta:
        model = Edge
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Edge]) -> QuerySet[Edge]:
        chosen = self.form.cleaned_data
        if chosen.get("as_of") is None and not chosen.get("state"):
            queryset = queryset.filter(retracted_in__isnull=True)
        found: QuerySet[Edge] = super().filter_queryset(queryset)
        return found

    def at_either_end(self, queryset: QuerySet[Edge], _name: str, pk: int) -> QuerySet[Edge]:
        return queryset.filter(Q(upstream_id=pk) | Q(downstream_id=pk))

    def live_at(self, queryset: QuerySet[Edge], _name: str, revision: int) -> QuerySet[Edge]:
        still = Q(retracted_in__isnull=True) | Q(retracted_in__gt=revision)
        return queryset.filter(still, added_in__lte=revision)

    def in_state(self, queryset: QuerySet[Edge], _name: str, state: str) -> QuerySet[Edge]:
        if state == "any":
            return queryset
        return queryset.filter(retracted_in__isnull=state == "live")


class Retraction(serializers.Serializer[Any]):
    """Which edges are wrong, and why."""

    edge_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        allow_empty=False,
        max_length=MAX_RETRACTED,
    )
    reason = serializers.CharField(max_length=10_000)


class Retracted(serializers.Serializer[Any]):
    """How many of them were live."""

    retracted = serializers.IntegerField()


@extend_schema_view(
    list=extend_schema(summary="List edges"), retrieve=extend_schema(summary="One edge")
)
class EdgeViews(ListModelMixin, RetrieveModelMixin, CatalogViewSet[Edge]):
    """Each edge is one producer's assertion; two producers may assert the same step."""

    queryset = Edge.objects.select_related("upstream", "downstream").defer(
        *without_facets("upstream", "downstream")
    )
    serializer_class = EdgeShape
    filterset_class = EdgeFilter
    what = "edge"
    write_scopes: ClassVar = {"retract": "review"}

    @extend_schema(
        summary="Retract edges",
        description="Whoever asserted them. Reads as of an earlier revision still see them, and "
        "a producer may assert them again.",
        request=Retraction,
        responses=Retracted,
    )
    @action(detail=False, methods=["post"], filter_backends=[], pagination_class=None)
    def retract(self, request: Request) -> Response:
        wrong = sent(Retraction, request)
        ended = retract_edges(
            edge_ids=wrong["edge_ids"], reason=wrong["reason"], actor=actor(request)
        )
        return Response({"retracted": ended})
