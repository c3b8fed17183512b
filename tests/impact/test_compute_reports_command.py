"""`manage.py compute_reports`: the same work without a broker."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.accounts.models import User
from apps.impact.models import Report
from apps.work.models import WorkState
from tests.impact.story import bad_apple, raised, recorded

pytestmark = pytest.mark.django_db


def said(*options: str) -> str:
    """What the command says, once all that waits is due."""
    Report.objects.update(wake_at=timezone.now() - timedelta(seconds=1))
    out = StringIO()
    call_command("compute_reports", *options, stdout=out)
    return out.getvalue()


def test_it_works_out_what_waits_and_what_has_changed(contributor: User) -> None:
    bad_apple()
    flag = raised("dataset:raw@1", contributor)
    raised("dataset:train@1", contributor)
    assert said() == "2 reports worked out.\n"
    assert said() == "0 reports worked out.\n"
    recorded("dataset:raw@1 > model:late@1 training")
    assert said("--pending-only") == "0 reports worked out.\n"
    assert said() == "1 report worked out.\n"
    assert flag.reports.filter(state=WorkState.COMPLETE).count() == 2


def test_it_goes_on_after_a_report_that_cannot_be_worked_out(
    contributor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad_apple()
    raised("dataset:raw@1", contributor)
    with monkeypatch.context() as patch:
        patch.setattr("apps.impact.jobs.reporting.gather", _broken)
        assert said() == "0 reports worked out.\n"
    assert said() == "1 report worked out.\n"


def _broken(**_: object) -> None:
    raise ValueError("the disk is full")
