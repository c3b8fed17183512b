"""What the views of Marquez's surface have in common."""

import re
from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.api.errors import NotFound
from apps.api.pages import DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET
from apps.api.reading import asked
from apps.graph.errors import RecordError
from apps.graph.validation import MAX_NAME_BYTES, line
from apps.ingest.openlineage.moments import read_moment

# In a query a plus that was not encoded arrives as a space.
_LOST_PLUS = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)\Z")


class MarquezView(APIView):
    """Answers and errors in JSON; an error also has `code`, where Marquez's clients look for it."""

    write_scopes = {"put": "record", "post": "record"}

    def handle_exception(self, exc: Exception) -> Response:
        return with_code(super().handle_exception(exc))

    def named(self, part: str, *, limit: int = MAX_NAME_BYTES) -> str:
        """A name from the address, normalised as all names are."""
        return line(self.kwargs[part], f"$.{part}", limit=limit, required=True)

    def name_in_space(self, part: str) -> tuple[str, str]:
        """Namespace and name of the dataset or the job that the address is of."""
        return self.named("namespace"), self.named(part)


class Page(serializers.Serializer[Any]):
    """Which part of a list."""

    limit = serializers.IntegerField(default=DEFAULT_LIMIT, min_value=0, max_value=MAX_LIMIT)
    offset = serializers.IntegerField(default=0, min_value=0, max_value=MAX_OFFSET)


class MomentField(serializers.CharField):
    """A time in any of the ways that producers write one; one without an offset is UTC."""

    def to_internal_value(self, data: Any) -> Any:
        text = _LOST_PLUS.sub(r"\1+\2", super().to_internal_value(data))
        try:
            return read_moment(text, "$")[0]
        except RecordError as error:
            raise ValidationError(error.message) from error


def with_code(response: Response) -> Response:
    """An error as Marquez's clients read it, too."""
    if isinstance(response.data, dict):
        response.data.setdefault("code", response.status_code)
    return response


class RunIdField(serializers.UUIDField):
    """A run's id: Marquez takes UUIDs only, OpenLineage any text."""

    def to_internal_value(self, data: Any) -> Any:
        return str(super().to_internal_value(data))


def page(request: Request) -> slice:
    """The rows asked for by `limit` and `offset`."""
    return part_of(asked(Page, request))


def part_of(query: dict[str, Any]) -> slice:
    """The rows, for a query that has `limit` and `offset` among others."""
    return slice(query["offset"], query["offset"] + query["limit"])


def missing(what: str, name: str) -> NotFound:
    """404 in words."""
    return NotFound(f"There is no {what} {name[:200]!r}.")


def stamp(moment: datetime | str | None) -> str | None:
    """A time as Marquez writes it: `2026-10-01T02:00:00.000000Z`."""
    if isinstance(moment, str):
        try:
            moment = read_moment(moment, "$")[0]
        except RecordError:
            return None
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def dict_in(facets: dict[str, Any], name: str) -> dict[str, Any]:
    """One facet; empty if there is none."""
    found = facets.get(name)
    return found if isinstance(found, dict) else {}


def text_in(facets: dict[str, Any], name: str, key: str) -> str | None:
    """A text in a facet; None where there is none or an empty one."""
    found = dict_in(facets, name).get(key)
    return found if isinstance(found, str) and found else None
