"""One run of a DVC stage with all that it read and wrote."""

from typing import Any

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.ingest.connectors.dvc.files import Tracked
from apps.ingest.connectors.dvc.history import SeenRun
from apps.ingest.connectors.dvc.records import (
    Things,
    metrics_in,
    parameters_of,
    seed_of,
)
from apps.ingest.connectors.formats.kinds_of_files import data_role, relation
from apps.ingest.connectors.git.names import moment
from apps.ingest.connectors.git.records import Whole


def run_records(things: Things, seen: SeenRun, names: dict[str, list[str]]) -> Whole:
    """`names` are the tags and experiments by commit."""
    stage = seen.stage
    place = f"{seen.commits[0]}:{seen.place} > {stage.name}"
    whole = Whole(place, f"run/{stage.name}@{stage.version}")
    run = ArtifactKey(things.namespace, "run", stage.name, stage.version)
    measured = {path: metrics_in(things, path, blob) for path, blob in seen.metrics.items()}
    whole.artifacts[run] = ArtifactRecord(
        namespace=run.namespace,
        kind=run.kind,
        name=run.name,
        version=run.version,
        stated_at=moment(seen.last_time),
        facets=_facets(seen, measured, names),
    )
    whole.about[run] = None
    inputs = [(one, things.add(whole, one)) for one in stage.inputs]
    outputs = [(one, things.add(whole, one, run=stage.version)) for one in stage.outputs]
    models_read = [key for _, key in inputs if key.kind == "model"]
    models_made = [key for _, key in outputs if key.kind == "model"]
    for one, key in inputs:
        trains = bool(models_made) and not models_read and one.path not in things.plain
        whole.edge(key, run, _role(one, key, trains=trains))
    for one, key in outputs:
        whole.edge(run, key, "output")
        if key.kind == "evaluation":
            _evaluation(whole, key, measured.get(one.path, {}), models_read or models_made)
    if seen.verified and (code := things.add_commit(whole, seen.verified)):
        whole.edge(code, run, "code")
    if role := relation(stage.name.rpartition(":")[2]):
        for base in models_read:
            for model in models_made:
                whole.edge(base, model, role)
    return whole


def _role(one: Tracked, key: ArtifactKey, *, trains: bool) -> str:
    if key.kind in {"code", "environment"}:
        return key.kind
    if key.kind != "dataset":
        return "input"
    return (data_role(one.path) or "training") if trains else "input"


def _evaluation(
    whole: Whole, key: ArtifactKey, metrics: dict[str, Any], models: list[ArtifactKey]
) -> None:
    record = whole.artifacts[key]
    if metrics:
        record.facets["evaluation"] = {"metrics": metrics}
    for model in models:
        whole.edge(model, key, "evaluation")


def _facets(
    seen: SeenRun, measured: dict[str, dict[str, Any]], names: dict[str, list[str]]
) -> dict[str, Any]:
    parameters = parameters_of(seen)
    run: dict[str, Any] = {"state": "completed", "parameters": parameters}
    if (seed := seed_of(parameters)) is not None:
        run["seed"] = seed
    if len(measured) == 1:
        (run["metrics"],) = measured.values()
    elif measured:
        run["metrics"] = {
            f"{path}:{name}": value
            for path, metrics in measured.items()
            for name, value in metrics.items()
        }
    about: dict[str, Any] = {
        "stage": seen.stage.name,
        "command": seen.stage.command,
        "lock": seen.place,
        "commits": seen.commits,
        "commits_total": seen.count,
    }
    if tags := sorted({name for sha in seen.commits for name in names.get(sha, ())}):
        about["named_by"] = tags
    if seen.stale_at:
        about["stale_since"] = seen.stale_at
    return {"run": run, "dvc": about}
