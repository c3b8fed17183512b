"""What-if: the blast radius of an artifact before anything is flagged."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.reading import asked
from apps.api.summaries import ArtifactSummary
from apps.api.walks import WalkViews
from apps.impact.models import Scope
from apps.impact.selectors import preview


class PreviewQuery(serializers.Serializer[Any]):
    """What the flag would cover."""

    scope = serializers.ChoiceField(choices=Scope.choices, default=Scope.VERSION.value)


class SampledShape(serializers.Serializer[Any]):
    """One of the nearest affected."""

    artifact = ArtifactSummary()
    consequence = serializers.CharField()
    distance = serializers.IntegerField()


class PreviewShape(serializers.Serializer[Any]):
    """When `truncated`, all counts are lower bounds; a report would give the whole."""

    artifact = ArtifactSummary()
    scope = serializers.CharField()
    revision = serializers.IntegerField()
    truncated = serializers.BooleanField()
    headline = serializers.CharField()
    counts = serializers.DictField()
    production_count = serializers.IntegerField()
    production = ArtifactSummary(many=True, help_text="At most ten.")
    sample = SampledShape(many=True, help_text="The ten nearest.")


class PreviewViews(WalkViews):
    """Asked of an artifact, writes nothing."""

    @extend_schema(
        operation_id="artifacts_blast_radius",
        summary="What a flag on it would reach",
        filters=False,
        parameters=[PreviewQuery],
        responses=PreviewShape,
    )
    @action(detail=True, url_path="blast-radius", pagination_class=None)
    def blast_radius(self, request: Request, pk: str) -> Response:
        scope = asked(PreviewQuery, request)["scope"]
        artifact = self.get_object()
        found = preview(artifact=artifact, scope=scope)
        body = {
            "artifact": artifact,
            "scope": scope,
            "revision": found.revision,
            "truncated": found.truncated,
            "headline": found.headline,
            "counts": found.counts,
            "production_count": found.production_count,
            "production": found.production,
            "sample": found.sample,
        }
        return Response(PreviewShape(body).data)
