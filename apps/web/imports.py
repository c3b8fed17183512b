"""Imports: what was read from where, how each went, and how far one under way has come."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.graph.vocabulary import kind_label
from apps.ingest.models import ImportRun
from apps.ingest.selectors import import_runs
from apps.web.paging import page_of
from apps.work.models import WorkState

TONES = {WorkState.COMPLETE: "ok", WorkState.FAILED: "warn"}
# Seconds after which a page says that nobody has begun.
UNATTENDED = 20


@dataclass(frozen=True, slots=True)
class Progress:
    """An import under way, or just ended; `unattended` if no worker has begun it for long."""

    run: ImportRun
    waited_seconds: float
    unattended: bool


def progress_of(run: ImportRun | None) -> Progress | None:
    """None if nothing is under way."""
    if run is None or not run.is_unfinished:
        return None
    waited = (timezone.now() - run.requested_at).total_seconds()
    return Progress(run, waited, run.state == WorkState.PENDING and waited > UNATTENDED)


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """The imports, latest first."""
    runs = import_runs()
    state = request.GET.get("state", "")
    if state in WorkState.values:
        runs = runs.filter(state=state)
    context = {
        "page": page_of(request, runs),
        "states": WorkState.choices,
        "state": state,
        "tones": TONES,
    }
    return render(request, "web/imports.html", context)


@require_safe
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(import_runs(), pk=pk)
    context = {
        "run": run,
        "tone": TONES.get(WorkState(run.state), ""),
        "progress": progress_of(run),
        "tallies": [
            ("Artifacts read", _counted(run.kinds)),
            ("Written", _counted(run.written)),
            ("Adapted", _counted(run.adapted)),
            ("Refused", _counted(run.refused)),
        ],
        "notes": page_of(request, run.notes, size=50),
    }
    return render(request, "web/import_run.html", context)


@require_safe
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, for the page that shows it; once it has ended, the page is loaded anew."""
    run = get_object_or_404(import_runs(), pk=pk)
    response = render(request, "web/import_progress.html", {"progress": progress_of(run)})
    if not run.is_unfinished:
        response["HX-Refresh"] = "true"
    return response


def _counted(amounts: dict[str, int]) -> list[tuple[str, int]]:
    return [(kind_label(name), amount) for name, amount in sorted(amounts.items()) if amount]
