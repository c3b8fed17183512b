"""A large event is taken in well within the five seconds after which clients give up."""

import json
import time
from typing import Any

import pytest

from apps.accounts.models import User
from apps.catalog.models import Artifact
from tests.api.conftest import Script, raw
from tests.ingest.events import dataset, run_event

COLUMNS = 3000
# Of the processor; clients wait five by the clock.
MAX_SECONDS = 3


def wide(kind: str, clock: str) -> dict[str, Any]:
    """As the real client wrote one with 3000 columns and what each is made of: 1.5 MB."""
    fields = [
        {"name": f"feature_{n}", "type": "double", "description": f"Column {n} of many. " * 9}
        for n in range(COLUMNS)
    ]
    made_of = {
        f"feature_{n}": {
            "inputs": [{"namespace": "lake", "name": "raw", "field": f"c{n}", "transformations": [
                {"type": "DIRECT", "subtype": "TRANSFORMATION", "description": "scaled " * 8}
            ]}]
        }
        for n in range(COLUMNS)
    }  # fmt: skip
    facets: dict[str, Any] = {"schema": {"fields": fields}, "columnLineage": {"fields": made_of}}
    return run_event(kind, clock, inputs=["raw"], outputs=[dataset("wide", **facets)])


@pytest.mark.parametrize("address", ["/api/v1/lineage", "/api/v1/lineage/batch"])
def test_it_takes_in_a_table_of_three_thousand_columns(
    contributor: User, script: Script, address: str
) -> None:
    client = script(contributor)
    for kind, clock in (("START", "01:00"), ("COMPLETE", "02:00")):
        body = json.dumps([wide(kind, clock)]).encode()
        assert 1_300_000 < len(body) < 2_000_000
        started = time.process_time()
        answer = raw(client, "POST", address, body)
        took = time.process_time() - started
        assert answer.status_code in {201, 204}
        assert took < MAX_SECONDS
    assert (
        Artifact.objects.get(name="wide").facets["schema"]["fields"][-1]["name"] == "feature_2999"
    )
