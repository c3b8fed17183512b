"""Signing in and out."""

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.web.throttle import LIMIT
from tests.conftest import PASSWORD


def sign_in(client: Client, password: str, **more: str) -> int:
    answer = client.post("/sign-in", {"username": "vera", "password": password, **more})
    return answer.status_code


def test_it_leads_to_the_page_that_was_asked_for(client: Client, viewer: User) -> None:
    asked = client.get("/deployments?live=now")
    assert asked["Location"] == "/sign-in?next=/deployments%3Flive%3Dnow"
    entered = client.post(
        asked["Location"],
        {"username": "vera", "password": PASSWORD, "next": "/deployments?live=now"},
    )
    assert entered["Location"] == "/deployments?live=now"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_it_never_leads_elsewhere(target: str, client: Client, viewer: User) -> None:
    answer = client.post("/sign-in", {"username": "vera", "password": PASSWORD, "next": target})
    assert answer["Location"] == "/"


def test_it_does_not_say_which_of_name_and_password_is_wrong(client: Client, viewer: User) -> None:
    known = client.post("/sign-in", {"username": "vera", "password": "wrong"})
    unknown = client.post("/sign-in", {"username": "nobody", "password": "wrong"})
    words = b"No account has this name and password."
    assert words in known.content
    assert words in unknown.content


@pytest.mark.parametrize("name", ["a\x00b", "x" * 100_000, "\u202evera", "' OR 1=1 --"])
def test_it_takes_any_name_for_an_unknown_one(name: str, client: Client, viewer: User) -> None:
    answer = client.post("/sign-in", {"username": name, "password": PASSWORD})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_it_waits_after_too_many_failures(client: Client, viewer: User) -> None:
    for _ in range(LIMIT):
        assert sign_in(client, "wrong") == 200
    answer = client.post("/sign-in", {"username": "vera", "password": PASSWORD})
    assert answer.status_code == 429
    assert b"Wait 15 minutes" in answer.content


def test_it_does_not_lock_out_another_address(client: Client, viewer: User) -> None:
    for _ in range(LIMIT):
        sign_in(client, "wrong")
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(elsewhere, PASSWORD) == 302


def test_it_forgets_failures_once_the_password_was_right(client: Client, viewer: User) -> None:
    for _ in range(LIMIT - 1):
        sign_in(client, "wrong")
    assert sign_in(client, PASSWORD) == 302
    client.logout()
    assert sign_in(client, "wrong") == 200


def test_it_signs_out_by_post_only(browser: Client) -> None:
    assert browser.get("/sign-out").status_code == 405
    left = browser.post("/sign-out")
    assert left["Location"] == "/sign-in"
    assert left["Clear-Site-Data"] == '"cache"'
    assert browser.get("/").status_code == 302


def test_it_refuses_a_form_without_its_secret(viewer: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in", {"username": "vera", "password": PASSWORD})
    assert answer.status_code == 403
    assert b"The form was too old" in answer.content
