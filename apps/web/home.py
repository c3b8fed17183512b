"""The start page: what needs attention, and the way in from whatever the reader has at hand."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from apps.catalog.models import Artifact, Conflict, Revision
from apps.catalog.selectors import identified_by, kind_totals, open_proposals
from apps.impact.models import Flag
from apps.impact.selectors import obligations_due, open_flags
from apps.impact.wording import headline
from apps.ingest.models import Source
from apps.ingest.selectors import failing_sources, import_runs, stale_sources
from apps.web.catalogue import kinds_in_order
from apps.web.forms import clean_line

LATEST = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    counts = kind_totals()
    placeholders = (
        Artifact.objects.survivors().filter(is_placeholder=True, tombstoned_in=None).count()
    )
    return render(
        request,
        "web/home.html",
        {
            "kinds": [(kind, counts[kind]) for kind in kinds_in_order(counts)],
            "total": sum(counts.values()),
            "placeholders": placeholders,
            "conflicts": Conflict.objects.count(),
            "pairs": open_proposals().count(),
            "attention": [_case(flag) for flag in open_flags()[:LATEST]],
            "due": obligations_due(limit=LATEST),
            "imports": import_runs()[:4],
            "unread": _unread_sources(),
            "revisions": Revision.objects.select_related("actor")[:LATEST],
        },
    )


def _unread_sources() -> list[Source]:
    """The sources that are stale or whose last import failed: what they know is missing here."""
    now = timezone.now()
    found = {one.pk: one for one in (*stale_sources(now=now), *failing_sources())}
    return list(found.values())[:LATEST]


@dataclass(frozen=True, slots=True)
class Case:
    """A live flag with what its last complete report says; no words while there is none."""

    flag: Any
    words: str
    in_production: int


def _case(flag: Flag) -> Case:
    report = flag.latest_report
    if report is None:
        return Case(flag, "", 0)
    words = headline(counts=report.counts, kind=flag.artifact.kind)
    return Case(flag, words, int(report.counts.get("production_contaminated", 0)))


@require_safe
def find_artifact(request: HttpRequest) -> HttpResponse:
    """From a digest, commit, image, endpoint or run id straight to the artifact that bears it;
    from anything else, or when several bear it, to the catalogue."""
    text = clean_line(request.GET.get("q", ""))
    if text is None:
        raise BadRequest("The search text is too long or has characters that no name has.")
    if not text:
        return redirect("web:catalogue")
    named = list(identified_by(text=text).values_list("pk", flat=True)[:2])
    if len(named) == 1:
        return redirect("web:artifact", pk=named[0])
    return HttpResponseRedirect(f"{resolve_url('web:catalogue')}?{urlencode({'q': text})}")
