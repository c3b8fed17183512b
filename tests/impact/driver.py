"""A process of the site under a test's hand: `python -m tests.impact.driver`.

Reads a command a line from standard input, answers each with a line of JSON. What it does, it does
as a web process would: through the services, against the database and broker of its environment.
"""

import json
import os
import sys
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lineage_site.settings")
django.setup()

from django.db.models import Count  # noqa: E402 - the models need the set-up above

from apps.accounts.models import User  # noqa: E402
from apps.audit.models import AuditEntry  # noqa: E402
from apps.impact import jobs, tasks  # noqa: E402
from apps.impact.models import Finding, Flag, Report  # noqa: E402
from apps.impact.selectors import hash_of_report  # noqa: E402
from tests.impact.story import raised, recorded  # noqa: E402

CHUNK = 5000


def build(models: int) -> int:
    """One dataset, so many models trained on it."""
    for start in range(0, models, CHUNK):
        numbers = range(start, min(start + CHUNK, models))
        recorded(*(f"dataset:raw@1 > model:m@{number} training" for number in numbers))
    User.objects.create_user("carl", "carl@example.org", "a long enough phrase", role="contributor")
    return models


def flag() -> dict[str, Any]:
    """Raise a flag; how many seconds it took, and its report."""
    began = time.monotonic()
    one = raised("dataset:raw@1", User.objects.get(username="carl"))
    return {"seconds": time.monotonic() - began, "report": one.reports.get().pk}


def publish(report: int) -> bool:
    return tasks.publish(report)


def sweep() -> int:
    return jobs.sweep_reports(publish=tasks.publish)


def state(report: int) -> dict[str, Any]:
    one = Report.objects.get(pk=report)
    return {"state": one.state, "error": one.error}


def result(report: int) -> dict[str, Any]:
    """Everything of which there must be exactly one."""
    one = Report.objects.get(pk=report)
    completed = AuditEntry.objects.filter(
        action="report.completed", subject=f"flag:{one.flag_id}"
    ).count()
    twice = Finding.objects.filter(report=one).values("artifact").annotate(n=Count("pk"))
    return {
        "state": one.state,
        "error": one.error,
        "attempts": one.attempts,
        "reports": Flag.objects.get(pk=one.flag_id).reports.count(),
        "findings": one.findings.count(),
        "found_twice": twice.filter(n__gt=1).count(),
        "obligations": one.flag.obligations.count(),
        "completed": completed,
        "sound": hash_of_report(report=one) == one.content_hash,
    }


COMMANDS = {one.__name__: one for one in (build, flag, publish, sweep, state, result)}


def main() -> None:
    for line in sys.stdin:
        name, *arguments = line.split()
        answer = COMMANDS[name](*map(int, arguments))
        print(json.dumps(answer), flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main()
