"""An artifact by its address. One that proved to be another redirects to it, for ever."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from apps.catalog.models import Artifact
from apps.catalog.selectors import survivor_then

LARGEST_ID = 2**63 - 1
KEEP_METHOD = 307


class MergedError(Exception):
    """The artifact of this address proved to be another one."""

    def __init__(self, survivor: int) -> None:
        self.survivor = survivor


def artifact_at(pk: int, *, as_of: int | None = None) -> Artifact:
    """The artifact with this id; 404, or a redirect if it had proved to be another one by then."""
    if pk > LARGEST_ID:
        raise Http404
    rows = Artifact.objects.select_related("added_in", "tombstoned_in", "deployment")
    artifact = get_object_or_404(rows, pk=pk)
    survivor = survivor_then(artifact=artifact, as_of=as_of)
    if survivor != artifact.pk:
        raise MergedError(survivor)
    return artifact


class RedirectMerged:
    """Sends on whoever asks for an artifact under the address of one merged into it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, MergedError) or request.resolver_match is None:
            return None
        page = request.resolver_match
        address = reverse(page.view_name, kwargs=page.kwargs | {"pk": error.survivor})
        query = request.META.get("QUERY_STRING", "")
        # A split takes the redirect back, so it must not be remembered; a form keeps its method.
        return HttpResponseRedirect(f"{address}?{query}" if query else address, status=KEEP_METHOD)
