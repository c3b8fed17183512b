"""Pages of a list: `limit` and `offset`, with a count that stays cheap."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

M = TypeVar("M", bound=Model)

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
MAX_OFFSET = 1_000_000
# Beyond this a list is counted no further: an exact count reads every row.
MAX_COUNT = 10_000


class PageQuery(serializers.Serializer[Any]):
    """Which part of a list."""

    limit = serializers.IntegerField(
        default=DEFAULT_LIMIT, min_value=1, max_value=MAX_LIMIT, help_text="Rows on a page."
    )
    offset = serializers.IntegerField(
        default=0, min_value=0, max_value=MAX_OFFSET, help_text="Rows before the page."
    )


class BoundedPages(BasePagination):
    """The count is exact up to 10,000 rows; above, it says 10,000 and that it is not exact."""

    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[M], request: Request, view: APIView | None = None
    ) -> list[M]:
        page = PageQuery(data=request.query_params.dict())
        page.is_valid(raise_exception=True)
        self.request = request
        self.limit, self.offset = page.validated_data["limit"], page.validated_data["offset"]
        ordered = queryset.order_by(*_orderings(queryset))
        rows = list(ordered[self.offset : self.offset + self.limit + 1])
        self.has_more = len(rows) > self.limit
        if not self.has_more and (rows or not self.offset):
            self.count = self.offset + len(rows)
        else:
            self.count = queryset.order_by()[: MAX_COUNT + 1].count()
        return rows[: self.limit]

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "count": min(self.count, MAX_COUNT),
                "count_is_exact": self.count <= MAX_COUNT,
                "limit": self.limit,
                "offset": self.offset,
                "next": self._next(),
                "results": data,
            }
        )

    def _next(self) -> str | None:
        following = self.offset + self.limit
        if not self.has_more or following > MAX_OFFSET:
            return None
        query = self.request.query_params.copy()
        query["limit"], query["offset"] = str(self.limit), str(following)
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["count", "count_is_exact", "limit", "offset", "next", "results"],
            "properties": {
                "count": {"type": "integer", "description": f"Rows in all, at most {MAX_COUNT:,}."},
                "count_is_exact": {"type": "boolean"},
                "limit": {"type": "integer"},
                "offset": {"type": "integer"},
                "next": {"type": "string", "format": "uri", "nullable": True},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, _view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": "limit",
                "in": "query",
                "description": "Rows on a page.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_LIMIT,
                    "default": DEFAULT_LIMIT,
                },
            },
            {
                "name": "offset",
                "in": "query",
                "description": "Rows before the page.",
                "schema": {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0},
            },
        ]


def _orderings(queryset: QuerySet[Any]) -> list[Any]:
    """As declared; the id last decides between equals, or a row could stand on two pages."""
    declared = list(queryset.query.order_by or queryset.model._meta.ordering or ())  # noqa: SLF001
    return declared if {"pk", "-pk"} & set(map(str, declared)) else [*declared, "pk"]
