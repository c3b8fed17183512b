"""Deciding on a flag and settling its obligations: who may, what is asked for, what comes of it."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.impact.models import Flag, Obligation
from apps.impact.services import confirm_flag
from tests.impact.story import raised, reported

pytestmark = pytest.mark.usefixtures("story")

DECISIONS = ("confirm", "dismiss", "withdraw")


@pytest.fixture
def flag(story: None, contributor: User) -> Flag:
    flag = raised("dataset:raw@1", contributor)
    reported(flag)
    return flag


@pytest.fixture
def ritas(reviewer: User, client_for: Callable[[User], Client]) -> Client:
    return client_for(reviewer)


def obligation(flag: Flag) -> Obligation:
    return flag.obligations.get(artifact__name="api")


@pytest.mark.parametrize(
    ("decision", "state"),
    [("confirm", "confirmed"), ("dismiss", "dismissed"), ("withdraw", "withdrawn")],
)
def test_it_takes_a_reviewers_decision(
    decision: str, state: str, flag: Flag, ritas: Client, reviewer: User
) -> None:
    assert "Stays in the record" in ritas.get(f"/flags/{flag.pk}/{decision}").text
    answer = ritas.post(f"/flags/{flag.pk}/{decision}", {"reason": "Looked at it."})
    assert (answer.status_code, answer["Location"]) == (302, f"/flags/{flag.pk}")
    flag.refresh_from_db()
    assert (flag.state, flag.decided_by, flag.decision_note) == (state, reviewer, "Looked at it.")


@pytest.mark.parametrize("decision", ["dismiss", "withdraw"])
def test_it_asks_why(decision: str, flag: Flag, ritas: Client) -> None:
    for reason in ("", "   "):
        answer = ritas.post(f"/flags/{flag.pk}/{decision}", {"reason": reason})
        assert answer.status_code == 400
    flag.refresh_from_db()
    assert flag.state == "open"


def test_it_tells_the_second_of_two_who_decide(flag: Flag, ritas: Client, reviewer: User) -> None:
    confirm_flag(flag=flag, actor=reviewer)
    answer = ritas.post(f"/flags/{flag.pk}/dismiss", {"reason": "No."})
    assert answer.status_code == 409
    assert "The flag is confirmed already" in answer.text


@pytest.mark.parametrize("decision", DECISIONS)
def test_it_lets_no_viewer_decide(decision: str, flag: Flag, browser: Client) -> None:
    assert browser.post(f"/flags/{flag.pk}/{decision}", {"reason": "x"}).status_code == 403
    flag.refresh_from_db()
    assert flag.state == "open"


def test_it_lets_whoever_raised_a_flag_withdraw_it_and_no_more(
    flag: Flag, contributor: User, client_for: Callable[[User], Client]
) -> None:
    theirs = client_for(contributor)
    page = theirs.get(f"/flags/{flag.pk}").text
    assert "Withdraw…" in page
    assert "Dismiss…" not in page
    assert theirs.post(f"/flags/{flag.pk}/dismiss", {"reason": "x"}).status_code == 403
    assert theirs.post(f"/flags/{flag.pk}/withdraw", {"reason": "Mine."}).status_code == 302


def test_it_shows_a_viewer_no_buttons(flag: Flag, browser: Client) -> None:
    page = browser.get(f"/flags/{flag.pk}").text
    for word in ("Withdraw…", "Dismiss…", "Confirm…", ">Decide<"):
        assert word not in page


def test_it_settles_an_obligation_with_what_was_done(flag: Flag, ritas: Client) -> None:
    one = obligation(flag)
    answer = ritas.post(f"/obligations/{one.pk}/resolve", {"note": "Rolled back to 6."})
    assert answer["Location"] == f"/flags/{flag.pk}#to-settle"
    one.refresh_from_db()
    assert (one.state, one.note) == ("resolved", "Rolled back to 6.")
    page = ritas.get(f"/flags/{flag.pk}").text
    assert "1 of 5 settled" in page
    assert "Rolled back to 6." in page
    ritas.post(f"/obligations/{one.pk}/reopen", {"note": "It came back."})
    one.refresh_from_db()
    assert one.state == "open"


def test_it_says_why_an_obligation_was_not_settled(flag: Flag, ritas: Client) -> None:
    one = obligation(flag)
    page = ritas.post(f"/obligations/{one.pk}/resolve", {"note": " "}, follow=True).text
    assert "Say why, in a few words" in page
    one.refresh_from_db()
    assert one.state == "open"


def test_it_assigns_an_obligation(flag: Flag, ritas: Client) -> None:
    one = obligation(flag)
    ritas.post(f"/obligations/{one.pk}/assign", {"assignee": "<b>platform</b>"})
    one.refresh_from_db()
    assert one.assignee == "<b>platform</b>"
    assert "<bdi>&lt;b&gt;platform&lt;/b&gt;</bdi> is to act" in ritas.get(f"/flags/{flag.pk}").text


@pytest.mark.parametrize("act", ["resolve", "assign", "reopen"])
def test_it_lets_only_reviewers_settle(
    act: str, flag: Flag, contributor: User, client_for: Callable[[User], Client]
) -> None:
    one = obligation(flag)
    theirs = client_for(contributor)
    answer = theirs.post(f"/obligations/{one.pk}/{act}", {"note": "x", "assignee": "x"})
    assert answer.status_code == 403
    assert theirs.get(f"/obligations/{one.pk}/{act}").status_code == 405
    assert theirs.post(f"/obligations/99999/{act}").status_code == 404


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "javascript:alert(1)"])
def test_it_goes_back_to_this_site_only(back: str, flag: Flag, ritas: Client) -> None:
    one = obligation(flag)
    answer = ritas.post(f"/obligations/{one.pk}/assign", {"assignee": "x", "next": back})
    assert answer["Location"] == f"/flags/{flag.pk}#to-settle"


def test_it_lists_what_is_to_settle(flag: Flag, browser: Client) -> None:
    page = browser.get(f"/flags/{flag.pk}/obligations?kind=deployment").text
    assert "api" in page
    assert "checkout" not in page
    assert browser.get(f"/flags/{flag.pk}/obligations?state=mad").status_code == 400
