"""A person who flags waits for no broker."""

import socket
import time
from collections.abc import Callable

import pytest
from django.conf import settings

from apps.accounts.models import User
from apps.impact.models import Report
from apps.impact.tasks import (
    compute_report,
    publish,
    refresh_standing_flags,
    sweep_reports,
)
from apps.work.models import WorkState
from tests.impact.story import bad_apple, raised

LONGEST_SECONDS = 2.5


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Point publishing at a broker of this URL."""
    return lambda url: monkeypatch.setenv("CELERY_BROKER_WRITE_URL", url)


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:1/0",
        "redis+socket:///nowhere/broker.sock",
        "nonsense://",
    ],
)
def test_it_gives_up_where_no_broker_listens(broker: Callable[[str], None], url: str) -> None:
    broker(url)
    began = time.monotonic()
    assert publish(1) is False
    assert time.monotonic() - began < LONGEST_SECONDS


def test_it_gives_up_on_a_broker_that_hangs(broker: Callable[[str], None]) -> None:
    with socket.socket() as hanging:
        hanging.bind(("127.0.0.1", 0))
        hanging.listen()
        broker(f"redis://127.0.0.1:{hanging.getsockname()[1]}/0")
        began = time.monotonic()
        assert publish(1) is False
        assert time.monotonic() - began < LONGEST_SECONDS


def test_it_answers_to_the_names_that_the_scheduler_calls() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {task.name for task in (sweep_reports, refresh_standing_flags)} <= scheduled
    assert compute_report.name == "apps.impact.tasks.compute_report"


@pytest.mark.django_db(transaction=True)
def test_it_keeps_a_flag_that_no_broker_heard_of(
    broker: Callable[[str], None], contributor: User
) -> None:
    broker("redis://127.0.0.1:1/0")
    bad_apple()
    flag = raised("dataset:raw@1", contributor)
    assert Report.objects.get(flag=flag).state == WorkState.PENDING
