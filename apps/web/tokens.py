"""API tokens: seen, made and revoked by whoever they act for."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import User
from apps.accounts.selectors import tokens_of
from apps.accounts.services import create_token, revoke_token
from apps.graph.errors import RecordError
from apps.web.access import signed_in
from apps.web.paging import page_of

SCOPE_WORDS = {
    "read": "Read: everything that you can see",
    "record": "Record: send lineage",
    "flag": "Flag: raise flags",
    "review": "Review: decide on flags and findings",
    "admin": "Admin: manage people and tokens",
}
LIFETIMES = {"30": "30 days", "90": "90 days", "365": "1 year"}


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=200,
        help_text="Where it will be used: nightly Airflow sync.",
        error_messages={"required": "Say where it will be used."},
    )
    scopes = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="It may",
        help_text="Give it no more than it needs. What your role does not include is not offered.",
        error_messages={"required": "Choose at least one: a token that may do nothing is no use."},
    )
    lifetime = forms.ChoiceField(
        choices=list(LIFETIMES.items()), initial="90", label="Expires after"
    )

    def __init__(self, *args: object, person: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        offered = [(scope, SCOPE_WORDS.get(scope, scope)) for scope in person.scopes]
        self.fields["scopes"].choices = offered  # type: ignore[attr-defined]


@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    page = page_of(request, tokens_of(user=signed_in(request)))
    return render(request, "web/tokens.html", {"page": page})


@never_cache
@require_http_methods(["GET", "POST"])
def token_new(request: HttpRequest) -> HttpResponse:
    """The form, and once it is filled in the secret, which no other page ever shows."""
    person = signed_in(request)
    form = TokenForm(request.POST or None, person=person, initial={"scopes": ["read"]})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        expires_at = timezone.now() + timedelta(days=int(asked["lifetime"]))
        try:
            token, secret = create_token(
                owner=person,
                name=asked["name"],
                scopes=asked["scopes"],
                expires_at=expires_at,
                actor=person,
            )
        except RecordError as error:
            form.add_error(None, error.message)
        else:
            return render(request, "web/token_made.html", {"token": token, "secret": secret})
    status = 400 if form.errors else 200
    return render(request, "web/token_new.html", {"form": form}, status=status)


@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    token = get_object_or_404(tokens_of(user=person), pk=pk)
    revoke_token(token=token, actor=person)
    messages.success(request, f"Revoked {token.name}. Scripts that use it are refused from now on.")
    return redirect("web:tokens")
