"""Changes to people that happen at the same moment, in processes of their own."""

import pytest

from tests.writers import finished, finished_together, started

pytestmark = pytest.mark.processes

ADD = """
import django
django.setup()
from apps.accounts.services import add_user
for name in ("ada", "ben", "eve"):
    add_user(username=name, role="admin", password="a long enough phrase")
"""
READY = """
import sys, django
django.setup()
from apps.accounts.models import User
from apps.accounts.services import change_role
from apps.audit import selectors
from apps.audit.services import record_entry
from apps.graph.errors import RecordError
own, other = (User.objects.get(username=name) for name in sys.argv[1:])
sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
"""
DEMOTE = """
try:
    change_role(user=other, role="viewer", actor=own)
    sys.stdout.write("demoted")
except RecordError:
    sys.stdout.write("refused")
"""
CHANGE = """
for number in range(20):
    change_role(user=other, role=("viewer", "admin")[number % 2], actor=own)
"""
RECORD = """
for number in range(40):
    record_entry(actor=own, action="test.written", subject="test:1", details={})
"""
VERIFY = (
    READY.partition("own, other")[0]
    + """
admins = User.objects.filter(role="admin").count()
sys.stdout.write(f"{admins} {selectors.verify_chain()}")
"""
)


def test_it_keeps_an_administrator_when_all_demote_each_other(shared_database: str) -> None:
    finished(started(shared_database, "-c", ADD))
    said = finished_together(
        [
            started(shared_database, "-c", READY + DEMOTE, own, other)
            for own, other in (("ada", "ben"), ("ben", "eve"), ("eve", "ada"))
        ]
    )
    assert sorted(said) == ["demoted", "demoted", "refused"]
    assert finished(started(shared_database, "-c", VERIFY)) == "1 None"


def test_it_changes_roles_while_the_same_people_act(shared_database: str) -> None:
    finished(started(shared_database, "-c", ADD))
    said = finished_together(
        [
            started(shared_database, "-c", READY + CHANGE, "ada", "eve"),
            started(shared_database, "-c", READY + RECORD, "ada", "ada"),
            started(shared_database, "-c", READY + RECORD, "eve", "eve"),
        ]
    )
    assert said == ["", "", ""]
    assert finished(started(shared_database, "-c", VERIFY)) == "3 None"
