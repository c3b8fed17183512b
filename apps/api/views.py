"""What every view of the API has in common with the others."""

from typing import Any, TypeVar

from django.db.models import Model
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from apps.accounts.models import User
from apps.api.bodies import take_chunks
from apps.api.errors import NotFound

M = TypeVar("M", bound=Model)

# Ids of more digits exceed what a database keeps; such an address leads nowhere.
ID_PATTERN = "[0-9]{1,18}"


class CatalogViewSet(GenericViewSet[M]):
    """A list and the one of an id. Filters are for lists only."""

    lookup_value_regex = ID_PATTERN
    what = "row"

    def get_object(self) -> M:
        found: M = get_object_or_404(self.get_queryset(), pk=int(self.kwargs["pk"]))
        self.check_object_permissions(self.request, found)
        return found

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Http404) and "pk" in self.kwargs:
            exc = NotFound(f"There is no {self.what} {self.kwargs['pk']}.")
        return super().handle_exception(exc)


class BodyView(APIView):
    """Takes large bodies, also those that come in chunks; only from those who may send them."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        take_chunks(request._request)  # noqa: SLF001 - DRF offers no other way to it


@extend_schema(exclude=True)
class UnknownAddress(APIView):
    """Says in JSON that an address under /api/ leads nowhere."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound(
            f"Nothing is at {request.path[:200]}. The addresses are listed in /api/docs."
        )


def actor(request: Request) -> User:
    """The person who asks; `ScopedPermission` has made sure that there is one."""
    if not isinstance(request.user, User):
        raise exceptions.NotAuthenticated
    return request.user
