"""The database itself refuses to change or remove an audit entry."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.audit.services import record_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> AuditEntry:
    return record_entry(actor=None, action="flag.raised", subject="artifact:1", details={})


def refused(sql: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditentry SET action = 'nothing'",
        "UPDATE audit_auditentry SET sequence = 7",
        "DELETE FROM audit_auditentry",
        "DELETE FROM audit_auditentry WHERE sequence = 1",
        """INSERT INTO audit_auditentry SELECT * FROM audit_auditentry WHERE sequence = 1
           ON CONFLICT (sequence) DO UPDATE SET action = 'nothing'""",
    ],
)
def test_it_refuses_to_change_or_remove_an_entry(entry: AuditEntry, sql: str) -> None:
    refused(sql)
    entry.refresh_from_db()
    assert entry.action == "flag.raised"


def test_it_refuses_to_replace_an_entry_on_sqlite(entry: AuditEntry) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite knows REPLACE.")
    refused("INSERT OR REPLACE INTO audit_auditentry SELECT * FROM audit_auditentry")


def test_it_refuses_truncate_on_postgresql(entry: AuditEntry) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Only PostgreSQL knows TRUNCATE.")
    connection.check_constraints()
    refused("TRUNCATE audit_auditentry")


def test_it_refuses_the_orm_as_well(entry: AuditEntry) -> None:
    entry.action = "nothing"
    for change in (entry.save, entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.update(action="nothing")


def test_it_refuses_to_remove_a_person_who_acted(viewer: User) -> None:
    record_entry(actor=viewer, action="flag.raised", subject="artifact:1", details={})
    with pytest.raises(DatabaseError), transaction.atomic():
        viewer.delete()


@pytest.mark.django_db(transaction=True)
class TestCommitted:
    def test_it_can_be_emptied_between_tests_and_is_guarded_again(self) -> None:
        for _ in range(2):
            record_entry(actor=None, action="flag.raised", subject="artifact:1", details={})
            refused("DELETE FROM audit_auditentry")
            # What runs after every test that commits.
            call_command("flush", verbosity=0, interactive=False)
            assert not AuditEntry.objects.exists()
