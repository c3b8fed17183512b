"""Marquez's addresses: at /api/v1 where nothing of this product has the name, all at /marquez."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, re_path, register_converter
from django.views.decorators.csrf import csrf_exempt

from apps.api.marquez.addresses import Address, address_as_sent, converter_for, resolve
from apps.api.marquez.datasets import DatasetList, DatasetOne, DatasetTag, VersionList, VersionOne
from apps.api.marquez.events import EventList, LineageEvents
from apps.api.marquez.jobs import JobList, JobOne
from apps.api.marquez.lineage import ColumnLineageView, LineageAddress
from apps.api.marquez.namespaces import NamespaceList, NamespaceOne
from apps.api.marquez.runs import RunFacets, RunList, RunOne, RunTransition
from apps.api.marquez.search import SearchView
from apps.api.marquez.sources import SourceList, SourceOne
from apps.api.marquez.tags import TagList, TagOne
from apps.api.views import UnknownAddress
from apps.ingest.services.marquez import TRANSITIONS

SPACE = "namespaces/{namespace}"
DATASET, JOB = f"{SPACE}/datasets/{{dataset}}", f"{SPACE}/jobs/{{job}}"

# Of two that fit a decoded address the first is meant: the longer stand before the shorter.
ADDRESSES = [
    Address("namespaces", NamespaceList.as_view()),
    Address(f"{DATASET}/fields/{{field}}/tags/{{tag}}", DatasetTag.as_view()),
    Address(f"{DATASET}/tags/{{tag}}", DatasetTag.as_view()),
    Address(f"{DATASET}/versions/{{version}}", VersionOne.as_view()),
    Address(f"{DATASET}/versions", VersionList.as_view()),
    Address(DATASET, DatasetOne.as_view()),
    Address(f"{SPACE}/datasets", DatasetList.as_view()),
    Address(f"{JOB}/runs", RunList.as_view()),
    Address(JOB, JobOne.as_view()),
    Address(f"{SPACE}/jobs", JobList.as_view()),
    Address(SPACE, NamespaceOne.as_view()),
    Address("jobs", JobList.as_view()),
    *(
        Address(f"jobs/runs/{{run}}/{one}", RunTransition.as_view(transition=one))
        for one in TRANSITIONS
    ),
    Address("jobs/runs/{run}/facets", RunFacets.as_view()),
    Address("jobs/runs/{run}", RunOne.as_view()),
    Address("sources", SourceList.as_view()),
    Address("sources/{source}", SourceOne.as_view()),
    Address("tags", TagList.as_view()),
    Address("tags/{tag}", TagOne.as_view()),
    Address("events/lineage", LineageEvents.as_view()),
    Address("events", EventList.as_view()),
    Address("events/{namespace}", EventList.as_view()),
    Address("lineage", LineageAddress.as_view()),
    Address("column-lineage", ColumnLineageView.as_view()),
    Address("search", SearchView.as_view()),
]

# Words that this product's own API has.
TAKEN = ("lineage", "sources")

register_converter(converter_for(ADDRESSES), "marquez")
register_converter(
    converter_for([one for one in ADDRESSES if one.first_word not in TAKEN]), "marquez_beside_ours"
)


@csrf_exempt  # The view that is found looks for the token itself, of those who come by session.
@login_not_required  # So it does for who is asking: it answers 401, and never sends to a page.
def answered(request: HttpRequest, address: str) -> HttpResponseBase:
    """Hand the request to the view of its address."""
    found = resolve(ADDRESSES, address, address_as_sent(request, address))
    view, names = found or (UnknownAddress.as_view(), {})
    response: HttpResponseBase = view(request, **names)
    return response


urlpatterns: list[URLPattern] = [
    path("v1/<marquez:address>", answered),
    re_path("", UnknownAddress.as_view()),
]
