"""OpenLineage's own endpoints, answered as its clients expect."""

from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.bodies import EventBatchParser, EventParser
from apps.api.errors import RETRY_SECONDS, printable
from apps.api.views import BodyView, actor
from apps.catalog.services import waiting_at_most
from apps.graph.errors import RecordError
from apps.ingest.services import receive_batch, receive_events

# Clients give up after five seconds and send again; what is still waiting then is done twice.
PATIENCE_SECONDS = 3
GATE = BoundedSemaphore(settings.EVENTS_AT_ONCE)
EVENT = {"type": "object", "description": "A run, job or dataset event as OpenLineage defines it."}


class BusyError(APIException):
    """503 with Retry-After: clients of OpenLineage send again by themselves."""

    status_code = 503
    default_code = "busy"
    default_detail = "Too many events are being taken in. Nothing was written; send it again."
    wait = RETRY_SECONDS


class EventView(BodyView):
    """Clients retry on 5xx and give up on 4xx: so 400 is for what can never be taken in, and 503
    for a database that is busy and for more requests at once than the site takes. 429 is never
    sent: some clients lose the event then.
    """

    write_scopes: ClassVar = {"post": "record"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with ExitStack() as self.held:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.held.enter_context(waiting_at_most(seconds=PATIENCE_SECONDS))
        super().initial(request, *args, **kwargs)
        if not GATE.acquire(blocking=False):
            raise BusyError
        self.held.callback(GATE.release)


class LineageView(EventView):
    """Where clients send by default."""

    parser_classes = [EventParser]

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


class EventCounts(serializers.Serializer[Any]):
    """How many events came, and what became of them."""

    received = serializers.IntegerField()
    successful = serializers.IntegerField()
    failed = serializers.IntegerField()
    retriable = serializers.IntegerField()
    non_retriable = serializers.IntegerField()


class FailedEvent(serializers.Serializer[Any]):
    """One event that can never be taken in; `reason` names the place of the fault."""

    index = serializers.IntegerField(help_text="Its place in the array, from 0.")
    reason = serializers.CharField()
    retriable = serializers.BooleanField()


class EventBatchOutcome(serializers.Serializer[Any]):
    """As the specification has it."""

    status = serializers.CharField(help_text="partial_success")
    summary = EventCounts()
    failed_events = FailedEvent(many=True)


class LineageBatchView(EventView):
    """Where clients send what they gathered: a bad event does not hold back the good ones."""

    parser_classes = [EventBatchParser]

    @extend_schema(
        operation_id="lineage_batch_create",
        summary="Send an array of OpenLineage events",
        description=(
            "Up to 10,000 events, plain or gzip. Those that can be taken in are, in one "
            "transaction; the others are named. 204 if there are none."
        ),
        request={"application/json": {"type": "array", "items": EVENT}},
        responses={200: EventBatchOutcome, 204: OpenApiResponse(description="All taken in.")},
    )
    def post(self, request: Request) -> Response:
        events = request.data
        if not isinstance(events, list):
            raise RecordError("$", "The body is empty; send an array of events.")
        failed = receive_batch(payload=events, actor=actor(request))
        if not failed:
            return Response(status=204)
        summary = {
            "received": len(events),
            "successful": len(events) - len(failed),
            "failed": len(failed),
            # What may go better the next time is not answered by event, but with 503 for all.
            "retriable": 0,
            "non_retriable": len(failed),
        }
        reasons = [
            {"index": index, "reason": str(error), "retriable": False}
            for index, error in failed.items()
        ]
        body = {"status": "partial_success", "summary": summary, "failed_events": reasons}
        return Response(printable(body))


@extend_schema(exclude=True)
class LineageWithSlash(LineageView):
    """The same at /lineage/."""


@extend_schema(exclude=True)
class LineageBatchWithSlash(LineageBatchView):
    """The same at /lineage/batch/."""
