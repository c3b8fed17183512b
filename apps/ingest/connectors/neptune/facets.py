"""What Neptune tells of a run, model or model version, as one record with its facets."""

import re
from typing import Any

from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.neptune import rules
from apps.ingest.connectors.neptune.attributes import Told, line, texts, within
from apps.ingest.connectors.neptune.tracked import Content

# Characters of each part of a facet: all of them stay below what one artifact may have.
ROOM = 350_000
MAX_TAGS = 100
MAX_TAG = 200


def record_of(told: Told, key: ArtifactKey, facets: dict[str, Any]) -> ArtifactRecord:
    tags: set[str] = set()
    for path in ("sys/tags", "sys/group_tags"):
        value = told.values.get(path)
        tags.update(line(one).strip() for one in texts(value if isinstance(value, list) else ()))
    fit = sorted(tag for tag in tags - {""} if len(tag.encode()) <= MAX_TAG)[:MAX_TAGS]
    if left := len(tags - {""}) - len(fit):
        told.adapt("sys/tags", "tags_left_out", f"{left:,} tags are too long or too many.")
    owner = told.text("sys/owner")
    if len(owner.encode()) > MAX_TAG:
        told.adapt("sys/owner", "cut", "The owner's name is too long; left out.")
        owner = ""
    said = told.values.get("sys/description")
    name = told.text("sys/name") if key.kind == Kind.RUN else ""
    description = "\n\n".join(filter(None, (name, said if isinstance(said, str) else "")))
    return ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        owner=owner,
        description=description,
        tags=tuple(fit),
        occurred_at=told.moment("sys/creation_time"),
        stated_at=told.moment("sys/modification_time"),
        facets=facets,
    )


def run_facets(told: Told, contents: list[Content | None]) -> dict[str, Any]:
    metrics, series, rest = _numbers_and_rest(told)
    parameters, rest = _parameters(told, rest)
    run: dict[str, Any] = {"state": _state(told)}
    if name := told.text("sys/name"):
        run["name"] = name
    if (started := told.moment("sys/creation_time")) is not None:
        run["started_at"] = started.isoformat().replace("+00:00", "Z")
    for name, value in parameters.items():
        if name.rpartition("/")[2] in rules.SEEDS and type(value) in {int, str}:
            run["seed"] = value
            break
    run["parameters"] = _kept(told, "parameters", parameters)
    run["metrics"] = _kept(told, "metrics", metrics)
    return {"run": run, "neptune": _about(told, rest, series, contents)}


def _kept(told: Told, what: str, values: dict[str, Any]) -> dict[str, Any]:
    """As many as fit, with a remark on the others."""
    kept, left = within(values, ROOM)
    if left:
        told.adapt(what, "left_out", f"{left:,} {what} are beyond what one artifact may hold.")
    return kept


def _state(told: Told) -> str:
    """What Neptune says of the end: it knows `failed`, and whether a process was still there."""
    if told.values.get("sys/failed") is True:
        return "failed"
    state = told.text("sys/state").lower()
    return {"active": "running", "running": "running"}.get(state, "completed" if state else "")


def _numbers_and_rest(told: Told) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """(metrics, about every series, every other scalar)."""
    metrics: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    # Neptune 3 calls a run by the id that its user gave; Neptune 2 by its own.
    is_second = told.text("sys/custom_run_id") != told.identifier
    for path, value in told.values.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        named = re.search(rules.RESULTS, path, re.IGNORECASE) is not None
        configured = re.search(rules.PARAMETERS, path, re.IGNORECASE) is not None
        own = path.startswith(("sys/", "monitoring/"))
        if number and not configured and not own and (is_second or named):
            metrics[path] = value
        else:
            rest[path] = value
    series = {path: one.facet() for path, one in told.series.items()}
    for path, about in series.items():
        if "last" in about and not path.startswith("monitoring/"):
            metrics[path] = about["last"]
    return metrics, series, rest


def _parameters(told: Told, rest: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(parameters by their short names, what is none)."""
    is_third = told.text("sys/custom_run_id") == told.identifier
    parameters: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for path in sorted(rest):
        short = re.sub(rules.PARAMETERS, "", path, flags=re.IGNORECASE)
        configured = short != path or (is_third and type(rest[path]) in {int, float, bool})
        if configured and not path.startswith(("sys/", "monitoring/")):
            parameters[path if short in parameters else short] = rest[path]
        else:
            others[path] = rest[path]
    return parameters, others


def _about(
    told: Told, rest: dict[str, Any], series: dict[str, Any], contents: list[Content | None]
) -> dict[str, Any]:
    """The facet that keeps what has no place elsewhere."""
    files = {one.name: one.facet for one in contents if one is not None}
    about: dict[str, Any] = {
        "attributes": _kept(told, "attributes", rest),
        "series": _kept(told, "series", series),
        "files": _kept(told, "files", files),
    }
    if told.values.get("sys/trashed") is True:
        about["deleted"] = True
    return {name: value for name, value in about.items() if value}


def model_facets(told: Told, contents: list[Content | None]) -> dict[str, Any]:
    metrics, series, rest = _numbers_and_rest(told)
    facets: dict[str, Any] = {"neptune": _about(told, rest, series, contents)}
    if metrics:
        facets["model"] = {"metrics": _kept(told, "metrics", metrics)}
    if stage := told.text("sys/stage"):
        facets["aliases"] = [stage]
    return facets
