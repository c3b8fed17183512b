"""`/tags`: words for datasets and fields, each with what it means."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.marquez.reading import MarquezView, page
from apps.api.reading import sent
from apps.api.views import actor
from apps.ingest.models import MarquezRecord
from apps.ingest.selectors.marquez.names import records
from apps.ingest.services.marquez import record_by_name


class TagBody(serializers.Serializer[Any]):
    """What a PUT says."""

    description = serializers.CharField(allow_null=True, allow_blank=True, required=False)


class TagList(MarquezView):
    """Every tag that was recorded, or put on something by this surface."""

    def get(self, request: Request) -> Response:
        return Response({"tags": [shape(one) for one in records(kind="tag")[page(request)]]})


class TagOne(MarquezView):
    """One tag."""

    def put(self, request: Request, **_names: str) -> Response:
        told = sent(TagBody, request)
        name = self.named("tag", limit=200)
        return Response(
            shape(record_by_name(kind="tag", name=name, told=told, actor=actor(request)))
        )


def shape(tag: MarquezRecord) -> dict[str, Any]:
    """A tag as Marquez's JSON."""
    return {"name": tag.name, "description": tag.told.get("description")}
