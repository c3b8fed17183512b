"""Model cards and deployment records: drawn from the graph, with the flags that are over them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from apps.cards.document import Document
from apps.cards.documents import deployment_record as record_of
from apps.cards.documents import model_card as card_of
from apps.cards.markdown import to_markdown
from apps.catalog.filters import ArtifactFilter
from apps.catalog.models import Artifact
from apps.graph.vocabulary import Kind
from apps.impact.models import Flag
from apps.impact.selectors import flags_over
from apps.web.paging import page_of
from apps.web.standing import standing_of
from apps.web.survivors import artifact_at


@require_safe
def model_cards(request: HttpRequest) -> HttpResponse:
    """Every model, by name, newest version first."""
    stated = Artifact.objects.survivors().filter(is_placeholder=False, tombstoned_in=None)
    models = stated.filter(kind=Kind.MODEL)
    narrowed = ArtifactFilter({"q": request.GET.get("q", "")}, queryset=models)
    page = page_of(request, narrowed.qs.order_by("name", "-occurred_at", "-pk"))
    context = {
        "page": page,
        "q": request.GET.get("q", ""),
        "standing": standing_of(page.object_list),
    }
    return render(request, "web/model_cards.html", context)


@require_safe
def model_card(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, card_of(artifact=_of_kind(pk, Kind.MODEL)), "web:model_card_md")


@require_safe
def model_card_md(_request: HttpRequest, pk: int) -> HttpResponse:
    return _download(card_of(artifact=_of_kind(pk, Kind.MODEL)))


@require_safe
def deployment_record(request: HttpRequest, pk: int) -> HttpResponse:
    document = record_of(artifact=_of_kind(pk, Kind.DEPLOYMENT))
    return _page(request, document, "web:deployment_record_md")


@require_safe
def deployment_record_md(_request: HttpRequest, pk: int) -> HttpResponse:
    return _download(record_of(artifact=_of_kind(pk, Kind.DEPLOYMENT)))


def _of_kind(pk: int, kind: Kind) -> Artifact:
    artifact = artifact_at(pk)
    if artifact.kind != kind:
        raise Http404(f"This is a {artifact.kind_label.lower()}; the page is for a {kind.label}.")
    return artifact


def _page(request: HttpRequest, document: Document, markdown: str) -> HttpResponse:
    context = {
        "document": document,
        "artifact": document.artifact,
        "statuses": standing_of([document.artifact])[document.artifact.pk],
        "flags": flags_over(artifact=document.artifact),
        "markdown": markdown,
    }
    return render(request, "web/document.html", context)


def _download(document: Document) -> HttpResponse:
    flags = [_sentence(flag) for flag in flags_over(artifact=document.artifact)]
    response = HttpResponse(
        to_markdown(document, flags=flags), content_type="text/markdown; charset=utf-8"
    )
    name = document.artifact.key
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{name.name}-{name.version or name.kind}.md"[:120]
    )
    return response


def _sentence(flag: Flag) -> str:
    detail = f": {flag.detail}" if flag.detail else "."
    return f"{flag.artifact} is flagged, severity {flag.severity}, {flag.reason}{detail}"
