"""One page with every part that pages are put together from, for whoever builds the next page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.graph.vocabulary import Kind
from apps.web.paging import page_of
from apps.web.templatetags.lineage import STATUSES


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "web/components.html",
        {
            "kinds": list(Kind),
            "statuses": list(STATUSES),
            "now": timezone.now(),
            "page": page_of(request, range(1, 320)),
        },
    )
