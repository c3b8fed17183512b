"""What may be one artifact: both sides beside each other, decided in bulk."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.catalog.models import Artifact, Proposal, ProposalState
from apps.catalog.selectors import Shared, open_proposals, proposals, shared_identifiers
from apps.catalog.services import decide_proposals
from apps.graph.errors import RecordError
from apps.impact.services.permitting import LONGEST_NOTE
from apps.web.access import require_role, signed_in
from apps.web.forms import whole_number
from apps.web.paging import page_of
from apps.web.standing import standing_of


@dataclass(frozen=True, slots=True)
class Words:
    """What a list of pairs is called, what it means, and what its two sides are."""

    label: str
    lead: str
    first: str
    second: str


WORDS = {
    ProposalState.OPEN: Words(
        "Waiting",
        "Each pair bears a name that suggests that they are one artifact, and does not prove it. "
        "A reviewer decides. Made one, they share edges, identifiers and facts from then on.",
        "Known first",
        "May be the same",
    ),
    ProposalState.ACCEPTED: Words(
        "Made one",
        "A reviewer said that these are one. Both names lead to the one page, where they can be "
        "split again.",
        "Artifact",
        "Its other name",
    ),
    ProposalState.REJECTED: Words(
        "Kept two",
        "A reviewer said that these are two. They are not brought up again.",
        "Known first",
        "Not the same",
    ),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A proposal as a row. `since` says what has become of the decision, if it no longer holds."""

    proposal: Proposal
    first: Artifact
    second: Artifact
    shared: list[Shared]
    since: str


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
    sides = [side for one in pairs for side in (one.first, one.second)] if is_open else []
    shared = shared_identifiers(proposals=pairs)
    context = {
        "form": form,
        "page": page,
        "pairs": [_pair(one, shared[one.pk]) for one in pairs],
        "standing": standing_of(sides),
        "state": state,
        "words": WORDS[ProposalState(state)],
        "states": [(value, words.label) for value, words in WORDS.items()],
        "may_decide": is_open and signed_in(request).may_act_as("reviewer"),
    }
    return render(request, "web/proposals.html", context, status=400 if form.errors else 200)


def _pair(proposal: Proposal, shared: list[Shared]) -> Pair:
    """The one whose name stayed in front; if there is none, the one known first."""
    first, second = proposal.first, proposal.second
    are_one = first.survivor_id == second.survivor_id
    since = ""
    if are_one and proposal.state == ProposalState.REJECTED:
        since = "made one since"
    elif not are_one and proposal.state == ProposalState.ACCEPTED:
        since = "split again"
    if first.merged_into_id == second.pk:
        first, second = second, first
    return Pair(proposal, first, second, shared, since)


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
