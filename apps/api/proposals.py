"""Proposals: what may be one artifact, for a reviewer to decide."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import CharFilter, ChoiceFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.reading import MAX_ID, sent
from apps.api.summaries import ArtifactSummary, without_facets
from apps.api.views import CatalogViewSet, actor
from apps.catalog.models import Proposal, ProposalState
from apps.catalog.selectors import open_proposals, proposals
from apps.catalog.services import decide_proposals

MAX_DECIDED = 500


class ProposalShape(serializers.ModelSerializer[Proposal]):
    """That `second` may be `first`: both bear (`scheme`, `value`), which suggests it."""

    first = ArtifactSummary(read_only=True)
    second = ArtifactSummary(read_only=True)
    proposed_in = serializers.IntegerField(source="proposed_in_id", read_only=True)
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, default=None)

    class Meta:
        model = Proposal
        fields = (
            "id",
            "first",
            "second",
            "scheme",
            "value",
            "proposed_in",
            "state",
            "note",
            "decided_by",
            "decided_at",
        )
        read_only_fields = fields


class ProposalFilter(FilterSet):  # type: ignore[misc]
    """Which proposals. Open ones, unless it is said otherwise."""

    state = ChoiceFilter(choices=[*ProposalState.choices, ("any", "Any")], method="in_state")
    kind = CharFilter(field_name="first__kind")
    scheme = CharFilter()

    class Meta:
        model = Proposal
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        if not self.form.cleaned_data.get("state"):
            queryset = queryset.filter(pk__in=open_proposals().values("pk"))
        found: QuerySet[Proposal] = super().filter_queryset(queryset)
        return found

    def in_state(self, queryset: QuerySet[Proposal], _name: str, state: str) -> QuerySet[Proposal]:
        if state == ProposalState.OPEN:
            return queryset.filter(pk__in=open_proposals().values("pk"))
        return queryset if state == "any" else queryset.filter(state=state)


class Verdict(serializers.Serializer[Any]):
    """Which proposals, and whether their artifacts are one."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        allow_empty=False,
        max_length=MAX_DECIDED,
    )
    accept = serializers.BooleanField()
    note = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=10_000,
        help_text="Why. Needed to reject.",
    )


class Undecided(serializers.Serializer[Any]):
    """One that stays open, and why."""

    id = serializers.IntegerField()
    message = serializers.CharField()


class VerdictAnswer(serializers.Serializer[Any]):
    """How many were decided, and which could not be. Those decided before are not counted."""

    decided = serializers.IntegerField()
    failed = Undecided(many=True)


@extend_schema_view(
    list=extend_schema(summary="List proposals, newest first"),
    retrieve=extend_schema(summary="One proposal"),
)
class ProposalViews(ListModelMixin, RetrieveModelMixin, CatalogViewSet[Proposal]):
    """What an identifier suggests and does not prove; nothing is merged until somebody says so."""

    queryset = proposals().defer(*without_facets("first", "second"))
    serializer_class = ProposalShape
    filterset_class = ProposalFilter
    what = "proposal"
    write_scopes: ClassVar = {"decide": "review"}

    @extend_schema(
        summary="Accept or reject proposals",
        description="Each on its own: one whose artifacts cannot be one stays open, with the "
        "reason. Accepting merges, and can be undone like any merge.",
        request=Verdict,
        responses=VerdictAnswer,
    )
    @action(detail=False, methods=["post"], filter_backends=[], pagination_class=None)
    def decide(self, request: Request) -> Response:
        said = sent(Verdict, request)
        decided = decide_proposals(
            ids=said["ids"], accept=said["accept"], note=said["note"], actor=actor(request)
        )
        failed = [{"id": pk, "message": message} for pk, message in decided.failed.items()]
        return Response({"decided": decided.count, "failed": failed})
