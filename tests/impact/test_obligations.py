"""What a report obliges people to do, and how it is settled."""

from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.graph.errors import RecordError
from apps.impact.errors import NotAllowedError, StateError
from apps.impact.models import Flag, Obligation
from apps.impact.selectors import case_progress, obligations_due, obligations_of
from apps.impact.services import (
    assign_obligation,
    dismiss_flag,
    reopen_obligation,
    resolve_obligation,
)
from tests.impact.story import artifact, bad_apple, raised, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def flag(contributor: User) -> Flag:
    bad_apple()
    flag = raised("dataset:raw@1", contributor, severity="high")
    reported(flag)
    return flag


@pytest.fixture
def obligation(flag: Flag) -> Obligation:
    return flag.obligations.get(artifact=artifact("deployment:api@3"))


def test_it_obliges_for_deployments_models_and_applications(flag: Flag) -> None:
    obliged = flag.obligations.values_list("artifact__name", "assignee")
    assert dict(obliged) == {
        "fraud": "risk",
        "api": "payments",
        "checkout": "shop",
        "churn": "",
        "batch": "",
    }


@pytest.mark.parametrize(
    ("severity", "days"), [("critical", 1), ("high", 3), ("medium", 14), ("low", 30)]
)
def test_it_is_due_by_severity(contributor: User, severity: str, days: int) -> None:
    bad_apple()
    flag = raised("dataset:raw@1", contributor, severity=severity)
    reported(flag)
    times = {one.due_at - one.opened_at for one in flag.obligations.all()}
    assert times == {timedelta(days=days)}


def test_it_is_assigned(obligation: Obligation, reviewer: User) -> None:
    assign_obligation(obligation=obligation, assignee=" Paula ", actor=reviewer)
    assert obligation.assignee == "Paula"
    entry = AuditEntry.objects.get(action="obligation.assigned")
    assert entry.details["before"] == "payments"


def test_it_is_resolved_with_a_note(flag: Flag, obligation: Obligation, reviewer: User) -> None:
    resolve_obligation(obligation=obligation, note="Rolled back to fraud@5.", actor=reviewer)
    assert (obligation.state, obligation.decided_by) == ("resolved", reviewer)
    progress = case_progress(flag=flag)
    assert (progress.settled, progress.total, progress.is_closed) == (1, 5, False)
    assert obligations_of(flag=flag).last() == obligation


def test_it_wants_a_note(obligation: Obligation, reviewer: User) -> None:
    with pytest.raises(RecordError, match="Say why"):
        resolve_obligation(obligation=obligation, note="", actor=reviewer)


def test_it_is_settled_by_reviewers_only(obligation: Obligation, contributor: User) -> None:
    with pytest.raises(NotAllowedError):
        resolve_obligation(obligation=obligation, note="Done.", actor=contributor)
    with pytest.raises(NotAllowedError):
        assign_obligation(obligation=obligation, assignee="Carl", actor=contributor)
    with pytest.raises(NotAllowedError):
        reopen_obligation(obligation=obligation, note="Again.", actor=contributor)


def test_it_is_resolved_once(obligation: Obligation, reviewer: User) -> None:
    stale = Obligation.objects.get(pk=obligation.pk)
    resolve_obligation(obligation=obligation, note="Rolled back.", actor=reviewer)
    with pytest.raises(StateError, match="is resolved by now"):
        resolve_obligation(obligation=stale, note="Retrained.", actor=reviewer)
    with pytest.raises(StateError):
        assign_obligation(obligation=stale, assignee="Paula", actor=reviewer)
    obligation.refresh_from_db()
    assert obligation.note == "Rolled back."


def test_it_is_reopened(obligation: Obligation, reviewer: User) -> None:
    with pytest.raises(StateError):
        reopen_obligation(obligation=obligation, note="Again.", actor=reviewer)
    resolve_obligation(obligation=obligation, note="Rolled back.", actor=reviewer)
    reopen_obligation(obligation=obligation, note="The roll-back failed.", actor=reviewer)
    assert (obligation.state, obligation.decided_by) == ("open", None)


def test_it_is_not_reopened_under_a_dismissed_flag(
    flag: Flag, obligation: Obligation, reviewer: User
) -> None:
    dismiss_flag(flag=flag, reason="The labels are right.", actor=reviewer)
    obligation.refresh_from_db()
    with pytest.raises(StateError, match="The flag is dismissed"):
        reopen_obligation(obligation=obligation, note="Again.", actor=reviewer)
    assert obligations_due() == []


def test_it_stays_settled_when_the_same_is_reported_again(
    flag: Flag, obligation: Obligation, contributor: User, reviewer: User
) -> None:
    resolve_obligation(obligation=obligation, note="Rolled back.", actor=reviewer)
    flag.reports.create(number=2, requested_at=flag.raised_at, wake_at=flag.raised_at)
    reported(flag)
    obligation.refresh_from_db()
    assert obligation.state == "resolved"
    assert flag.obligations.count() == 5
