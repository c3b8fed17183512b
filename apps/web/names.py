"""The names that one artifact goes by: taking one away that was merged into it wrongly."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.catalog.models import Merge
from apps.catalog.services import split_artifact
from apps.graph.errors import RecordError
from apps.web.access import require_role, role_required
from apps.web.case_actions import ReasonForm


@require_http_methods(["GET", "POST"])
@role_required("reviewer")
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks why, then makes two of it. One split already leads to what stands for itself."""
    merge = get_object_or_404(Merge.objects.select_related("artifact", "survivor"), pk=pk)
    if not merge.is_live:
        messages.info(request, "Was split before; the two stand for themselves.")
        return redirect("web:artifact", pk=merge.artifact_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            alone = split_artifact(
                merge=merge,
                reason=form.cleaned_data["reason"],
                actor=require_role(request, "reviewer"),
            )
        except RecordError as error:
            form.add_error("reason", error.message)
        else:
            messages.success(
                request, "Split. What was said under this name stands for itself again."
            )
            return redirect("web:artifact", pk=alone.pk)
    status = 400 if form.errors else 200
    return render(request, "web/split.html", {"merge": merge, "form": form}, status=status)
