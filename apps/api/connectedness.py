"""How far models and deployments are connected, where not, and what would mend it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api.pages import PageQuery
from apps.api.reading import asked
from apps.api.summaries import ArtifactSummary
from apps.api.walks import AsOfQuery
from apps.catalog.filters import STATUSES
from apps.catalog.selectors import Explained, Question, connected_list, explained
from apps.graph.advice import LABELS
from apps.graph.connectedness import SUBJECT_KINDS, Answer, Aspect, Gap
from apps.graph.validation import MAX_NAME_BYTES


class ConnectednessQuery(AsOfQuery, PageQuery):
    """Which models and deployments; all if nothing is given."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in SUBJECT_KINDS], default="")
    namespace = serializers.CharField(default="", max_length=MAX_NAME_BYTES)
    owner = serializers.CharField(
        default="", max_length=MAX_NAME_BYTES, help_text="`none` for those nobody owns."
    )
    environment = serializers.CharField(
        default="", max_length=MAX_NAME_BYTES, help_text="Of deployments."
    )
    status = serializers.ChoiceField(choices=STATUSES, default="")
    production = serializers.BooleanField(
        default=False,
        help_text="Only what runs in production now, and the models that lead on to it.",
    )
    breaks_at = serializers.ChoiceField(
        choices=[*(one.value for one in Aspect), *(one.value for one in Gap)],
        default="",
        help_text="An aspect that is not connected, or a gap.",
    )


class AnswersShape(serializers.Serializer[Any]):
    """How many of each answer. `unknown` is not `missing`: part of the way is not known."""

    connected = serializers.IntegerField()
    missing = serializers.IntegerField()
    unknown = serializers.IntegerField()


class VerdictShape(serializers.Serializer[Any]):
    """The answer for one aspect; `gap` unless it is connected."""

    aspect = serializers.ChoiceField(choices=[one.value for one in Aspect])
    answer = serializers.ChoiceField(choices=[one.value for one in Answer])
    gap = serializers.ChoiceField(choices=list(LABELS.items()), allow_null=True)


class BreakShape(serializers.Serializer[Any]):
    """Where one way breaks. `at` is null if that is further up than was looked. `sources` are the
    kinds of source, or ways in, that usually say what is missing.
    """

    aspect = serializers.CharField(source="verdict.aspect")
    gap = serializers.CharField()
    at = ArtifactSummary(source="place", allow_null=True)
    said_by = serializers.ListField(child=serializers.CharField())
    sentence = serializers.CharField()
    advice = serializers.CharField(source="advice.text")
    sources = serializers.ListField(child=serializers.CharField(), source="advice.sources")


class ConnectedShape(serializers.Serializer[Any]):
    """A model or a deployment; `breaks` with the first to mend first."""

    artifact = ArtifactSummary()
    environment = serializers.SerializerMethodField()
    in_production = serializers.BooleanField(source="connected.in_production")
    aspects = VerdictShape(source="connected.verdicts", many=True)
    breaks = BreakShape(many=True)

    def get_environment(self, one: Explained) -> str:
        """Of a deployment; else empty."""
        return getattr(getattr(one.artifact, "deployment", None), "environment", "")


class ConnectednessShape(serializers.Serializer[Any]):
    """`totals` and `counts` are over all that the filters leave but for `breaks_at`: by kind, then
    aspect. `count` is how many are listed on all pages.
    """

    revision = serializers.IntegerField(help_text="Where the graph stood when it was read.")
    as_of = serializers.IntegerField(
        allow_null=True, help_text="The revision asked for; null for the present."
    )
    truncated = serializers.BooleanField(
        help_text="Whether a limit cut the walk short; then what is not connected is unknown."
    )
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="By kind.")
    totals = serializers.DictField(child=serializers.DictField(child=AnswersShape()))
    count = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()
    results = ConnectedShape(many=True)


class ConnectednessView(APIView):
    """Does a path lead to data, code, an environment, a run, and on to a deployment?"""

    @extend_schema(
        operation_id="connectedness",
        summary="How far models and deployments are connected",
        description="What runs in production and is not connected comes first.",
        parameters=[ConnectednessQuery],
        responses=ConnectednessShape,
    )
    def get(self, request: Request) -> Response:
        query = asked(ConnectednessQuery, request)
        as_of, limit, offset = query.pop("as_of", None), query.pop("limit"), query.pop("offset")
        found = connected_list(question=Question(**query), as_of=as_of)
        body = {
            "revision": found.revision,
            "as_of": found.as_of,
            "truncated": found.truncated,
            "counts": found.counts,
            "totals": found.totals,
            "count": len(found.rows),
            "limit": limit,
            "offset": offset,
            "results": explained(rows=found.rows[offset : offset + limit], as_of=as_of),
        }
        return Response(ConnectednessShape(body).data)
