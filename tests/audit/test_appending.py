"""The audit log grows by one entry an act, each chained to the one before."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.audit import selectors
from apps.audit.models import GENESIS, AuditEntry
from apps.audit.services import record_entry
from apps.graph.errors import RecordError

pytestmark = pytest.mark.django_db


def record(subject: str = "artifact:12", **details: Any) -> AuditEntry:
    return record_entry(actor=None, action="flag.raised", subject=subject, details=details)


def test_it_counts_from_one_without_gaps() -> None:
    assert [record().sequence for _ in range(3)] == [1, 2, 3]


def test_it_chains_each_entry_to_the_one_before() -> None:
    first, second = record(), record()
    assert first.previous_hash == GENESIS
    assert second.previous_hash == first.hash != second.hash


def test_it_names_the_actor_and_the_time(reviewer: User) -> None:
    now = timezone.now() - timedelta(days=1)
    with time_machine.travel(now, tick=False):
        record_entry(actor=reviewer, action="flag.confirmed", subject="flag:3", details={"a": 1})
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.at, entry.action, entry.subject, entry.details) == (
        reviewer,
        now,
        "flag.confirmed",
        "flag:3",
        {"a": 1},
    )


def test_it_leaves_no_gap_when_an_act_is_rolled_back() -> None:
    record()

    def fail() -> None:
        with transaction.atomic():
            record()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert record().sequence == 2
    assert selectors.verify_chain() is None


def test_it_finds_the_entries_of_a_subject_newest_first(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    record("artifact:1", number=1)
    record("artifact:11", number=2)
    record("artifact:1", number=3)
    with django_assert_num_queries(1):
        found = [
            (entry.details["number"], entry.actor)
            for entry in selectors.entries_for(subject="artifact:1")
        ]
    assert found == [(3, None), (1, None)]


@pytest.mark.parametrize(
    "details",
    [
        {"text": "cafe\u0301 \u202e\U0001f600 <script>'\"; DROP TABLE audit_auditentry; --"},
        {"b": 1, "a": [None, True, {"": "empty key"}]},
        {"numbers": [1e22, -0.0, 1.0, 0.1, 1e-7, 1.5e300, 10**60, 5e-324]},
    ],
)
def test_it_keeps_any_json_so_that_the_chain_still_proves_it(details: dict[str, Any]) -> None:
    record(**details)
    record()
    assert selectors.verify_chain() is None


@pytest.mark.parametrize(
    ("action", "subject", "details", "path"),
    [
        ("", "artifact:1", {}, "$.action"),
        ("a" * 101, "artifact:1", {}, "$.action"),
        ("flag.raised", "artifact:\x00", {}, "$.subject"),
        ("flag.raised", "artifact:" + "1" * 200, {}, "$.subject"),
        ("flag.raised", "artifact:1", {"reason": "\ud800"}, "$.details.reason"),
        ("flag.raised", "artifact:1", {"score": float("nan")}, "$.details.score"),
        ("flag.raised", "artifact:1", {"when": timezone.now()}, "$.details.when"),
    ],
)
def test_it_refuses_what_cannot_be_kept_and_names_it(
    action: str, subject: str, details: dict[str, Any], path: str
) -> None:
    with pytest.raises(RecordError) as refused:
        record_entry(actor=None, action=action, subject=subject, details=details)
    assert refused.value.path == path
    assert not AuditEntry.objects.exists()
