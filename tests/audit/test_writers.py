"""Many processes append at once, and the chain stays one chain."""

import pytest

from tests.writers import finished, finished_together, started

pytestmark = pytest.mark.processes

WRITERS, ENTRIES = 4, 25
# Each entry at the end of a transaction that had read before: that is where "check, then insert"
# lets two writers take one number.
WRITE = f"""
import sys, django
django.setup()
from django.db import transaction
from apps.audit.models import AuditEntry
from apps.audit.services import record_entry
sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
for number in range({ENTRIES}):
    with transaction.atomic():
        AuditEntry.objects.count()
        record_entry(
            actor=None, action="test.written", subject=f"writer:{{sys.argv[1]}}",
            details={{"number": number}},
        )
        if number % 5 == 4:
            transaction.set_rollback(True)
"""
READ = """
import collections, json, sys, django
django.setup()
from apps.audit import selectors
from apps.audit.models import AuditEntry
subjects = collections.Counter(AuditEntry.objects.values_list("subject", flat=True))
found = [selectors.verify_chain(), selectors.head().sequence, sorted(subjects.values())]
json.dump(found, sys.stdout)
"""


def test_it_chains_the_entries_of_writers_in_several_processes(shared_database: str) -> None:
    writers = [started(shared_database, "-c", WRITE, str(n)) for n in range(WRITERS)]
    said = finished_together(writers)
    assert said == [""] * WRITERS
    kept = ENTRIES - ENTRIES // 5
    assert finished(started(shared_database, "-c", READ)) == (
        f"[null, {WRITERS * kept}, {[kept] * WRITERS}]"
    )
