"""OpenLineage events for tests, as small as they can be."""

from typing import Any

DAY = "2026-10-01T"


def run_event(
    kind: str | None,
    clock: str,
    *,
    run: str = "r1",
    job: str = "train",
    inputs: list[Any] | None = None,
    outputs: list[Any] | None = None,
    run_facets: dict[str, Any] | None = None,
    job_facets: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """`run_event("START", "02:00")`: an event of 1 October 2026, UTC."""
    event: dict[str, Any] = {
        "eventTime": f"{DAY}{clock}:00Z",
        "producer": "https://example.org/bakery",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run, "facets": run_facets or {}},
        "job": {"namespace": "jobs", "name": job, "facets": job_facets or {}},
        "inputs": [_dataset(one) for one in inputs or []],
        "outputs": [_dataset(one) for one in outputs or []],
    }
    return event if kind is None else event | {"eventType": kind}


def dataset(name: str, version: str = "", **facets: Any) -> dict[str, Any]:
    stated = {"version": {"datasetVersion": version}} if version else {}
    return {"namespace": "lake", "name": name, "facets": {**stated, **facets}}


def _dataset(one: Any) -> dict[str, Any]:
    return dataset(one) if isinstance(one, str) else one
