"""How requests are read: as JSON whatever they accept, and nothing in them is passed over."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.forms import IntegerField
from django_filters import NumberFilter
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions, serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView

MAX_ID = 10**18 - 1
PAGE_PARAMETERS = frozenset({"limit", "offset"})


class IdFilter(NumberFilter):  # type: ignore[misc]
    """A whole number that a database can keep: 1.5 is no id, and is not taken for 1."""

    field_class = IntegerField

    def __init__(self, *, lowest: int = 1, **kwargs: Any) -> None:
        super().__init__(min_value=lowest, max_value=MAX_ID, **kwargs)


class AlwaysJSON(BaseContentNegotiation):
    """Whatever a client says it accepts, the answer is JSON: even the one that says so wrongly."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        wanted = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(self, _request: Request, renderers: Any, _suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class StrictFilters(DjangoFilterBackend):  # type: ignore[misc]
    """A misspelt filter is refused: ignoring it would answer another question than was asked."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: "APIView"
    ) -> QuerySet[Any]:
        filterset_class = self.get_filterset_class(view, queryset)
        known = set(filterset_class.base_filters) if filterset_class else set()
        refuse_unknown(request, known | PAGE_PARAMETERS)
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered


def asked(query: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The checked query parameters; ValidationError names the one that is wrong."""
    reader = query(data=request.query_params.dict())
    refuse_unknown(request, set(reader.fields))
    reader.is_valid(raise_exception=True)
    found: dict[str, Any] = reader.validated_data
    return found


def sent(body: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The checked body; ValidationError names the field that is wrong or unknown."""
    reader = body(data=request.data)
    if isinstance(request.data, dict) and (unknown := set(request.data) - set(reader.fields)):
        name = min(unknown)
        raise exceptions.ValidationError({name[:80]: [_unknown(name, set(reader.fields))]})
    reader.is_valid(raise_exception=True)
    found: dict[str, Any] = reader.validated_data
    return found


def refuse_unknown(request: Request, known: set[str] | frozenset[str]) -> None:
    """ValidationError for a query parameter that the address does not know."""
    if unknown := set(request.query_params) - known:
        name = min(unknown)
        raise exceptions.ValidationError({name[:80]: [_unknown(name, known)]})


def _unknown(name: str, known: set[str] | frozenset[str]) -> str:
    return f"{name[:80]!r} is not known here; known are {', '.join(sorted(known)) or 'none'}."
