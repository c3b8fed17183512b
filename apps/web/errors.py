"""What is said when a request cannot be read at all."""

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def bad_request(_request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for a body beyond MAX_BODY_BYTES. Of the reasons only our own words are shown.

    Rendered without the request: what is wrong may be its very host.
    """
    if isinstance(exception, RequestDataTooBig):
        return HttpResponse(render_to_string("413.html"), status=413)
    why = str(exception) if isinstance(exception, BadRequest) else ""
    return HttpResponse(render_to_string("400.html", {"why": why}), status=400)
