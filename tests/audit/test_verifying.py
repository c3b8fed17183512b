"""Whoever owns the database can change the log, but not unseen."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.audit import selectors
from apps.audit.models import AuditEntry
from apps.audit.services import record_entry

pytestmark = pytest.mark.django_db
Tamper = Callable[..., None]


@pytest.fixture
def log(viewer: User, reviewer: User) -> list[AuditEntry]:
    """Five entries, two of them Vera's."""
    return [
        record_entry(
            actor=viewer if number % 2 else reviewer,
            action="flag.raised",
            subject=f"artifact:{number}",
            details={"reason": "bad labels"},
        )
        for number in range(5)
    ]


def verified(*arguments: str) -> str:
    output = StringIO()
    call_command("verify_audit", *arguments, stdout=output)
    return output.getvalue()


def test_it_says_that_an_untouched_log_is_whole(log: list[AuditEntry]) -> None:
    assert selectors.verify_chain() is None
    assert "whole: 5 entries" in verified()
    assert f"5:{log[-1].hash}" in verified()


def test_it_says_that_an_empty_log_is_empty() -> None:
    assert verified() == "The audit log is empty.\n"


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("UPDATE audit_auditentry SET action = 'flag.withdrawn' WHERE sequence = 3", 3),
        ("UPDATE audit_auditentry SET subject = 'artifact:9' WHERE sequence = 1", 1),
        ('UPDATE audit_auditentry SET details = \'{"reason": "none"}\' WHERE sequence = 5', 5),
        ("UPDATE audit_auditentry SET details = '[]' WHERE sequence = 5", 5),
        ("UPDATE audit_auditentry SET at = '2020-01-01 00:00:00+00:00' WHERE sequence = 2", 2),
        ("UPDATE audit_auditentry SET actor_id = NULL WHERE sequence = 2", 2),
        ("UPDATE audit_auditentry SET hash = previous_hash WHERE sequence = 4", 4),
        ("UPDATE audit_auditentry SET previous_hash = hash WHERE sequence = 4", 4),
        ("UPDATE audit_auditentry SET sequence = 9 WHERE sequence = 4", 4),
        ("DELETE FROM audit_auditentry WHERE sequence = 1", 1),
        ("DELETE FROM audit_auditentry WHERE sequence IN (3, 4)", 3),
    ],
)
def test_it_names_the_first_entry_that_was_tampered_with(
    log: list[AuditEntry], tamper: Tamper, sql: str, broken: int
) -> None:
    tamper(sql)
    assert selectors.verify_chain() == broken
    with pytest.raises(CommandError, match=rf"broken at entry {broken}:") as refused:
        verified()
    assert refused.value.returncode == 1


def test_it_sees_an_entry_hashed_anew(log: list[AuditEntry], tamper: Tamper) -> None:
    forged = log[2]
    forged.action = "flag.withdrawn"
    tamper(
        "UPDATE audit_auditentry SET action = %s, hash = %s WHERE sequence = 3",
        (forged.action, forged.computed_hash()),
    )
    assert selectors.verify_chain() == 4


def test_it_sees_a_cut_off_end_by_a_checkpoint(log: list[AuditEntry], tamper: Tamper) -> None:
    checkpoint = f"5:{log[-1].hash}"
    assert "whole" in verified("--checkpoint", checkpoint)
    tamper("DELETE FROM audit_auditentry WHERE sequence = 5")
    assert selectors.verify_chain() is None
    with pytest.raises(CommandError, match="Entry 5 is not the one of the checkpoint"):
        verified("--checkpoint", checkpoint)


@pytest.mark.parametrize("text", ["", "5", "5:abc", "0:" + "a" * 64, "5:" + "G" * 64])
def test_it_refuses_what_is_not_a_checkpoint(log: list[AuditEntry], text: str) -> None:
    with pytest.raises(CommandError, match="NUMBER:HASH"):
        verified("--checkpoint", text)
