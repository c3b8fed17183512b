"""The page of one artifact: what it is, what it came from, what came from it, who says so."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from apps.catalog.models import Artifact, Edge, Merge
from apps.catalog.selectors import (
    conflicts_of,
    connectedness_of,
    identifiers_of,
    merges_of,
    versions_of,
)
from apps.catalog.services import describe_artifact
from apps.graph.errors import LineageError
from apps.graph.vocabulary import Kind
from apps.impact.selectors import flags_on, flags_over
from apps.web.access import require_role, role_required, signed_in
from apps.web.facts import facts_of
from apps.web.paging import page_of
from apps.web.reaching import neighbours, shown, sums_of
from apps.web.standing import standing_of
from apps.web.survivors import artifact_at

SHOWN = 10
SHOWN_STATEMENTS = 12
# Documents that are drawn for a kind, and the words on their button.
DOCUMENTS = {
    Kind.MODEL: ("web:model_card", "Model card"),
    Kind.DEPLOYMENT: ("web:deployment_record", "Deployment record"),
}


@require_safe
def artifact(request: HttpRequest, pk: int) -> HttpResponse:
    found = artifact_at(pk)
    up, down = sums_of(found, "upstream"), sums_of(found, "downstream")
    above, below = list(up.found.distance)[:SHOWN], list(down.found.distance)[:SHOWN]
    known = shown([*above, *below], found)
    statuses = known.standing[pk]
    versions = list(versions_of(artifact=found)[: SHOWN + 1])
    return render(
        request,
        "web/artifact.html",
        {
            "artifact": found,
            "statuses": statuses,
            "facts": facts_of(found.facets),
            "identifiers": _identifiers(found),
            "ways": connectedness_of(artifact=found, up=up.found, down=down.found),
            "upstream": up,
            "downstream": down,
            "upstream_shown": neighbours(up, above, known),
            "downstream_shown": neighbours(down, below, known),
            "versions": versions[:SHOWN],
            "more_versions": len(versions) > SHOWN,
            "flags_on": flags_on(artifact=found)[:SHOWN] if "flagged" in statuses else (),
            "flags_over": flags_over(artifact=found)[:SHOWN] if statuses else (),
            "conflicts": conflicts_of(artifact=found)[:SHOWN],
            "merges": _merges(found),
            "may_split": signed_in(request).may_act_as("reviewer"),
            "statements": _statements(found),
            "may_describe": signed_in(request).may_act_as("contributor"),
            "actions": _actions(request, found),
        },
    )


@require_safe
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    found = artifact_at(pk)
    page = page_of(request, versions_of(artifact=found))
    context = {"artifact": found, "page": page, "standing": standing_of(page.object_list)}
    return render(request, "web/versions.html", context)


class DescribeForm(forms.Form):
    """What a person may say of an artifact. Empty leaves what is known."""

    owner = forms.CharField(required=False, max_length=200, help_text="A team or a person.")
    description = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea)
    tags = forms.CharField(
        required=False, max_length=2000, help_text="Added to those it has; separate with commas."
    )


@require_http_methods(["GET", "POST"])
@role_required("contributor")
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    found = artifact_at(pk)
    known = {"owner": found.owner, "description": found.description}
    form = DescribeForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        tags = [tag.strip() for tag in said["tags"].split(",") if tag.strip()]
        try:
            describe_artifact(
                artifact=found,
                actor=require_role(request, "contributor"),
                owner=said["owner"],
                description=said["description"],
                tags=tags,
            )
        except LineageError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Recorded. It holds until somebody states otherwise later.")
            return redirect("web:artifact", pk=pk)
    status = 400 if form.errors else 200
    return render(request, "web/describe.html", {"artifact": found, "form": form}, status=status)


def _identifiers(found: Artifact) -> list[tuple[str, str]]:
    """Scheme and value, each once, whichever of its names it was stated of."""
    rows = identifiers_of(artifact=found).order_by("scheme", "value")
    return list(rows.values_list("scheme", "value").distinct()[: SHOWN * 2])


def _merges(found: Artifact) -> list[Merge]:
    """Its other names, newest first, each with what proved it; none that was split again."""
    return list(merges_of(artifact=found).filter(split_in=None)[:SHOWN])


def _statements(found: Artifact) -> list[Edge]:
    """Who asserted the edges into it, and when: the newest."""
    edges = Edge.objects.filter(downstream=found, retracted_in=None)
    return list(
        edges.select_related("added_in", "upstream").order_by("-added_in", "-pk")[:SHOWN_STATEMENTS]
    )


def _actions(request: HttpRequest, found: Artifact) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is the page's main one) of what can be done from here. The main
    one stands last, as on every page."""
    wanted = []
    if signed_in(request).may_act_as("contributor"):
        wanted.append(("web:flag_new", "Flag…", False))
    if found.kind in DOCUMENTS:
        name, label = DOCUMENTS[Kind(found.kind)]
        wanted.append((name, label, False))
    wanted.append(("web:graph", "Lineage graph", True))
    return [(label, reverse(name, args=[found.pk]), main) for name, label, main in wanted]
