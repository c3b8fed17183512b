"""`/sources`: where datasets are kept, as clients recorded it; not what is imported from."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.marquez.reading import MarquezView, missing, page, stamp
from apps.api.reading import sent
from apps.api.views import actor
from apps.ingest.models import MarquezRecord
from apps.ingest.selectors.marquez.names import records
from apps.ingest.services.marquez import record_by_name


class SourceBody(serializers.Serializer[Any]):
    """What a PUT says."""

    type = serializers.CharField(max_length=64)
    connectionUrl = serializers.CharField(max_length=2000)
    description = serializers.CharField(allow_null=True, allow_blank=True, required=False)


class SourceList(MarquezView):
    """Every source that was recorded."""

    def get(self, request: Request) -> Response:
        return Response({"sources": [shape(one) for one in records(kind="source")[page(request)]]})


class SourceOne(MarquezView):
    """One source."""

    def get(self, _request: Request, **_names: str) -> Response:
        name = self.named("source")
        found = records(kind="source").filter(name=name).first()
        if found is None:
            raise missing("source", name)
        return Response(shape(found))

    def put(self, request: Request, **_names: str) -> Response:
        name, told = self.named("source"), sent(SourceBody, request)
        return Response(
            shape(record_by_name(kind="source", name=name, told=told, actor=actor(request)))
        )


def shape(source: MarquezRecord) -> dict[str, Any]:
    """A source as Marquez's JSON; a password in its URL was masked before it was stored."""
    return {
        "type": source.told["type"],
        "name": source.name,
        "createdAt": stamp(source.created_at),
        "updatedAt": stamp(source.updated_at),
        "connectionUrl": source.told["connectionUrl"],
        "description": source.told.get("description"),
    }
