"""The list of flags: what holds first, the gravest on top."""

import re

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.impact.services import withdraw_flag
from tests.impact.story import raised, reported

pytestmark = pytest.mark.usefixtures("story")


def named(page: str) -> list[str]:
    return re.findall(r'class="name"[^>]*><bdi>([^<]*)', page)


def test_it_says_what_to_do_when_nothing_is_flagged(browser: Client) -> None:
    page = browser.get("/flags").text
    assert "Nothing is flagged" in page
    assert "Find the artifact" in page


def test_it_puts_the_gravest_first_and_the_withdrawn_last(
    browser: Client, contributor: User
) -> None:
    gone = raised("run:fit", contributor, severity="critical")
    withdraw_flag(flag=gone, reason="Wrong run.", actor=contributor)
    raised("dataset:raw@1", contributor, severity="low")
    raised("model:churn@2", contributor, severity="critical")
    page = browser.get("/flags").text
    assert named(page) == ["churn", "raw", "fit"]
    assert "Withdrawn · critical" in page


def test_it_says_what_each_touched(browser: Client, contributor: User) -> None:
    reported(raised("dataset:raw@1", contributor))
    page = browser.get("/flags").text
    assert "1 model was trained on it and 1 deployment in production serves it" in page
    assert "5 of 5 open" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=live", ["raw"]),
        ("state=withdrawn", ["fit"]),
        ("severity=low", ["raw"]),
        ("owner=data", ["raw"]),
        ("q=FI", ["fit"]),
        ("q=nothing", []),
    ],
)
def test_it_filters(query: str, expected: list[str], browser: Client, contributor: User) -> None:
    raised("dataset:raw@1", contributor, severity="low")
    gone = raised("run:fit", contributor)
    withdraw_flag(flag=gone, reason="Wrong run.", actor=contributor)
    page = browser.get(f"/flags?{query}").text
    assert named(page) == expected
    assert bool(expected) != ("No flag matches" in page)


@pytest.mark.parametrize("query", ["state=mad", "severity=%00", "q=" + "x" * 3000])
def test_it_refuses_a_filter_that_makes_no_sense(query: str, browser: Client) -> None:
    answer = browser.get(f"/flags?{query}")
    assert answer.status_code == 400
    assert "The filter could not be applied" in answer.text
