"""Following a report on its way: what it is at, and what to do when nothing happens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.impact import jobs
from apps.impact.models import Flag, Report
from tests.impact.story import raised

pytestmark = pytest.mark.usefixtures("story")


@pytest.fixture
def flag(story: None, contributor: User) -> Flag:
    return raised("dataset:raw@1", contributor)


def changed(flag: Flag, **values: object) -> None:
    Report.objects.filter(flag=flag).update(**values)


def test_it_waits_for_the_first_report_and_asks_again(flag: Flag, browser: Client) -> None:
    page = browser.get(f"/flags/{flag.pk}").text
    assert "Report 1 waits for a worker" in page
    assert f'hx-get="/flags/{flag.pk}/progress" hx-trigger="every 1500ms"' in page
    assert "No worker has begun it" not in page


def test_it_shows_how_far_the_work_is(flag: Flag, browser: Client) -> None:
    changed(flag, state="running", stage="Judging the consequences", done=1204, total=2400)
    page = browser.get(f"/flags/{flag.pk}/progress").text
    assert "<html" not in page
    assert "Report 1: Judging the consequences" in page
    assert 'value="1204" max="2400"' in page
    assert "1,204 of 2,400 artifacts" in page


def test_it_says_what_to_do_when_no_worker_comes(flag: Flag, browser: Client) -> None:
    changed(flag, requested_at=timezone.now() - timedelta(seconds=31))
    page = browser.get(f"/flags/{flag.pk}/progress").text
    assert "No worker has begun it after 3" in page
    assert "celery -A lineage_site worker" in page


def test_it_says_that_a_worker_fell_silent(flag: Flag, browser: Client) -> None:
    long_ago = timezone.now() - timedelta(seconds=5)
    changed(flag, state="running", stage="Starting", lease_until=long_ago)
    assert "has not been heard of" in browser.get(f"/flags/{flag.pk}/progress").text


def test_it_reloads_the_page_when_the_report_is_complete(flag: Flag, browser: Client) -> None:
    jobs.compute_report(report_id=flag.reports.get().pk)
    answer = browser.get(f"/flags/{flag.pk}/progress")
    assert answer["HX-Refresh"] == "true"
    assert 'hx-trigger="every' not in browser.get(f"/flags/{flag.pk}").text


def test_it_stops_asking_when_the_report_failed(
    flag: Flag, contributor: User, client_for: Callable[[User], Client]
) -> None:
    changed(flag, state="failed", attempts=5, error="MemoryError: <too much>")
    theirs = client_for(contributor)
    page = theirs.get(f"/flags/{flag.pk}").text
    assert "could not be worked out" in page
    assert "MemoryError: &lt;too much&gt;" in page
    assert "every 1500ms" not in page
    answer = theirs.post(f"/flags/{flag.pk}/report")
    assert answer.status_code == 302
    assert flag.reports.order_by("-number")[0].state == "pending"


def test_it_keeps_the_report_in_sight_while_the_next_is_worked_out(
    flag: Flag, browser: Client
) -> None:
    jobs.compute_report(report_id=flag.reports.get().pk)
    Report.objects.create(flag=flag, number=2, requested_at=timezone.now(), wake_at=timezone.now())
    page = browser.get(f"/flags/{flag.pk}").text
    assert "Report 2 waits for a worker" in page
    assert "<b>1 model</b> was trained on it" in page


def test_it_lets_no_viewer_ask_for_a_report(flag: Flag, browser: Client) -> None:
    assert browser.post(f"/flags/{flag.pk}/report").status_code == 403
    assert browser.get(f"/flags/{flag.pk}/report").status_code == 405
