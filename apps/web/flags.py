"""The list of flags, and raising one with its reach in sight before it is raised."""

from datetime import UTC, datetime

from django import forms
from django.contrib import messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django_filters import CharFilter, ChoiceFilter

from apps.catalog.models import Artifact
from apps.catalog.selectors import versions_of
from apps.graph.errors import LineageError
from apps.graph.vocabulary import is_production
from apps.impact.filters import FlagFilter
from apps.impact.models import DAYS_TO_ACT, LIVE_STATES, Flag, FlagState, Scope, Severity
from apps.impact.selectors import flags as every_flag
from apps.impact.selectors import flags_on, preview
from apps.impact.selectors.flags import SEVERITY_RANK
from apps.impact.services import flag_artifact
from apps.impact.services.permitting import LONGEST_NOTE
from apps.impact.wording import headline, many
from apps.web.access import require_role, role_required, signed_in
from apps.web.forms import LONGEST_QUERY, NO_MOMENT
from apps.web.paging import page_of
from apps.web.survivors import artifact_at

REASONS = (
    ("label_error", "Label error"),
    ("corrupt_data", "Corrupt or duplicated data"),
    ("leakage", "Leakage between training and test"),
    ("bias", "Bias"),
    ("drift", "No longer true of the world"),
    ("evaluation_error", "Wrongly evaluated"),
    ("code_defect", "Defect in the code"),
    ("privacy", "Personal data that must not be there"),
    ("licence", "Licence does not allow the use"),
    ("security", "Tampered with, or vulnerable"),
    ("other", "Other: say what below"),
)
SEVERITIES = [
    (severity, f"{severity.label}: within {many(DAYS_TO_ACT[severity], 'day')}")
    for severity in Severity
]
LIVE = "live"
IS_LIVE = Case(
    When(state__in=LIVE_STATES, then=Value(1)), default=Value(0), output_field=IntegerField()
)
LISTED = 200


class FlagListFilter(FlagFilter):
    """As the API filters; and by owner, and open and confirmed ones together."""

    q = CharFilter(
        field_name="artifact__name", lookup_expr="icontains", label="Name", max_length=LONGEST_QUERY
    )
    owner = CharFilter(field_name="artifact__owner", label="Owner", max_length=200)
    state = ChoiceFilter(
        choices=[(LIVE, "Open or confirmed"), *FlagState.choices], method="in_state"
    )

    def in_state(self, queryset: QuerySet[Flag], _name: str, state: str) -> QuerySet[Flag]:
        states = LIVE_STATES if state == LIVE else (state,)
        return queryset.filter(state__in=states)


@require_safe
def flags(request: HttpRequest) -> HttpResponse:
    """What is open stands first, the gravest on top."""
    rows = every_flag().order_by(IS_LIVE.desc(), SEVERITY_RANK.desc(), "-raised_at", "-pk")
    filters = FlagListFilter(request.GET, queryset=rows)
    valid = filters.is_valid()
    page = page_of(request, filters.qs if valid else Flag.objects.none())
    owners = Artifact.objects.filter(flags__isnull=False).exclude(owner="")
    return render(
        request,
        "web/flags.html",
        {
            "filters": filters,
            "page": page,
            "rows": [(one, _reach(one)) for one in page.object_list],
            "narrowed": any(request.GET.get(name) for name in filters.form.fields),
            "owners": owners.values_list("owner", flat=True).distinct().order_by("owner")[:LISTED],
            "severities": Severity.choices,
            "states": filters.form.fields["state"].choices,
        },
        status=200 if valid else 400,
    )


def _reach(flag: Flag) -> str:
    report = flag.latest_report
    return headline(counts=report.counts, kind=flag.artifact.kind) if report else ""


class FlagForm(forms.Form):
    """What a person says of the artifact."""

    # Nothing is chosen beforehand: a reason that nobody chose would stand in the record.
    reason = forms.ChoiceField(
        choices=(("", "Choose what is wrong"), *REASONS),
        label="What is wrong",
        error_messages={"required": "Choose what is wrong with it."},
    )
    severity = forms.ChoiceField(
        choices=SEVERITIES,
        initial=Severity.MEDIUM,
        widget=forms.RadioSelect,
        label="How bad",
        help_text="Sets by when each affected model, deployment and application must be settled.",
    )
    scope = forms.ChoiceField(
        choices=Scope.choices,
        widget=forms.RadioSelect,
        label="What it covers",
    )
    since = forms.DateTimeField(
        required=False,
        label="Bad since, in UTC",
        error_messages={"invalid": NO_MOMENT},
        help_text="If known: when it became bad, not when it was found.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    detail = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        label="What was seen",
        help_text="Rows, dates, numbers, links: whoever must act will read this first.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_since(self) -> datetime | None:
        since: datetime | None = self.cleaned_data["since"]
        return since.astimezone(UTC) if since else None


@require_http_methods(["GET", "HEAD", "POST"])
@role_required("contributor")
def flag_new(request: HttpRequest, pk: int) -> HttpResponse:
    """The form beside what the flag would hit. GET keeps what was typed, so that the preview can
    be asked for without a script; only POST raises the flag.
    """
    artifact = artifact_at(pk)
    form = FlagForm(request.POST or None, initial=_scope_for(artifact) | _typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            flag = flag_artifact(artifact=artifact, actor=signed_in(request), **form.cleaned_data)
        except LineageError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Flagged. What it reaches is being worked out.")
            return redirect("web:case", pk=flag.pk)
    context = {
        "artifact": artifact,
        "form": form,
        "standing": list(flags_on(artifact=artifact)[:3]),
        **_preview(artifact, str(form["scope"].value() or "")),
    }
    return render(request, "web/flag_new.html", context, status=400 if form.errors else 200)


@require_safe
def flag_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What a flag would hit, for the form that is on the page already."""
    require_role(request, "contributor")
    artifact = artifact_at(pk)
    context = {"artifact": artifact, **_preview(artifact, request.GET.get("scope", ""))}
    return render(request, "web/flag_preview.html", context)


def _preview(artifact: Artifact, scope: str) -> dict[str, object]:
    covered = scope if scope in Scope.values else Scope.VERSION.value
    found = preview(artifact=artifact, scope=covered)
    running = [name for name in found.counts["environments"] if is_production(name)]
    return {"preview": found, "scope": covered, "production_named": running}


def _scope_for(artifact: Artifact) -> dict[str, str]:
    """Who flags a name without a version means its versions too, if there are any."""
    named_only = not artifact.version and versions_of(artifact=artifact)[1:].exists()
    return {"scope": Scope.NAME.value if named_only else Scope.VERSION.value}


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in FlagForm.base_fields if request.GET.get(name)}
