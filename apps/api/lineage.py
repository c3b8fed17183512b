"""OpenLineage's own endpoint, answered as its clients expect."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.bodies import EventParser
from apps.api.views import BodyView, actor
from apps.ingest.services import receive_events

EVENT = {"type": "object", "description": "A run, job or dataset event as OpenLineage defines it."}


class LineageView(BodyView):
    """Clients retry on 5xx and give up on 4xx: so 400 is for what can never be taken in, and a
    database that is busy is 503. 429 is never sent: some clients lose the event then.
    """

    parser_classes = [EventParser]
    write_scopes: ClassVar = {"post": "record"}

    @extend_schema(
        operation_id="lineage_create",
        summary="Send OpenLineage events",
        description=(
            "One event or an array of them, plain or gzip; all are taken in or none. An event "
            "that is known already changes nothing. For a client of OpenLineage: "
            "OPENLINEAGE_URL is this site's address, OPENLINEAGE_API_KEY a token with the scope "
            "record."
        ),
        request={"application/json": {"oneOf": [EVENT, {"type": "array", "items": EVENT}]}},
        responses={201: OpenApiResponse(description="Taken in. No body.")},
    )
    def post(self, request: Request) -> Response:
        receive_events(payload=request.data, actor=actor(request))
        return Response(status=201)


@extend_schema(exclude=True)
class LineageWithSlash(LineageView):
    """The same at /lineage/."""
