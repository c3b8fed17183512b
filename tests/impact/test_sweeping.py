"""What waits in the database is called for until it is done."""

from datetime import timedelta

import pytest
from django.utils import timezone
from time_machine import travel

from apps.accounts.models import User
from apps.impact.jobs import sweep_reports
from apps.impact.jobs.reporting import claim_report
from apps.impact.models import Report
from tests.impact.story import bad_apple, raised, reported

pytestmark = pytest.mark.django_db


def swept(*, after_seconds: float, takes: bool = True) -> list[int]:
    """The ids a sweep publishes that many seconds from now."""
    called: list[int] = []

    def publish(report_id: int) -> bool:
        called.append(report_id)
        return takes

    with travel(timezone.now() + timedelta(seconds=after_seconds)):
        sweep_reports(publish=publish)
    return called


@pytest.fixture
def report(contributor: User) -> Report:
    bad_apple()
    return raised("dataset:raw@1", contributor).reports.get()


def test_it_leaves_a_report_a_moment_to_be_begun(report: Report) -> None:
    assert swept(after_seconds=0) == []


def test_it_calls_for_a_report_that_nobody_began(report: Report) -> None:
    assert swept(after_seconds=10) == [report.pk]


def test_it_does_not_flood_a_broker_that_nobody_reads(report: Report) -> None:
    assert swept(after_seconds=10) == [report.pk]
    assert swept(after_seconds=12) == []
    assert swept(after_seconds=300) == [report.pk]


def test_it_tries_again_at_once_when_the_broker_refused(report: Report) -> None:
    assert swept(after_seconds=10, takes=False) == [report.pk]
    assert swept(after_seconds=11) == [report.pk]


def test_it_asks_a_dead_broker_once_only(report: Report, contributor: User) -> None:
    raised("dataset:raw@1", contributor)
    assert len(swept(after_seconds=10, takes=False)) == 1


def test_it_leaves_a_running_report_alone_until_its_lease_has_run_out(report: Report) -> None:
    claim_report(report_id=report.pk)
    assert swept(after_seconds=60) == []
    assert swept(after_seconds=121) == [report.pk]


def test_it_leaves_a_complete_report_alone(report: Report) -> None:
    reported(report.flag)
    assert swept(after_seconds=10_000) == []
