"""What runs where, and what ran there at a time."""

from datetime import UTC, datetime

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.catalog.models import Deployment
from apps.web.forms import NO_MOMENT
from apps.web.paging import page_of
from apps.web.standing import standing_of

LISTED = 200


class DeploymentForm(forms.Form):
    q = forms.CharField(required=False, max_length=500, label="Name, endpoint or image digest")
    environment = forms.CharField(required=False, max_length=500)
    live = forms.ChoiceField(
        required=False,
        choices=[("", "Any time"), ("now", "Live now"), ("ended", "Ended")],
        label="Live",
    )
    at = forms.DateTimeField(
        required=False,
        label="Live at, in UTC",
        error_messages={"invalid": NO_MOMENT},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        return at.astimezone(UTC) if at else None


@require_safe
def deployments(request: HttpRequest) -> HttpResponse:
    form = DeploymentForm(request.GET)
    valid = form.is_valid()
    rows = (
        Deployment.objects.filter(artifact__merged_into=None)
        .select_related("artifact")
        .order_by("-live_from", "-pk")
    )
    page = page_of(request, _matching(rows, form) if valid else rows.none())
    environments = Deployment.objects.exclude(environment="").order_by("environment")
    return render(
        request,
        "web/deployments.html",
        {
            "form": form,
            "page": page,
            "standing": standing_of([one.artifact for one in page.object_list]),
            "environments": environments.values_list("environment", flat=True).distinct()[:LISTED],
            "now": timezone.now(),
            "narrowed": any(request.GET.get(name) for name in form.fields),
        },
        status=200 if valid else 400,
    )


def _matching(rows: QuerySet[Deployment], form: DeploymentForm) -> QuerySet[Deployment]:
    asked = form.cleaned_data
    if text := asked["q"]:
        rows = rows.filter(
            Q(artifact__name__icontains=text)
            | Q(endpoint__icontains=text)
            | Q(image_digest__icontains=text)
        )
    if asked["environment"]:
        rows = rows.filter(environment=asked["environment"])
    if asked["live"] == "now":
        rows = live_at(rows, timezone.now())
    elif asked["live"] == "ended":
        rows = rows.filter(live_until__lte=timezone.now())
    return live_at(rows, asked["at"]) if asked["at"] else rows


def live_at(rows: QuerySet[Deployment], when: datetime) -> QuerySet[Deployment]:
    """Those that had begun and not ended. One without a beginning counts as always having run."""
    begun = Q(live_from=None) | Q(live_from__lte=when)
    return rows.filter(begun, Q(live_until=None) | Q(live_until__gt=when))
