"""`/namespaces`."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.marquez.reading import MarquezView, missing, page, stamp
from apps.api.reading import sent
from apps.api.views import actor
from apps.ingest.selectors.marquez.names import Namespace, namespace_names, namespaces
from apps.ingest.services.marquez import record_by_name

# Marquez's own word for nobody.
NOBODY = "anonymous"


class NamespaceBody(serializers.Serializer[Any]):
    """What a PUT says."""

    ownerName = serializers.CharField(max_length=1024)
    description = serializers.CharField(allow_null=True, allow_blank=True, required=False)


class NamespaceList(MarquezView):
    """Every namespace in which there is something, or that was recorded by itself."""

    def get(self, request: Request) -> Response:
        names = [row[0] for row in namespace_names()[page(request)]]
        return Response({"namespaces": [shape(one) for one in namespaces(names=names)]})


class NamespaceOne(MarquezView):
    """One namespace."""

    def get(self, _request: Request, **_names: str) -> Response:
        return Response(shape(known_namespace(self.named("namespace"))))

    def put(self, request: Request, **_names: str) -> Response:
        name, told = self.named("namespace"), sent(NamespaceBody, request)
        record_by_name(kind="namespace", name=name, told=told, actor=actor(request))
        return Response(shape(known_namespace(name)))


def known_namespace(name: str) -> Namespace:
    """404 if nothing is in it and nobody recorded it."""
    found = namespaces(names=[name])
    if not found:
        raise missing("namespace", name)
    return found[0]


def shape(namespace: Namespace) -> dict[str, Any]:
    """A namespace as Marquez's JSON."""
    return {
        "name": namespace.name,
        "createdAt": stamp(namespace.created_at),
        "updatedAt": stamp(namespace.updated_at),
        "ownerName": namespace.owner or NOBODY,
        "description": namespace.description,
    }
