"""Executions and artifacts of ML Metadata as artifact records: their facets, states and times."""

from typing import Any

from apps.graph.records import ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.mlmd.store import Execution, Stored
from apps.ingest.connectors.mlmd.tables import Row
from apps.ingest.connectors.mlmd.values import digest_in, moment, numbers

CACHED = 5
STATES = {2: "running", 3: "completed", 4: "failed", 5: "completed", 6: "aborted"}
EXECUTION_STATES = ("UNKNOWN", "NEW", "RUNNING", "COMPLETE", "FAILED", "CACHED", "CANCELED")
ARTIFACT_STATES = (
    *("UNKNOWN", "PENDING", "LIVE", "MARKED_FOR_DELETION", "DELETED", "ABANDONED", "REFERENCE"),
)
DELETED = frozenset({3, 4})
# What stands in a run's own fields, or says how the pipeline was run and not with what.
NO_PARAMETERS = frozenset(
    {
        *("inputs", "outputs", "image", "git_commit", "parent_dag_id", "task_name", "state"),
        *("display_name", "pod_name", "pod_uid", "namespace", "cached_execution_id"),
        *("cache_fingerprint", "component_id", "run_id", "pipeline_name", "pipeline_root"),
        *("checksum_md5", "iteration_index", "iteration_count", "total_dag_tasks"),
    }
)


def run_record(run: Execution, row: Row) -> ArtifactRecord:
    """`row` as `Tables.executions` gives it."""
    created, updated = moment(row[5]), moment(row[6])
    final = run.state in STATES and run.state not in {2}
    inputs = run.values.get("inputs")
    parameters: dict[str, Any] = dict(inputs) if isinstance(inputs, dict) else {}
    for name, value in run.values.items():
        if name.startswith("input:"):
            parameters[name.removeprefix("input:")] = value
        elif not (run.type.startswith("system.") or name in NO_PARAMETERS or name[:2] == "__"):
            parameters[name] = value
    seed = next((parameters[one] for one in ("seed", "random_state") if one in parameters), None)
    about = {
        "state": STATES.get(run.state, "") if isinstance(run.state, int) else "",
        "started_at": created.isoformat() if created else None,
        "ended_at": updated.isoformat() if updated and final else None,
        "seed": seed if isinstance(seed, int | str) and not isinstance(seed, bool) else None,
        "parameters": parameters,
    }
    kept = {
        "id": run.id,
        "type": run.type,
        "base_type": run.base,
        "name": run.name,
        "state": _word(run.state, EXECUTION_STATES),
        "cached": run.state == CACHED,
        "external_id": row[4],
        "contexts": [{"type": one.type, "name": one.name} for one in run.contexts],
        "properties": {name: value for name, value in run.values.items() if name != "inputs"},
    }
    return ArtifactRecord(
        namespace=run.key.namespace,
        kind=run.key.kind,
        name=run.key.name,
        version=run.key.version,
        occurred_at=created,
        stated_at=updated,
        facets={"run": _said(about), "mlmd": _said(kept)},
    )


def stored_record(one: Stored) -> ArtifactRecord:
    return ArtifactRecord(
        namespace=one.key.namespace,
        kind=one.key.kind,
        name=one.key.name,
        version=one.key.version,
        digest=digest_in(one.values),
        uri=one.uri,
        occurred_at=moment(one.created),
        stated_at=moment(one.updated),
        facets={**_about(one), "mlmd": _kept(one)},
    )


def image_record(namespace: str, image: str) -> ArtifactRecord:
    """A container image; its version is its digest, else its tag.

    >>> image_record("n", "registry.example:5000/scorer:v2").version
    'v2'
    """
    name, at, version = image.partition("@")
    if not at and ":" in image.rpartition("/")[2]:
        name, _, version = image.rpartition(":")
    facet = {"image": image, **({"image_digest": version} if at else {})}
    return ArtifactRecord(
        namespace=namespace,
        kind=Kind.ENVIRONMENT.value,
        name=name,
        version=version,
        facets={"environment": facet},
    )


def _about(one: Stored) -> dict[str, Any]:
    """The typed facet of the artifact's kind, as far as its properties go."""
    values = one.values
    match one.key.kind:
        case Kind.DATASET:
            rows = values.get("rows")
            about: dict[str, Any] = {"rows": rows if isinstance(rows, int) and rows >= 0 else None}
        case Kind.MODEL:
            texts = ("framework", "format", "task", "license")
            about = {name: values[name] for name in texts if isinstance(values.get(name), str)}
        case Kind.EVALUATION:
            about = {"metrics": numbers(values)}
        case _:
            about = {}
    said = _said(about)
    return {one.key.kind: said} if said else {}


def _kept(one: Stored) -> dict[str, Any]:
    return _said(
        {
            "id": one.id,
            "type": one.type,
            "base_type": one.base,
            "name": one.name,
            "state": _word(one.state, ARTIFACT_STATES),
            "deleted": one.state in DELETED,
            "properties": one.values,
        }
    )


def _word(state: object, words: tuple[str, ...]) -> str:
    if isinstance(state, int) and 0 <= state < len(words):
        return words[state]
    return "" if state is None else str(state)[:40]


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", {}, [], False)}
