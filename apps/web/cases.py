"""The case of a flag: what it touched, where that runs, and what is still to be done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from apps.accounts.models import User
from apps.drawing import export_svg
from apps.impact.filters import FindingFilter, ObligationFilter
from apps.impact.models import (
    Finding,
    Flag,
    FlagState,
    Obligation,
    Report,
)
from apps.impact.selectors import (
    case_progress,
    newest_report,
    obligations_of,
    previous_report,
    report_as_csv,
    report_as_json,
    report_completeness,
    report_headline,
    report_rows,
)
from apps.web.access import signed_in
from apps.web.case_advice import advised_backs
from apps.web.case_pictures import WEIGHT, case_picture
from apps.web.forms import whole_number
from apps.web.paging import page_of
from apps.work.models import WorkState

# A worker normally begins within a second or two.
UNATTENDED = timedelta(seconds=30)
SHOWN_OBLIGATIONS = 8
SHOWN_CHANGES = 5
SHOWN_REPORTS = 12


@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest complete report, or the one that `?report=` names; before the first one, how far
    that is. Live filters get the findings only.
    """
    flag = _flag(pk)
    report = _report(request, flag)
    context: dict[str, object] = {"flag": flag, "report": report}
    if report is not None:
        context |= _findings(request, report)
        if request.headers.get("HX-Target") == "findings":
            return _varying(render(request, "web/case_findings.html", context))
        context |= _reported(request, report)
    context |= {
        "progress": _progress(flag),
        "reports": flag.reports.order_by("-number")[:SHOWN_REPORTS],
        "obligations": obligations_of(flag=flag)[:SHOWN_OBLIGATIONS],
        "settled": case_progress(flag=flag),
        "may": _may(flag, signed_in(request)),
    }
    return _varying(render(request, "web/case.html", context))


def _varying(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Target"])
    return response


@require_safe
@never_cache
def case_progress_now(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the newest report is. Asked every second or two while it is on its way; the answer
    that it is complete reloads the page.
    """
    flag = _flag(pk)
    progress = _progress(flag)
    if progress is None:
        return HttpResponseClientRefresh()
    return render(request, "web/case_progress.html", {"flag": flag, "progress": progress})


@require_safe
def case_obligations(request: HttpRequest, pk: int) -> HttpResponse:
    flag = _flag(pk)
    rows = obligations_of(flag=flag)
    filters = ObligationFilter(request.GET, queryset=rows)
    valid = filters.is_valid()
    page = page_of(request, filters.qs if valid else Obligation.objects.none())
    context = {
        "flag": flag,
        "page": page,
        "filters": filters,
        "settled": case_progress(flag=flag),
        "may": _may(flag, signed_in(request)),
        "narrowed": any(request.GET.get(name) for name in filters.form.fields),
    }
    return render(request, "web/case_obligations.html", context, status=200 if valid else 400)


@require_safe
def case_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    report = _complete(request, pk)
    return _file(report_as_csv(report=report), "text/csv", report, "csv")


@require_safe
def case_json(request: HttpRequest, pk: int) -> HttpResponseBase:
    report = _complete(request, pk)
    return _file(report_as_json(report=report), "application/json", report, "json")


@require_safe
def case_svg(request: HttpRequest, pk: int) -> HttpResponseBase:
    report = _complete(request, pk)
    picture = case_picture(report=report, production_only=_to_production(request))
    if picture.drawing is None:
        text = f"{picture.trouble}\n"
        return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")
    caption = f"Case {pk}, report {report.number}, revision {report.revision or 0:,}"
    return _file([export_svg(picture.drawing, caption=caption)], "image/svg+xml", report, "svg")


def _flag(pk: int) -> Flag:
    rows = Flag.objects.select_related("artifact", "raised_by", "decided_by", "latest_report")
    return get_object_or_404(rows, pk=pk)


def _report(request: HttpRequest, flag: Flag) -> Report | None:
    asked = request.GET.get("report", "")
    report = flag.latest_report
    if asked:
        number = whole_number(asked)
        complete = flag.reports.filter(state=WorkState.COMPLETE)
        report = complete.filter(number=number).first() if number is not None else None
        if report is None:
            raise Http404(f"Case {flag.pk} has no complete report {asked[:20]}.")
    if report is not None:
        report.flag = flag
    return report


def _complete(request: HttpRequest, pk: int) -> Report:
    report = _report(request, _flag(pk))
    if report is None:
        raise Http404("The first report of this case is not complete yet.")
    return report


def _findings(request: HttpRequest, report: Report) -> dict[str, object]:
    rows = report_rows(report=report).order_by(WEIGHT, "distance", "pk")
    filters = FindingFilter(request.GET, queryset=rows)
    valid = filters.is_valid()
    return {
        "filters": filters,
        "page": page_of(request, filters.qs if valid else Finding.objects.none(), size=10),
        "narrowed": any(request.GET.get(name) for name in filters.form.fields),
    }


def _reported(request: HttpRequest, report: Report) -> dict[str, object]:
    earlier = previous_report(report=report)
    fresh = gone = None
    if earlier is not None:
        now = report.findings.order_by().values("artifact")
        then = earlier.findings.order_by().values("artifact")
        fresh = report.findings.exclude(artifact__in=then).select_related("artifact")[
            :SHOWN_CHANGES
        ]
        gone = earlier.findings.exclude(artifact__in=now).select_related("artifact")[:SHOWN_CHANGES]
    first, *gaps = report_completeness(report=report)
    return {
        "headline": report_headline(report=report),
        "completeness": [first, *gaps],
        "gaps": report.completeness,
        "backs": advised_backs(report=report) if report.flag.is_live else [],
        "is_latest": report.pk == report.flag.latest_report_id,
        "earlier": earlier,
        "fresh": fresh,
        "gone": gone,
        "picture": case_picture(report=report, production_only=_to_production(request)),
        "to_production": _to_production(request),
    }


def _to_production(request: HttpRequest) -> bool:
    return request.GET.get("to") == "production"


@dataclass(frozen=True, slots=True)
class Progress:
    """The newest report while it is not complete. `unattended` says that no worker has begun it
    though one should have; `silent` that the one at it has not been heard of in time.
    """

    report: Report
    unattended: bool
    silent: bool
    waited_seconds: int


def _progress(flag: Flag) -> Progress | None:
    newest = newest_report(flag=flag)
    if newest is None or newest.is_complete:
        return None
    now = timezone.now()
    waited = now - newest.requested_at
    begun = newest.state != WorkState.PENDING
    silent = begun and newest.lease_until is not None and newest.lease_until < now
    return Progress(newest, not begun and waited > UNATTENDED, silent, int(waited.total_seconds()))


def _may(flag: Flag, person: User) -> dict[str, bool]:
    reviews = person.may_act_as("reviewer")
    is_open = flag.state == FlagState.OPEN
    own = flag.raised_by_id == person.pk and is_open and person.may_act_as("contributor")
    return {
        "decide": reviews and is_open,
        "withdraw": flag.is_live and (reviews or own),
        "settle": reviews and flag.is_live,
        "ask": person.may_act_as("contributor"),
    }


def _file(
    pieces: Iterable[str], content_type: str, report: Report, ending: str
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type=f"{content_type}; charset=utf-8")
    name = f"case-{report.flag_id}-report-{report.number}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
