"""What a reader sees when something is wrong."""

from collections.abc import Callable

import pytest
from django.core.exceptions import BadRequest, DisallowedHost, RequestDataTooBig
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client

from apps.accounts.models import User
from apps.web.errors import bad_request


@pytest.mark.parametrize("code", ["400", "403", "404", "413", "500"])
def test_it_needs_nothing_to_say_what_went_wrong(code: str) -> None:
    page = render_to_string(f"{code}.html")
    assert "Model Lineage" in page
    assert f'<p class="code">{code}</p>' in page


def test_it_tells_not_found_from_nothing_recorded(browser: Client) -> None:
    answer = browser.get("/artifacts/7")
    assert answer.status_code == 404
    assert "That is not the same as having no lineage" in answer.content.decode()


def test_it_hides_what_failed_inside(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret detail")

    monkeypatch.setattr("apps.web.home.open_flags", broken)
    browser.raise_request_exception = False
    answer = browser.get("/")
    assert answer.status_code == 500
    page = answer.content.decode()
    assert "The server failed" in page
    assert "the secret detail" not in page


def test_it_offers_the_administration_only_to_those_who_have_it(
    browser: Client, administrator: User, client_for: Callable[[User], Client]
) -> None:
    assert "Administration" not in browser.get("/").content.decode()
    assert "Administration" in client_for(administrator).get("/").content.decode()


def test_it_says_why_a_request_was_bad() -> None:
    why = bad_request(HttpRequest(), BadRequest("The <search> text is too long."))
    assert why.status_code == 400
    assert "The &lt;search&gt; text is too long." in why.content.decode()


def test_it_keeps_reasons_that_are_not_its_own_words() -> None:
    answer = bad_request(HttpRequest(), DisallowedHost("evil.example is not allowed"))
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


def test_it_names_a_body_that_is_too_large() -> None:
    answer = bad_request(HttpRequest(), RequestDataTooBig("over"))
    assert answer.status_code == 413
    assert "Too large" in answer.content.decode()
