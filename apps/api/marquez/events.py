"""`/events`: the OpenLineage events as they were received, secrets masked."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.marquez.reading import MarquezView, MomentField, Page, page, part_of
from apps.api.reading import asked
from apps.ingest.selectors.marquez.search import events_between, events_in


class Span(Page):
    """Which events: from `after` on, and earlier than `before`."""

    before = MomentField(required=False)
    after = MomentField(required=False)
    # Of this product's own: with `all` the events of jobs and datasets come, too. Marquez passes
    # over a parameter that it does not know, so whoever imports may ask either.
    shape = serializers.ChoiceField(["run", "all"], default="run")
    sortDirection = serializers.ChoiceField(["asc", "desc", "ASC", "DESC"], default="desc")


class LineageEvents(MarquezView):
    """Events of runs by time, as Marquez serves them."""

    def get(self, request: Request) -> Response:
        query = asked(Span, request)
        rows = events_between(
            after=query.get("after"),
            before=query.get("before"),
            ascending=query["sortDirection"].lower() == "asc",
            of_every_shape=query["shape"] == "all",
        )
        bodies = list(rows.values_list("body", flat=True)[part_of(query)])
        said = {"shape": "all"} if query["shape"] == "all" else {}
        return Response({"events": bodies, "totalCount": rows.order_by().count(), **said})


class EventList(MarquezView):
    """Events of every shape, the latest first: the address that marquez-python asks."""

    def get(self, request: Request, **names: str) -> Response:
        part = page(request)
        rows = events_in(namespace=self.named("namespace") if names else None)
        bodies: list[Any] = list(rows.values_list("body", flat=True)[part])
        return Response({"events": bodies, "totalCount": rows.order_by().count()})
