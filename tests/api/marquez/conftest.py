"""A script that speaks to Marquez's addresses, and a small pipeline told in OpenLineage."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.ingest.services import receive_events
from tests.api.conftest import Script
from tests.ingest.events import dataset, run_event

Ask = Callable[..., Any]
SCHEMA = {"fields": [{"name": "id", "type": "INT"}, {"name": "total", "type": "FLOAT"}]}
TOTAL = {
    "inputFields": [{"namespace": "lake", "name": "orders", "field": "amount"}],
    "transformationDescription": "sum",
    "transformationType": "AGGREGATION",
}


def quoted(*names: str) -> str:
    """An address as marquez-python writes it: every name percent-encoded."""
    return "/".join(quote(name, safe="") for name in names)


@pytest.fixture
def marquez(contributor: User, script: Script) -> Ask:
    """`marquez("put", quoted("tags", "gold"), {...})`: the JSON; the status is asserted."""
    client = script(contributor)

    def asked(method: str, address: str, body: Any = None, *, status: int = 200) -> Any:
        answer = sent(client, method, f"/marquez/api/v1/{address}", body)
        assert answer.status_code == status, answer.content
        return answer.json()

    return asked


def sent(client: APIClient, method: str, path: str, body: Any = None, *, raw: bool = True) -> Any:
    """The answer; with `raw` the server hands the path on as gunicorn does."""
    said = {} if body is None else {"data": body, "format": "json"}
    return getattr(client, method)(path, **said, **({"RAW_URI": path} if raw else {}))


@pytest.fixture
def pipeline(db: None) -> None:
    """orders > sum > totals > train, of which two runs; a model that nothing reads."""
    said: dict[str, Any] = {"schema": SCHEMA, "columnLineage": {"fields": {"total": TOTAL}}}
    sql = {"sql": {"query": "select 1"}, "documentation": {"description": "adds up"}}
    receive_events(
        payload=[
            run_event("START", "01:00", run="s1", job="sum", inputs=["orders"], job_facets=sql),
            run_event(
                "COMPLETE", "01:10", run="s1", job="sum", outputs=[dataset("totals", **said)]
            ),
            run_event("START", "02:00", run="t1", inputs=["totals"], run_facets=NOMINAL),
            run_event("COMPLETE", "02:10", run="t1", outputs=["model"]),
            run_event("START", "03:00", run="t2", inputs=["totals"], run_facets=NOMINAL),
            run_event("FAIL", "03:30", run="t2"),
        ]
    )


NOMINAL = {"nominalTime": {"nominalStartTime": "2026-10-01T00:00:00Z"}}
