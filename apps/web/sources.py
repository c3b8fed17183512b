"""Sources: where lineage is read from, how fresh each is, and what its imports did."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.graph.errors import RecordError
from apps.ingest.connectors import KINDS
from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.models import ImportRun, OpenLineageEvent, Source
from apps.ingest.selectors import import_runs, lost_units, unit_totals
from apps.ingest.selectors import sources as every_source
from apps.ingest.services import (
    add_source,
    change_source,
    retire_source,
    start_import,
    stop_import,
    try_settings,
    try_source,
)
from apps.web.access import role_required, signed_in
from apps.web.forms import whole_number
from apps.web.imports import TONES, progress_of
from apps.web.paging import page_of
from apps.web.source_form import NewSourceForm, SourceForm


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Those that are read first, then the retired ones if they are asked for."""
    rows = every_source()
    retired = request.GET.get("state") == "retired"
    rows = rows.filter(retired_at__isnull=not retired)
    context = {
        "page": page_of(request, rows),
        "retired": retired,
        "now": timezone.now(),
        "tones": TONES,
        "kinds": KINDS,
        "last_event": OpenLineageEvent.objects.order_by("-received_at").first(),
        "events": OpenLineageEvent.objects.count(),
    }
    return render(request, "web/sources.html", context)


@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(every_source(), pk=pk)
    runs = import_runs().filter(source=found)
    context = {
        "source": found,
        "kind": KINDS.get(found.kind),
        "now": timezone.now(),
        "tones": TONES,
        "page": page_of(request, runs, size=20),
        "units": unit_totals(source=found),
        "lost": lost_units(source=found)[:20],
        "progress": progress_of(runs.first()),
    }
    return render(request, "web/source.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required("admin")
def source_new(request: HttpRequest) -> HttpResponse:
    form = NewSourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            added = add_source(
                name=told["name"],
                kind=told["kind"],
                settings=form.settings(),
                actor=signed_in(request),
            )
        except RecordError as error:
            form.blame(error.path, error.message)
        else:
            messages.success(request, f"Added {added.name}. Nothing was read from it yet.")
            return redirect("web:source", pk=added.pk)
    status = 400 if form.errors else 200
    return render(request, "web/source_edit.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required("admin")
def source_change(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Source, pk=pk, retired_at__isnull=True)
    form = SourceForm(request.POST or None, source=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_source(source=found, settings=form.settings(), actor=signed_in(request))
        except RecordError as error:
            form.blame(error.path, error.message)
            found.refresh_from_db()
        else:
            messages.success(request, f"Changed {found.name}.")
            return redirect("web:source", pk=pk)
    context = {"form": form, "source": found}
    return render(request, "web/source_edit.html", context, status=400 if form.errors else 200)


@require_POST
@role_required("admin")
def source_try(request: HttpRequest) -> HttpResponse:
    """What the settings in the form would find, without saving them."""
    known = Source.objects.filter(pk=whole_number(request.POST.get("source", "")) or 0).first()
    form = SourceForm(request.POST, source=known) if known else NewSourceForm(request.POST)
    # The name does not matter for a trial.
    form.fields.pop("name", None)
    context: dict[str, object] = {}
    if not form.is_valid():
        first = next(iter(form.errors.items()))
        context["wrong"] = f"{form[first[0]].label}: {first[1][0]}"
    else:
        kind = known.kind if known else form.cleaned_data["kind"]
        try:
            context["found"] = try_settings(kind=kind, settings=form.settings(), known=known)
        except (RecordError, ConnectorError) as error:
            context["wrong"] = getattr(error, "message", str(error))
    return render(request, "web/source_tried.html", context)


@require_POST
@role_required("admin")
def source_test(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Source, pk=pk)
    try:
        messages.success(request, try_source(source=found))
    except ConnectorError as error:
        messages.error(request, f"It cannot be read. {error}")
    return redirect("web:source", pk=pk)


@require_POST
@role_required("admin")
def source_retire(request: HttpRequest, pk: int) -> HttpResponse:
    found = retire_source(source=get_object_or_404(Source, pk=pk), actor=signed_in(request))
    messages.success(request, f"Retired {found.name}. What it told stays in the graph.")
    return redirect("web:source", pk=pk)


@require_POST
@role_required("contributor")
def source_import(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Source, pk=pk)
    everything = request.POST.get("everything") == "yes"
    try:
        start_import(source=found, actor=signed_in(request), everything=everything)
    except RecordError as error:
        messages.error(request, error.message)
    return redirect("web:source", pk=pk)


@require_POST
@role_required("contributor")
def import_stop(request: HttpRequest, pk: int) -> HttpResponse:
    run = stop_import(run=get_object_or_404(ImportRun, pk=pk), actor=signed_in(request))
    messages.success(request, "Stopped. What was read whole before stays.")
    if run.source_id:
        return redirect("web:source", pk=run.source_id)
    return redirect("web:import_run", pk=run.pk)
