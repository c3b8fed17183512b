"""Raising a flag and deciding on it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.audit.selectors import verify_chain
from apps.graph.errors import RecordError
from apps.impact.errors import NotAllowedError, StateError
from apps.impact.models import Flag, Report
from apps.impact.services import (
    confirm_flag,
    dismiss_flag,
    flag_artifact,
    request_report,
    withdraw_flag,
)
from apps.work.models import WorkState
from tests.impact.story import artifact, bad_apple, raised, reported

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _story() -> None:
    bad_apple()


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the reports that a worker was called for."""
    called: list[int] = []
    monkeypatch.setattr("apps.impact.services.flagging.publish", called.append)
    return called


def test_it_leaves_a_flag_a_pending_report_and_an_entry(
    contributor: User,
    published: list[int],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        flag = raised("dataset:raw@1", contributor, detail="Joined twice.")
        assert published == []
    report = Report.objects.get()
    assert (report.flag, report.number, report.state) == (flag, 1, WorkState.PENDING)
    assert published == [report.pk]
    entry = AuditEntry.objects.get(action="flag.raised")
    assert (entry.subject, entry.actor_id) == (f"flag:{flag.pk}", contributor.pk)
    assert entry.details["detail"] == "Joined twice."


def test_it_takes_few_queries(
    contributor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    raw = artifact("dataset:raw@1")
    waits_for_its_turn = connection.vendor == "postgresql"  # In the audit log: one query more.
    with django_assert_num_queries(11 + waits_for_its_turn):
        flag_artifact(artifact=raw, reason="leakage", severity="low", actor=contributor)


def test_it_lets_no_viewer_raise_one(viewer: User) -> None:
    with pytest.raises(NotAllowedError, match="takes the role contributor, yours is viewer"):
        raised("dataset:raw@1", viewer)
    assert not Flag.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("severity", "apocalyptic"),
        ("scope", "universe"),
        ("reason", "Label error"),
        ("reason", ""),
        ("detail", "a\x00b"),
        ("detail", "\ud800"),
        ("detail", "x" * 10_001),
        ("since", datetime(2026, 10, 1)),  # noqa: DTZ001 - the fault under test
    ],
)
def test_it_refuses_what_cannot_be_kept(contributor: User, field: str, value: object) -> None:
    with pytest.raises(RecordError, match=rf"^\$\.{field}: "):
        raised("dataset:raw@1", contributor, **{field: value})
    assert not Flag.objects.exists()


def test_it_keeps_since_when_in_utc(contributor: User) -> None:
    flag = raised("dataset:raw@1", contributor, since=datetime(2026, 10, 1, 2, tzinfo=UTC))
    flag.refresh_from_db()
    assert flag.since == datetime(2026, 10, 1, 2, tzinfo=UTC)


def test_it_is_confirmed_by_a_reviewer(contributor: User, reviewer: User) -> None:
    flag = confirm_flag(flag=raised("dataset:raw@1", contributor), actor=reviewer)
    assert (flag.state, flag.decided_by) == ("confirmed", reviewer)
    assert flag.is_live


def test_it_is_decided_by_no_contributor(contributor: User) -> None:
    flag = raised("dataset:raw@1", contributor)
    with pytest.raises(NotAllowedError):
        confirm_flag(flag=flag, actor=contributor)
    with pytest.raises(NotAllowedError):
        dismiss_flag(flag=flag, reason="No.", actor=contributor)


def test_it_is_decided_once(contributor: User, reviewer: User) -> None:
    flag = raised("dataset:raw@1", contributor)
    stale = Flag.objects.get(pk=flag.pk)
    dismiss_flag(flag=flag, reason="The labels are right.", actor=reviewer)
    with pytest.raises(StateError, match="is dismissed already"):
        confirm_flag(flag=stale, actor=reviewer)
    assert not AuditEntry.objects.filter(action="flag.confirmed").exists()


def test_it_wants_a_reason_to_end_a_flag(contributor: User, reviewer: User) -> None:
    flag = raised("dataset:raw@1", contributor)
    for end in (dismiss_flag, withdraw_flag):
        with pytest.raises(RecordError, match="Say why"):
            end(flag=flag, reason=" \n ", actor=reviewer)


def test_it_ends_the_obligations_with_the_flag(contributor: User, reviewer: User) -> None:
    flag = raised("dataset:raw@1", contributor)
    reported(flag)
    withdraw_flag(flag=flag, reason="Wrong dataset.", actor=reviewer)
    notes = set(flag.obligations.values_list("state", "note"))
    assert notes == {("dismissed", "The flag was withdrawn: Wrong dataset.")}


def test_it_may_be_withdrawn_by_whoever_raised_it_until_confirmed(
    contributor: User, reviewer: User
) -> None:
    withdraw_flag(
        flag=raised("dataset:raw@1", contributor), reason="My mistake.", actor=contributor
    )
    confirmed = confirm_flag(flag=raised("dataset:raw@1", contributor), actor=reviewer)
    with pytest.raises(NotAllowedError):
        withdraw_flag(flag=confirmed, reason="My mistake.", actor=contributor)
    withdraw_flag(flag=confirmed, reason="Repaired upstream.", actor=reviewer)


def test_it_may_be_raised_again(contributor: User) -> None:
    first = raised("dataset:raw@1", contributor)
    withdraw_flag(flag=first, reason="Too early.", actor=contributor)
    second = raised("dataset:raw@1", contributor)
    assert reported(second).number == 1
    assert second.obligations.filter(state="open").exists()


def test_it_reports_again_when_asked(contributor: User) -> None:
    flag = raised("dataset:raw@1", contributor)
    waiting = request_report(flag=flag, actor=contributor)
    assert waiting.number == 1
    reported(flag)
    assert request_report(flag=flag, actor=contributor).number == 2


def test_it_leaves_a_sound_audit_chain(contributor: User, reviewer: User) -> None:
    flag = raised("dataset:raw@1", contributor, detail="naïve ☂ = 1e22")
    report = reported(flag)
    confirm_flag(flag=flag, actor=reviewer)
    assert verify_chain() is None
    entry = AuditEntry.objects.get(action="report.completed")
    assert entry.details["content_hash"] == report.content_hash
