"""One worker at a time holds a report; whoever lost it leaves no trace."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.impact import jobs
from apps.impact.jobs.completing import complete
from apps.impact.jobs.gathering import gather
from apps.impact.jobs.reporting import claim_report
from apps.impact.models import Finding, Flag, Obligation, Report
from apps.work.claiming import MAX_ATTEMPTS, Claim, LeaseLostError, hand_back, renew
from apps.work.models import WorkState
from tests.impact.story import bad_apple, raised

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(contributor: User) -> Report:
    bad_apple()
    return raised("dataset:raw@1", contributor).reports.get()


def claimed(report: Report) -> Claim[Report]:
    claim = claim_report(report_id=report.pk)
    assert claim is not None
    return claim


def let_the_lease_run_out(report: Report) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Report.objects.filter(pk=report.pk).update(lease_until=past)


def test_it_is_claimed_by_one_only(report: Report) -> None:
    assert claimed(report).fence == 1
    assert claim_report(report_id=report.pk) is None


def test_it_is_claimed_again_once_the_lease_has_run_out(report: Report) -> None:
    claimed(report)
    let_the_lease_run_out(report)
    assert claimed(report).fence == 2
    report.refresh_from_db()
    assert report.attempts == 2


def test_it_renews_the_lease_with_each_word_of_progress(report: Report) -> None:
    claim = claimed(report)
    let_the_lease_run_out(report)
    renew(claim, stage="Describing", done=5, total=10)
    report.refresh_from_db()
    assert (report.stage, report.percent) == ("Describing", 50)
    assert claim_report(report_id=report.pk) is None


def test_it_stops_a_worker_that_was_overtaken(report: Report) -> None:
    slow = claimed(report)
    let_the_lease_run_out(report)
    claimed(report)
    with pytest.raises(LeaseLostError):
        renew(slow, stage="Describing", done=5, total=10)


def test_it_stores_nothing_of_a_worker_that_was_overtaken(report: Report) -> None:
    slow = claimed(report)
    outcome = gather(flag=report.flag, progress=lambda *_: None)
    let_the_lease_run_out(report)
    quick = claimed(report)
    with pytest.raises(LeaseLostError):
        complete(claim=slow, flag_id=report.flag_id, outcome=outcome)
    assert not Finding.objects.exists()
    assert not Obligation.objects.exists()
    complete(claim=quick, flag_id=report.flag_id, outcome=outcome)
    with pytest.raises(LeaseLostError):
        complete(claim=slow, flag_id=report.flag_id, outcome=outcome)
    assert Finding.objects.count() == 7
    report.refresh_from_db()
    assert report.state == WorkState.COMPLETE


def test_it_keeps_an_error_to_show_and_is_tried_again(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("apps.impact.jobs.reporting.gather", _broken)
        assert not jobs.compute_report(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.error) == (WorkState.PENDING, "ValueError: the disk is full")
    assert jobs.compute_report(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.error) == (WorkState.COMPLETE, "")


def test_it_fails_after_the_last_attempt(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.impact.jobs.reporting.gather", _broken)
    for _ in range(MAX_ATTEMPTS + 2):
        jobs.compute_report(report_id=report.pk)
    report.refresh_from_db()
    assert (report.state, report.attempts) == (WorkState.FAILED, MAX_ATTEMPTS)
    assert report.error == "ValueError: the disk is full"


def test_it_fails_when_every_worker_was_killed(report: Report) -> None:
    for _ in range(MAX_ATTEMPTS):
        claimed(report)
        let_the_lease_run_out(report)
    assert claim_report(report_id=report.pk) is None
    report.refresh_from_db()
    assert report.state == WorkState.FAILED
    assert "was stopped 5 times" in report.error


def test_it_says_nothing_for_a_worker_that_was_overtaken(report: Report) -> None:
    slow = claimed(report)
    let_the_lease_run_out(report)
    claimed(report)
    hand_back(slow, ValueError("too late"))
    report.refresh_from_db()
    assert (report.state, report.error) == (WorkState.RUNNING, "")


def test_it_leaves_an_unknown_report_alone() -> None:
    assert not jobs.compute_report(report_id=404)


def _broken(*, flag: Flag, progress: object) -> None:
    raise ValueError("the disk is full")
