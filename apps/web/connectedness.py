"""How far models and deployments are connected: totals in words, then what to mend first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.catalog.filters import STATUSES
from apps.catalog.models import Artifact, Deployment
from apps.catalog.selectors import (
    Connected,
    ConnectedList,
    Question,
    artifacts_by_id,
    connected_list,
    current_revision,
    explained,
)
from apps.graph.advice import LABELS, advice_for
from apps.graph.connectedness import SUBJECT_KINDS, Answer, Aspect
from apps.graph.vocabulary import kind_words
from apps.web.downloads import csv_download
from apps.web.forms import LARGEST_REVISION, LONGEST_QUERY
from apps.web.paging import page_of
from apps.web.standing import standing_of

ASPECTS = [(one.value, one.value.capitalize()) for one in Aspect]
GAPS = [(one.value, label) for one, label in LABELS.items()]
LISTED = 200
CSV_AT_ONCE = 2000
CSV_COLUMNS = (
    "id", "kind", "namespace", "name", "version", "owner", "environment", "in_production",
    *(one.value for one in Aspect), "first_break", "aspect", "advice",
)  # fmt: skip


class ConnectednessForm(forms.Form):
    kind = forms.ChoiceField(
        required=False,
        choices=[
            ("", "Any kind"),
            *((kind.value, f"{kind.label}s") for kind in SUBJECT_KINDS),
        ],
    )
    breaks_at = forms.ChoiceField(
        required=False,
        label="Breaks at",
        choices=[("", "Anywhere"), ("Not connected to", ASPECTS), ("Because", GAPS)],
    )
    namespace = forms.CharField(required=False, max_length=LONGEST_QUERY)
    owner = forms.CharField(required=False, max_length=LONGEST_QUERY)
    environment = forms.CharField(required=False, max_length=LONGEST_QUERY)
    status = forms.ChoiceField(required=False, choices=[("", "Any status"), *STATUSES])
    production = forms.BooleanField(required=False, label="Only production")
    as_of = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_REVISION,
        label="As of revision",
        error_messages={"invalid": "This is no revision: write its number."},
    )

    def clean_as_of(self) -> int | None:
        as_of: int | None = self.cleaned_data["as_of"]
        if as_of is not None and as_of > (now := current_revision()):
            raise forms.ValidationError(f"It does not exist yet; the graph is at revision {now:,}.")
        return as_of


# What a share says, of one and of many: so many `reach data`, `code` …
REACH = {
    Aspect.DATA: ("reaches data", "reach data"),
    Aspect.CODE: ("code", "code"),
    Aspect.ENVIRONMENT: ("an environment", "an environment"),
    Aspect.RUN: ("a run", "a run"),
    Aspect.DEPLOYMENT: ("leads on to a deployment", "lead on to a deployment"),
}


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a kind are connected to one aspect."""

    kind: str
    aspect: Aspect
    connected: int
    missing: int
    unknown: int

    @property
    def total(self) -> int:
        return self.connected + self.missing + self.unknown

    @property
    def words(self) -> str:
        """`380 reach data`."""
        one, many = REACH[self.aspect]
        return f"{self.connected:,} {one if self.connected == 1 else many}"

    @property
    def percent(self) -> int:
        """Rounded down: 100 means all of them."""
        return 100 * self.connected // self.total if self.total else 0


@require_safe
def connectedness(request: HttpRequest) -> HttpResponse:
    form = ConnectednessForm(request.GET)
    if not form.is_valid():
        return render(request, "web/connectedness.html", {"form": form, **_choices()}, status=400)
    found = _found(form)
    page = page_of(request, found.rows)
    rows = explained(rows=list(page.object_list), as_of=found.as_of)
    narrowed = [name for name in form.fields if form.cleaned_data[name] and name != "as_of"]
    context = {
        "form": form,
        "found": found,
        "shares": shares(found),
        "page": page,
        "rows": rows,
        "aspects": list(Aspect),
        "standing": standing_of([one.artifact for one in rows]),
        "narrowed": bool(narrowed),
        **_choices(),
    }
    return render(request, "web/connectedness.html", context)


@require_safe
def connectedness_csv(request: HttpRequest) -> HttpResponseBase:
    """The filtered rows of all pages. The advice is the general one: to know who said what beside
    each break would be a walk a row."""
    form = ConnectednessForm(request.GET)
    if not form.is_valid():
        return connectedness(request)
    rows = _csv_rows(_found(form).rows)
    return csv_download(filename="connectedness.csv", header=CSV_COLUMNS, rows=rows)


def shares(found: ConnectedList) -> list[tuple[str, int, list[Share]]]:
    """For each kind its words, how many there are, and how many of these reach what."""
    return [
        (
            kind_words(kind, found.counts[kind]),
            found.counts[kind],
            [Share(kind, aspect, **answers) for aspect, answers in found.totals[kind].items()],
        )
        for kind in map(str, SUBJECT_KINDS)
        if kind in found.counts
    ]


def _found(form: ConnectednessForm) -> ConnectedList:
    asked: dict[str, Any] = dict(form.cleaned_data)
    as_of = asked.pop("as_of")
    return connected_list(question=Question(**asked), as_of=as_of)


def _choices() -> dict[str, object]:
    asked = Artifact.objects.filter(kind__in=SUBJECT_KINDS).order_by()
    places = Deployment.objects.exclude(environment="").order_by("environment")
    return {
        "namespaces": list(
            asked.order_by("namespace").values_list("namespace", flat=True).distinct()[:LISTED]
        ),
        "owners": [
            "none",
            *asked.exclude(owner="")
            .order_by("owner")
            .values_list("owner", flat=True)
            .distinct()[: LISTED - 1],
        ],
        "environments": list(places.values_list("environment", flat=True).distinct()[:LISTED]),
    }


def _csv_rows(rows: list[Connected]) -> Iterator[Sequence[object]]:
    for start in range(0, len(rows), CSV_AT_ONCE):
        chunk = rows[start : start + CSV_AT_ONCE]
        artifacts = artifacts_by_id(ids=[one.pk for one in chunk])
        for one in chunk:
            yield _csv_row(one, artifacts[one.pk])


def _csv_row(one: Connected, artifact: Artifact) -> Sequence[object]:
    answers: dict[Aspect, Answer] = {each.aspect: each.answer for each in one.verdicts}
    first = one.breaks[0] if one.breaks else None
    gap = first.gap if first else None
    return (
        one.pk, artifact.kind, artifact.namespace, artifact.name, artifact.version, artifact.owner,
        getattr(getattr(artifact, "deployment", None), "environment", ""),
        "yes" if one.in_production else "no",
        *(answers[aspect].value if aspect in answers else "" for aspect in Aspect),
        gap.value if gap else "",
        first.aspect.value if first else "",
        advice_for(gap, ()).text if gap else "",
    )  # fmt: skip
