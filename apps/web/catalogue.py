"""The catalogue: every artifact, filtered while you type, in pages, and as CSV."""

from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_filters import CharFilter, ChoiceFilter
from django_htmx.http import push_url

from apps.catalog.filters import STATUSES, ArtifactFilter
from apps.catalog.models import Artifact
from apps.catalog.selectors import current_aliases, kind_totals
from apps.graph.vocabulary import Kind, kind_label
from apps.impact.models import LIVE_STATES, Finding, Flag, Scope
from apps.web.downloads import csv_download
from apps.web.forms import LONGEST_QUERY
from apps.web.paging import page_of
from apps.web.standing import standing_of

CSV_COLUMNS = (
    "id", "kind", "namespace", "name", "version", "owner", "digest", "uri", "occurred_at", "status",
)  # fmt: skip
SPOILED = (("flagged", "Flagged"), ("affected", "Affected by a flag"))
# More names than this are typed, not picked from a list.
LISTED = 200


class CatalogueFilter(ArtifactFilter):
    """As the API filters, with a limit on what may be searched for."""

    q = CharFilter(method="search", label="Search", max_length=LONGEST_QUERY)
    status = ChoiceFilter(choices=(*SPOILED, *STATUSES), method="by_status")

    def by_status(self, queryset: QuerySet[Artifact], name: str, status: str) -> QuerySet[Artifact]:
        if status == "flagged":
            return queryset.filter(flagged())
        if status == "affected":
            found = Finding.objects.filter(report__in=_live_flags().values("latest_report"))
            return queryset.filter(pk__in=found.values("artifact"))
        return super().by_status(queryset, name, status)


def flagged() -> Q:
    """Artifacts under a live flag of their own or on their name."""
    live = _live_flags()
    by_name = live.filter(scope=Scope.NAME)
    return Q(pk__in=live.values("artifact")) | Q(
        family_hash__in=by_name.values("artifact__family_hash")
    )


def _live_flags() -> QuerySet[Flag]:
    return Flag.objects.filter(state__in=LIVE_STATES).order_by()


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The whole page, or for a live filter only the results. A filter that makes no sense is a
    400 that says which."""
    filters = _filters(request)
    valid = filters.is_valid()
    page = page_of(request, filters.qs if valid else Artifact.objects.none())
    context = {
        "filters": filters,
        "page": page,
        "standing": standing_of(page.object_list),
        "aliases": current_aliases(artifact_ids=[one.pk for one in page.object_list]),
        "narrowed": any(
            request.GET.get(name) for name in filters.form.fields if name != "ordering"
        ),
        "query": _without_blanks(request.GET),
    }
    live = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    if not live:
        context |= _choices()
    template = "web/catalogue_results.html" if live else "web/catalogue.html"
    response = render(request, template, context, status=200 if valid else 400)
    patch_vary_headers(response, ["HX-Request"])
    if live and valid:
        push_url(response, _address(request))
    return response


@require_safe
def catalogue_csv(request: HttpRequest) -> HttpResponseBase:
    """The filtered artifacts, all pages, oldest first when nothing else is asked."""
    filters = _filters(request)
    if not filters.is_valid():
        return catalogue(request)
    return csv_download(
        filename="artifacts.csv", header=CSV_COLUMNS, rows=_rows(filters.qs.iterator(2000))
    )


def kinds_in_order(kinds: Collection[str]) -> list[str]:
    """The kinds of the product in the order of a model's life, then the others by name."""
    known = [str(kind) for kind in Kind]
    return [kind for kind in known if kind in kinds] + sorted(set(kinds) - set(known))


def _filters(request: HttpRequest) -> CatalogueFilter:
    return CatalogueFilter(
        request.GET, queryset=Artifact.objects.survivors().order_by("-added_in", "-pk")
    )


def _choices() -> dict[str, object]:
    counts = kind_totals()
    return {
        "kinds": [(kind, kind_label(kind), counts[kind]) for kind in kinds_in_order(counts)],
        "namespaces": _distinct("namespace"),
        "owners": _distinct("owner"),
        "total": sum(counts.values()),
    }


def _distinct(field: str) -> list[str]:
    values: QuerySet[Artifact, str] = Artifact.objects.exclude(**{field: ""}).values_list(
        field, flat=True
    )
    return list(values.order_by(field).distinct()[:LISTED])


def _without_blanks(given: QueryDict) -> str:
    kept = QueryDict(mutable=True)
    for name, values in given.lists():
        kept.setlist(name, [value for value in values if value])
    return kept.urlencode()


def _address(request: HttpRequest) -> str:
    query = _without_blanks(request.GET)
    path = resolve_url("web:catalogue")
    return f"{path}?{query}" if query else path


def _rows(artifacts: Iterator[Artifact]) -> Iterator[list[object]]:
    for one in artifacts:
        status = (
            "tombstone" if one.is_tombstone else "placeholder" if one.is_placeholder else "declared"
        )
        when = one.occurred_at.isoformat() if one.occurred_at else ""
        yield [
            one.pk, one.kind, one.namespace, one.name, one.version, one.owner, one.digest, one.uri,
            when, status,
        ]  # fmt: skip
