"""From a bad dataset to a complete report, through every process of a started site."""

import json
import sys
from pathlib import Path

import pytest

from lineage_site.embedded.broker import Broker
from lineage_site.embedded.place import Place
from tests.processes import environment, manage
from tests.site.served import site

FLAG = """
import json, time
from apps.accounts.models import User
from apps.catalog.models import Artifact
from apps.impact.models import Report
from apps.impact.services import flag_artifact

bad = Artifact.objects.get(kind="dataset", name="raw_transactions", version="2026-10")
flag = flag_artifact(
    artifact=bad, reason="duplicates", severity="high", actor=User.objects.get(username="admin")
)
limit = time.monotonic() + 60
while time.monotonic() < limit:
    report = Report.objects.get(flag=flag)
    if report.state == "complete":
        break
    time.sleep(0.1)
reached = report.findings.select_related("artifact")
print(json.dumps({
    "state": report.state,
    "models": sorted({f"{found.artifact.name} {found.artifact.version}"
                      for found in reached if found.artifact.kind == "model"}),
    "applications": sorted({found.artifact.name for found in reached
                            if found.artifact.kind == "application"}),
}))
"""


@pytest.mark.processes
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_it_reports_what_a_bad_month_of_data_reached(tmp_path: Path) -> None:
    directory = tmp_path / "var"
    with site(directory, example="yes"):
        broker = Broker(Place(directory))
        variables = environment(directory, CELERY_BROKER_URL=broker.url)
        found = json.loads(manage(variables, "shell", "--no-imports", "-c", FLAG))
    assert found["state"] == "complete"
    assert "fraud-scorer v4" in found["models"]
    assert "fraud-scorer v3" not in found["models"]
    assert "checkout" in found["applications"]
