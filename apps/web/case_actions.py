"""Deciding on a flag and settling what it obliges people to do."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from apps.graph.errors import LineageError, RecordError
from apps.impact.errors import NotAllowedError, StateError
from apps.impact.models import Flag, Obligation
from apps.impact.services import (
    assign_obligation,
    confirm_flag,
    dismiss_flag,
    reopen_obligation,
    request_report,
    resolve_obligation,
    withdraw_flag,
)
from apps.impact.services.permitting import LONGEST_NOTE
from apps.web.access import signed_in


@dataclass(frozen=True, slots=True)
class Decision:
    """What the page of a decision says, and the service that takes it."""

    verb: str
    button: str
    meaning: str
    done: str
    needs_reason: bool
    act: Callable[..., Flag]


DECISIONS = {
    "confirm": Decision(
        "Confirm",
        "Confirm the flag",
        "You agree that this is bad. Everything it reaches stays affected, and whoever was asked "
        "to act still must.",
        "Confirmed.",
        needs_reason=False,
        act=confirm_flag,
    ),
    "dismiss": Decision(
        "Dismiss",
        "Dismiss the flag",
        "You find that this is not bad. Nothing counts as affected by the flag any more, and what "
        "is still to be settled is closed with your reason.",
        "Dismissed. Nothing counts as affected by it any more.",
        needs_reason=True,
        act=dismiss_flag,
    ),
    "withdraw": Decision(
        "Withdraw",
        "Withdraw the flag",
        "The flag was raised in error, or no longer holds. Nothing counts as affected by it any "
        "more, and what is still to be settled is closed. The case and its reports stay readable.",
        "Withdrawn. Nothing counts as affected by it any more.",
        needs_reason=True,
        act=withdraw_flag,
    ),
}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=LONGEST_NOTE,
        label="Why",
        help_text="Stays in the record, with your name.",
        error_messages={"required": "Say why."},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def flag_decide(request: HttpRequest, pk: int, decision: str) -> HttpResponse:
    """The form of a decision; POST takes it. 409 when somebody else has decided meanwhile."""
    flag = get_object_or_404(Flag.objects.select_related("artifact"), pk=pk)
    chosen = DECISIONS[decision]
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].required = chosen.needs_reason
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                chosen.act(flag=flag, reason=form.cleaned_data["reason"], actor=signed_in(request))
            except NotAllowedError as error:
                raise PermissionDenied(str(error)) from error
            except LineageError as error:
                status = 409 if isinstance(error, StateError) else 400
                form.add_error(None, said(error))
            else:
                messages.success(request, chosen.done)
                return redirect("web:case", pk=pk)
    context = {"flag": flag, "decision": chosen, "form": form}
    return render(request, "web/flag_decide.html", context, status=status)


@require_POST
def report_again(request: HttpRequest, pk: int) -> HttpResponse:
    flag = get_object_or_404(Flag, pk=pk)
    try:
        report = request_report(flag=flag, actor=signed_in(request))
    except NotAllowedError as error:
        raise PermissionDenied(str(error)) from error
    messages.success(request, f"Report {report.number} was asked for.")
    return redirect("web:case", pk=pk)


@require_POST
def obligation_assign(request: HttpRequest, pk: int) -> HttpResponse:
    def act(obligation: Obligation) -> str:
        name = request.POST.get("assignee", "")
        assign_obligation(obligation=obligation, assignee=name, actor=signed_in(request))
        return f"Assigned to {obligation.assignee}." if obligation.assignee else "Nobody is asked."

    return _settling(request, pk, act)


@require_POST
def obligation_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    def act(obligation: Obligation) -> str:
        note = request.POST.get("note", "")
        resolve_obligation(obligation=obligation, note=note, actor=signed_in(request))
        return f"Settled: {obligation.artifact.name} {obligation.artifact.version}".strip()

    return _settling(request, pk, act)


@require_POST
def obligation_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    def act(obligation: Obligation) -> str:
        note = request.POST.get("note", "")
        reopen_obligation(obligation=obligation, note=note, actor=signed_in(request))
        return f"Open again: {obligation.artifact.name} {obligation.artifact.version}".strip()

    return _settling(request, pk, act)


def _settling(
    request: HttpRequest, pk: int, act: Callable[[Obligation], str]
) -> HttpResponseRedirect:
    """Do it and go back to where the reader was, with what came of it as a message."""
    rows = Obligation.objects.select_related("artifact", "flag")
    obligation = get_object_or_404(rows, pk=pk)
    try:
        messages.success(request, act(obligation))
    except NotAllowedError as error:
        raise PermissionDenied(str(error)) from error
    except LineageError as error:
        messages.error(request, said(error))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = resolve_url("web:case", pk=obligation.flag_id) + "#to-settle"
    return HttpResponseRedirect(back)


def said(error: LineageError) -> str:
    """What was wrong, without the path that only a script has use for."""
    return error.message if isinstance(error, RecordError) else str(error)
