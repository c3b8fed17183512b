"""What may be one artifact: both sides beside each other, decided in bulk."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.catalog.models import Proposal, ProposalState
from apps.catalog.selectors import open_proposals, proposals, shared_identifiers
from apps.catalog.services import decide_proposals
from apps.graph.errors import RecordError
from apps.impact.services.permitting import LONGEST_NOTE
from apps.web.access import require_role, signed_in
from apps.web.forms import whole_number
from apps.web.paging import page_of
from apps.web.standing import standing_of

STATES = ((ProposalState.OPEN, "Waiting"), *ProposalState.choices[1:])


class NoteForm(forms.Form):
    note = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        label="Why",
        help_text="Needed to keep them two. Stays in the record, with your name.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """The pairs that wait, or those decided; POST decides on the chosen ones."""
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decide(request, form):
        return redirect(request.get_full_path())
    asked = request.GET.get("state", ProposalState.OPEN)
    state = asked if asked in ProposalState.values else ProposalState.OPEN
    is_open = state == ProposalState.OPEN
    rows = open_proposals() if is_open else proposals().filter(state=state)
    page = page_of(request, rows)
    pairs: list[Proposal] = list(page.object_list)
    sides = [side for one in pairs for side in (one.first, one.second)]
    shared = shared_identifiers(proposals=pairs)
    context = {
        "form": form,
        "page": page,
        "pairs": [(one, shared[one.pk]) for one in pairs],
        "standing": standing_of(sides),
        "state": state,
        "states": STATES,
        "may_decide": is_open and signed_in(request).may_act_as("reviewer"),
    }
    return render(request, "web/proposals.html", context, status=400 if form.errors else 200)


def _decide(request: HttpRequest, form: NoteForm) -> bool:
    """Whether it was done; if not, the form says why."""
    actor = require_role(request, "reviewer")
    ids = [pk for pk in map(whole_number, request.POST.getlist("chosen")) if pk is not None]
    if not ids:
        form.add_error(None, "Choose at least one pair.")
        return False
    accept = request.POST.get("decision") == "accept"
    try:
        decided = decide_proposals(
            ids=ids, accept=accept, note=form.cleaned_data["note"], actor=actor
        )
    except RecordError as error:
        form.add_error("note", error.message)
        return False
    done = "made one" if accept else "kept two"
    messages.success(request, f"Pairs {done}: {decided.count}.")
    for message in decided.failed.values():
        messages.error(request, message)
    return True
