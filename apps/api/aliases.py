"""Aliases: names that move, what they name, and what they have named."""

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import CharFilter, FilterSet, IsoDateTimeFilter
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.errors import NotFound
from apps.api.reading import MAX_ID, IdFilter, asked
from apps.api.schema import ErrorShape
from apps.api.summaries import ArtifactSummary
from apps.api.views import CatalogViewSet
from apps.catalog.models import AliasStatement
from apps.catalog.selectors import alias_history, current_revision, holding_aliases
from apps.graph.validation import line

# A name that moves with every run has ten thousand; the newest are what is asked for.
SPANS_SHOWN = 1000


class AliasShape(serializers.ModelSerializer[AliasStatement]):
    """What a name names: the newest statement on it up to the time that was asked about. `at` is
    when that was seen; without an artifact it named nothing from then on.
    """

    artifact = ArtifactSummary(read_only=True, allow_null=True)
    added_in = serializers.IntegerField(source="added_in_id", read_only=True)

    class Meta:
        model = AliasStatement
        fields = ("scheme", "value", "artifact", "at", "producer", "evidence", "added_in")
        read_only_fields = fields


class BorneAlias(serializers.ModelSerializer[AliasStatement]):
    """A name that the artifact bears now, and when that was last seen."""

    class Meta:
        model = AliasStatement
        fields = ("scheme", "value", "at")
        read_only_fields = fields


class SpanShape(serializers.Serializer[Any]):
    """What the name named from `since` up to `until`; null for nothing, or for not ended."""

    artifact = ArtifactSummary(allow_null=True)
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)


class AliasHistory(serializers.Serializer[Any]):
    """What one name has named, newest first; at most 1,000 spans."""

    scheme = serializers.CharField()
    value = serializers.CharField()
    spans = SpanShape(many=True)
    truncated = serializers.BooleanField()
    revision = serializers.IntegerField()
    as_of = serializers.IntegerField(allow_null=True)


class HistoryQuery(serializers.Serializer[Any]):
    """Which name."""

    scheme = serializers.CharField(max_length=64)
    value = serializers.CharField(max_length=2000)
    as_of = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        max_value=MAX_ID,
        help_text="As was known at this revision.",
    )


class AliasFilter(FilterSet):  # type: ignore[misc]
    """Which aliases, and when."""

    scheme = CharFilter()
    value = CharFilter()
    artifact = IdFilter(method="of_artifact", label="Those that name this artifact then")
    at = IsoDateTimeFilter(method="chosen_first", label="What they named at this time; else now")
    as_of = IdFilter(lowest=0, method="chosen_first", label="As was known at this revision")

    class Meta:
        model = AliasStatement
        fields: tuple[str, ...] = ()

    def filter_queryset(self, _queryset: QuerySet[AliasStatement]) -> QuerySet[AliasStatement]:
        """The names that are asked about, then what they name: not the names of all."""
        chosen: dict[str, Any] = self.form.cleaned_data
        names = Q(**{part: chosen[part] for part in ("scheme", "value") if chosen[part]})
        if chosen["artifact"] is not None:
            names &= _of(chosen["artifact"])
        held = holding_aliases(names=names, at=chosen["at"], as_of=chosen["as_of"])
        found: QuerySet[AliasStatement] = super().filter_queryset(held)
        return found

    def of_artifact(
        self, queryset: QuerySet[AliasStatement], _name: str, pk: int
    ) -> QuerySet[AliasStatement]:
        return queryset.filter(_of(pk))

    def chosen_first(
        self, queryset: QuerySet[AliasStatement], _name: str, _value: object
    ) -> QuerySet[AliasStatement]:
        return queryset


def _of(pk: int) -> Q:
    """Also of one that proved to be another since: what was said under its own name."""
    return Q(artifact_id=pk) | Q(stated_artifact_id=pk)


@extend_schema_view(
    list=extend_schema(
        summary="List aliases",
        description="Each name once, with what it names now or named `at` a time.",
    )
)
class AliasViews(ListModelMixin, CatalogViewSet[AliasStatement]):
    """Names that move from one artifact to the next: `models:/churn@champion`, a branch, a tag."""

    queryset = AliasStatement.objects.all()
    serializer_class = AliasShape
    filterset_class = AliasFilter

    @extend_schema(
        summary="What one name has named",
        description="Newest first. 404 if nothing is known of the name.",
        filters=False,
        parameters=[HistoryQuery],
        responses={200: AliasHistory, 404: ErrorShape},
    )
    @action(detail=False, filter_backends=[], pagination_class=None)
    def history(self, request: Request) -> Response:
        name = asked(HistoryQuery, request)
        spans = alias_history(
            scheme=name["scheme"],
            value=line(name["value"], "$.value"),
            as_of=name["as_of"],
            limit=SPANS_SHOWN + 1,
        )
        if not spans:
            raise NotFound("Nothing is known of this name here; was it spelled as it was stated?")
        shown = {
            **name,
            "spans": spans[:SPANS_SHOWN],
            "truncated": len(spans) > SPANS_SHOWN,
            "revision": current_revision(),
        }
        return Response(AliasHistory(shown).data)
