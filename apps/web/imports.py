"""What was read from where: imports, and how each went."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from apps.graph.vocabulary import kind_label
from apps.ingest.models import OpenLineageEvent
from apps.ingest.selectors import import_runs
from apps.web.paging import page_of
from apps.work.models import WorkState

TONES = {WorkState.COMPLETE: "ok", WorkState.FAILED: "warn"}


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """The imports, latest first, and when an event last came in."""
    runs = import_runs()
    state = request.GET.get("state", "")
    if state in WorkState.values:
        runs = runs.filter(state=state)
    context = {
        "page": page_of(request, runs),
        "states": WorkState.choices,
        "state": state,
        "tones": TONES,
        "last_event": OpenLineageEvent.objects.order_by("-received_at").first(),
        "events": OpenLineageEvent.objects.count(),
    }
    return render(request, "web/imports.html", context)


@require_safe
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(import_runs(), pk=pk)
    context = {
        "run": run,
        "tone": TONES.get(WorkState(run.state), ""),
        "tallies": [
            ("Written", _counted(run.written)),
            ("Adapted", _counted(run.adapted)),
            ("Refused", _counted(run.refused)),
        ],
        "notes": page_of(request, run.notes, size=50),
    }
    return render(request, "web/import_run.html", context)


def _counted(amounts: dict[str, int]) -> list[tuple[str, int]]:
    return [(kind_label(name), amount) for name, amount in sorted(amounts.items()) if amount]
