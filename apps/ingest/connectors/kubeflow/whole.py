"""A run of a Kubeflow server itself: its state, times, parameters, and what it belongs to."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.ingest.connectors.gathering import text
from apps.ingest.connectors.kubeflow.api import mapping, mappings, moment

FINAL = frozenset({"SUCCEEDED", "FAILED", "SKIPPED", "CANCELED"})
STATES = {
    **dict.fromkeys(("RUNNING", "CANCELING", "PAUSED"), "running"),
    **dict.fromkeys(("SUCCEEDED", "CACHED"), "completed"),
    "FAILED": "failed",
    "CANCELED": "aborted",
}


def run_record(
    key: ArtifactKey, told: Mapping[str, Any], groups: Mapping[str, Any], *, turns: int
) -> ArtifactRecord:
    """`groups` are its experiment, pipeline and recurring run. `turns` counts how often it was
    archived or taken back, of which the server keeps no time."""
    state = text(told.get("state"))
    began, ended = moment(told.get("created_at")), moment(told.get("finished_at"))
    parameters = dict(mapping(mapping(told.get("runtime_config")).get("parameters")))
    history = mappings(told.get("state_history"))
    kept = {
        "run_id": key.version,
        "display_name": text(told.get("display_name")),
        "state": state,
        "storage_state": text(told.get("storage_state")),
        "service_account": text(told.get("service_account")),
        "namespace": text(told.get("namespace")),
        "pipeline_root": text(mapping(told.get("runtime_config")).get("pipeline_root")),
        "scheduled_at": _written(moment(told.get("scheduled_at"))),
        "retries": retries(history),
        "error": text(mapping(told.get("error")).get("message")),
        **groups,
    }
    stated = max(
        filter(None, (began, ended, *(moment(one.get("update_time")) for one in history))),
        default=None,
    )
    return ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        description=str(told.get("description") or ""),
        occurred_at=began,
        stated_at=stated and stated + timedelta(microseconds=turns),
        facets={
            "run": run_facet(state, began, ended if state in FINAL else None, parameters),
            "kubeflow": said(kept),
        },
    )


def run_facet(
    state: str, began: datetime | None, ended: datetime | None, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    seed = next((parameters[one] for one in ("seed", "random_state") if one in parameters), None)
    return said(
        {
            "state": STATES.get(state, ""),
            "started_at": _written(began),
            "ended_at": _written(ended),
            "seed": seed if isinstance(seed, int | str) and not isinstance(seed, bool) else None,
            "parameters": dict(parameters),
        }
    )


def retries(history: list[Mapping[str, Any]]) -> int:
    """How often a run that had ended was started again."""
    states = [text(one.get("state")) for one in history]
    return sum(before in FINAL and after not in FINAL for before, after in pairwise(states))


def said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: one for name, one in fields.items() if one not in (None, "", {}, [], 0)}


def _written(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
