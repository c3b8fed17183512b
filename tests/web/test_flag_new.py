"""Raising a flag: its reach in sight first, nothing recorded until it is raised."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.impact.models import Flag, Report
from tests.impact.story import artifact, raised

pytestmark = pytest.mark.usefixtures("story")

SAID = {"reason": "label_error", "severity": "high", "scope": "version", "detail": "Joined twice."}


@pytest.fixture
def theirs(contributor: User, client_for: Callable[[User], Client]) -> Client:
    return client_for(contributor)


def form(text: str = "dataset:raw@1") -> str:
    return f"/artifacts/{artifact(text).pk}/flag"


def test_it_shows_what_the_flag_would_hit_before_anything_is_recorded(theirs: Client) -> None:
    page = theirs.get(form()).text
    assert "<b>1 model</b> was trained on it and <b>1 deployment in production</b>" in page
    assert "Running in production" in page
    assert not Flag.objects.exists()


def test_it_previews_without_a_script_and_keeps_what_was_typed(theirs: Client) -> None:
    page = theirs.get(f"{form()}?scope=name&detail=Seen+it&severity=critical").text
    assert "every version of raw" in page
    assert "Seen it</textarea>" in page
    assert 'value="critical" id="id_severity_3" checked' in page.replace(" required", "")
    assert not Flag.objects.exists()


def test_it_previews_in_place(theirs: Client) -> None:
    page = theirs.get(f"{form()}/preview?scope=name").text
    assert "<html" not in page
    assert "every version of raw" in page


def test_it_raises_the_flag_and_goes_to_its_case(theirs: Client, contributor: User) -> None:
    answer = theirs.post(form(), SAID | {"since": "2026-10-01T02:00"})
    flag = Flag.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/flags/{flag.pk}")
    assert (flag.raised_by, flag.reason, flag.detail) == (
        contributor,
        "label_error",
        "Joined twice.",
    )
    assert flag.since == datetime(2026, 10, 1, 2, tzinfo=UTC)
    assert Report.objects.filter(flag=flag, state="pending").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "because"},
        {"reason": ""},
        {"severity": ""},
        {"scope": "everything"},
        {"since": "yesterday"},
        {"detail": "x" * 10_001},
        {"detail": "a\x00b"},
    ],
)
def test_it_says_what_is_wrong_and_records_nothing(wrong: dict[str, str], theirs: Client) -> None:
    answer = theirs.post(form(), SAID | wrong)
    assert answer.status_code == 400
    assert 'class="error"' in answer.text or "form-error" in answer.text
    assert not Flag.objects.exists()


def test_it_chooses_no_reason_for_anybody(theirs: Client) -> None:
    page = theirs.get(form()).text
    assert '<option value="" selected>Choose what is wrong</option>' in page


def test_it_warns_of_a_flag_that_stands_already(theirs: Client, contributor: User) -> None:
    flag = raised("dataset:raw@1", contributor)
    assert f'<a class="link" href="/flags/{flag.pk}">' in theirs.get(form()).text


def test_it_lets_no_viewer_flag(browser: Client) -> None:
    assert browser.get(form()).status_code == 403
    assert browser.get(f"{form()}/preview").status_code == 403
    assert browser.post(form(), SAID).status_code == 403
    assert not Flag.objects.exists()


def test_it_says_so_when_nothing_would_be_hit(theirs: Client) -> None:
    page = theirs.get(form("application:checkout")).text
    assert "lineage that arrives later is checked against it" in page
