"""The call for delivery pipelines: what went live, and what is live no more."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api.reading import sent
from apps.api.summaries import ArtifactSummary
from apps.api.views import actor
from apps.ingest.services import Release, end_release, record_release


class ReleaseShape(serializers.Serializer[Any]):
    """One model version going live."""

    name = serializers.CharField(help_text="Of the deployment, such as churn-api.")
    model = serializers.CharField(
        help_text="name@version, a digest, or a URI such as models:/churn/2."
    )
    environment = serializers.CharField(help_text="production, staging, …")
    namespace = serializers.CharField(default="deployments")
    release = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="Tells it from the next; by default the model's version and the time.",
    )
    endpoint = serializers.CharField(required=False, allow_blank=True)
    image = serializers.CharField(
        required=False, allow_blank=True, help_text="registry/name@sha256:…"
    )
    infrastructure = serializers.CharField(required=False, allow_blank=True)
    replicas = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=2**31 - 1
    )
    application = serializers.CharField(
        required=False, allow_blank=True, help_text="What people use that is served by it."
    )
    live_from = serializers.DateTimeField(required=False, help_text="By default now.")
    replace = serializers.BooleanField(
        default=False, help_text="Nothing else of this name is live in the environment any more."
    )


class EndShape(serializers.Serializer[Any]):
    """What is live no more."""

    name = serializers.CharField()
    environment = serializers.CharField()
    namespace = serializers.CharField(default="deployments")
    release = serializers.CharField(
        required=False, allow_blank=True, help_text="By default all of the name."
    )
    live_until = serializers.DateTimeField(required=False, help_text="By default now.")


class DeploymentsView(APIView):
    """Reported by whoever deploys."""

    write_scopes: ClassVar = {"post": "record"}

    @extend_schema(
        operation_id="deployments_create",
        summary="Say that a model version is live",
        description=(
            "One call at the end of a delivery pipeline. Said twice with the same release, or the "
            "same `live_from`, it is one deployment."
        ),
        request=ReleaseShape,
        responses={201: ArtifactSummary},
    )
    def post(self, request: Request) -> Response:
        release = Release(**sent(ReleaseShape, request))
        found = record_release(release=release, actor=actor(request))
        return Response(ArtifactSummary(found).data, status=201)


class DeploymentsEndView(APIView):
    """Reported by whoever takes it down."""

    write_scopes: ClassVar = {"post": "record"}

    @extend_schema(
        operation_id="deployments_end",
        summary="Say that a deployment is live no more",
        description="Returns what was ended; nothing if nothing of the name was live.",
        request=EndShape,
        responses={200: ArtifactSummary(many=True)},
    )
    def post(self, request: Request) -> Response:
        ended = end_release(actor=actor(request), **sent(EndShape, request))
        return Response(ArtifactSummary(ended, many=True).data)
