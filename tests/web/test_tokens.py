"""The pages on which people make and revoke their API tokens."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import ApiToken, User

ASKED = {"name": "nightly sync", "scopes": ["read"], "lifetime": "30"}


def test_it_shows_the_secret_once(browser: Client) -> None:
    made = browser.post("/tokens/new", ASKED)
    token = ApiToken.objects.get()
    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    listed = browser.get("/tokens").content.decode()
    assert "nightly sync" in listed
    assert token.prefix in listed
    assert secret not in listed


def test_it_offers_no_scope_beyond_the_role(browser: Client) -> None:
    form = browser.get("/tokens/new").content.decode()
    assert 'value="read"' in form
    assert 'value="review"' not in form
    refused = browser.post("/tokens/new", {**ASKED, "scopes": ["admin"]})
    assert refused.status_code == 400
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "a\x00b"}, {"name": "a\x1bb"}, {"scopes": []}, {"lifetime": "9999"}],
)
def test_it_says_what_is_wrong_with_a_token(wrong: dict[str, str], browser: Client) -> None:
    answer = browser.post("/tokens/new", {**ASKED, **wrong})
    assert answer.status_code == 400
    assert "error" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_it_revokes(browser: Client) -> None:
    browser.post("/tokens/new", ASKED)
    token = ApiToken.objects.get()
    answer = browser.post(f"/tokens/{token.pk}/revoke", follow=True)
    assert "Revoked nightly sync." in answer.content.decode()
    token.refresh_from_db()
    assert token.state() == "revoked"


def test_it_does_not_show_or_revoke_the_tokens_of_others(
    browser: Client, contributor: User, client_for: Callable[[User], Client]
) -> None:
    client_for(contributor).post("/tokens/new", ASKED)
    token = ApiToken.objects.get()
    assert "nightly sync" not in browser.get("/tokens").content.decode()
    assert browser.post(f"/tokens/{token.pk}/revoke").status_code == 404
    token.refresh_from_db()
    assert token.is_live
