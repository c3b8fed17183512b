"""From what Neptune tells of a run, model or model version to records of the graph."""

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from apps.graph.errors import RecordError
from apps.graph.records import (
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
)
from apps.graph.validation import artifact_record
from apps.graph.vocabulary import Kind
from apps.ingest.connectors import neptune_rules as rules
from apps.ingest.connectors.contract import Reading, Remark
from apps.ingest.connectors.neptune_attributes import Told, line, texts, within
from apps.ingest.connectors.neptune_files import Files
from apps.ingest.connectors.neptune_tracked import Content, content_of

PRODUCER = "neptune"
# Characters of each part of a run's facets: all of them stay below what one artifact may have.
ROOM = 350_000
MAX_TAGS = 100
MAX_TAG = 200


@dataclass(slots=True)
class Runs:
    """Keys of the runs of an export, by project and any of their ids."""

    by_id: dict[tuple[str, str], ArtifactKey] = field(default_factory=dict)
    by_custom_id: dict[tuple[str, str], ArtifactKey] = field(default_factory=dict)

    def add(self, project: str, run: str, name: str, custom: str) -> None:
        key = run_key(project, run, name)
        self.by_id[project, run] = key
        if custom:
            self.by_custom_id.setdefault((project, custom), key)

    def find(self, project: str, run: str) -> ArtifactKey:
        """The run, or a placeholder if it is not in the export."""
        at = project, run
        return self.by_id.get(at) or self.by_custom_id.get(at) or run_key(project, run, "")


@dataclass(slots=True)
class Records:
    """What becomes of one run, model or model version. A refused artifact gets no edges."""

    told: Told
    artifacts: dict[ArtifactKey, ArtifactRecord] = field(default_factory=dict)
    edges: dict[EdgeRecord, None] = field(default_factory=dict)
    identifiers: dict[IdentifierRecord, None] = field(default_factory=dict)

    def add(self, record: ArtifactRecord, at: str = "") -> ArtifactKey | None:
        try:
            checked = artifact_record(record, f"{self.told.place}: {at}".rstrip(": "))
        except RecordError as error:
            self.told.refused.append(Remark(error.path, "invalid", error.message))
            return None
        self.artifacts.setdefault(checked.key, checked)
        return checked.key

    def edge(self, up: ArtifactKey | None, down: ArtifactKey | None, role: str) -> None:
        if up is not None and down is not None and up != down:
            self.edges[EdgeRecord(up, down, role)] = None

    def identify(self, key: ArtifactKey | None, scheme: str, value: str) -> None:
        if key is not None and value:
            self.identifiers[IdentifierRecord(key, scheme, value)] = None

    def reading(self) -> Reading:
        told = self.told
        if told.left_out:
            told.adapt("", "left_out", f"{told.left_out:,} attributes beyond the first were left.")
        batch = LineageBatch(
            producer=PRODUCER,
            evidence=told.place,
            artifacts=tuple(self.artifacts.values()),
            edges=tuple(self.edges),
            identifiers=tuple(self.identifiers),
        )
        return Reading(batch=batch, adapted=tuple(told.adapted), refused=tuple(told.refused))


def namespace_of(project: str) -> str:
    return f"neptune://{line(project)}"


def run_key(project: str, run: str, name: str) -> ArtifactKey:
    return ArtifactKey(namespace_of(project), Kind.RUN, line(name) or line(run), line(run))


def run_reading(told: Told, runs: Runs, files: Files) -> Reading:
    """The run with what it read, ran and wrote."""
    records = Records(told)
    key = run_key(told.project, told.identifier, told.text("sys/name"))
    contents = [content_of(one, told, files) for one in told.files]
    if records.add(_record(told, key, _run_facets(told, contents))) is None:
        return Reading(adapted=tuple(told.adapted), refused=tuple(told.refused))
    records.identify(key, "neptune_run", f"{line(told.project)}/{line(told.identifier)}")
    _add_code(records, key)
    _add_environment(records, key)
    models = _add_contents(records, key, [one for one in contents if one is not None])
    _add_model_uris(records, key, models)
    if told.fork_of or told.text("sys/forking/parent"):
        parent = runs.find(told.project, told.fork_of or told.text("sys/forking/parent"))
        records.identify(parent, "neptune_run", f"{line(told.project)}/{parent.version}")
        records.edge(parent, key, "derived")
    return records.reading()


def model_reading(told: Told, runs: Runs, files: Files) -> Reading:
    """A model of the registry (a name without version) or a version of one."""
    records = Records(told)
    of = told.text("sys/model_id")
    key = ArtifactKey(
        namespace_of(told.project),
        Kind.MODEL,
        of or line(told.identifier),
        line(told.identifier) if of else "",
    )
    contents = [content_of(one, told, files) for one in told.files]
    weights = [one for one in contents if one is not None and one.rule.kind == Kind.MODEL]
    metrics, series, rest = _numbers_and_rest(told)
    facets: dict[str, Any] = {
        PRODUCER: _about(told, rest, series, contents),
    }
    if metrics:
        facets["model"] = {"metrics": _kept(told, "metrics", metrics)}
    if stage := told.text("sys/stage"):
        facets["aliases"] = [stage]
    record = _record(told, key, facets)
    digest = weights[0].digest if len(weights) == 1 else ""
    if records.add(msgspec.structs.replace(record, digest=digest)) is None:
        return Reading(adapted=tuple(told.adapted), refused=tuple(told.refused))
    records.identify(key, "neptune_model", f"{line(told.project)}/{line(told.identifier)}")
    run = next(filter(None, map(told.text, rules.MADE_BY)), "")
    project = told.project
    if not run and (found := re.match(rules.RUN_URL, told.text("run/url"))):
        project, run = found["project"], found["run"]
    if run:
        maker = runs.find(project, run)
        records.identify(maker, "neptune_run", f"{line(project)}/{maker.version}")
        records.edge(maker, key, "output")
    return records.reading()


def _record(told: Told, key: ArtifactKey, facets: dict[str, Any]) -> ArtifactRecord:
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
    description = told.values.get("sys/description")
    return ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        owner=owner,
        description=description if isinstance(description, str) else "",
        tags=tuple(fit),
        occurred_at=told.moment("sys/creation_time"),
        stated_at=told.moment("sys/modification_time"),
        facets=facets,
    )


def _run_facets(told: Told, contents: list[Content | None]) -> dict[str, Any]:
    metrics, series, rest = _numbers_and_rest(told)
    parameters, rest = _parameters(told, rest)
    run: dict[str, Any] = {"state": _state(told)}
    if (started := told.moment("sys/creation_time")) is not None:
        run["started_at"] = started.isoformat().replace("+00:00", "Z")
    for name, value in parameters.items():
        if name.rpartition("/")[2] in rules.SEEDS and type(value) in {int, str}:
            run["seed"] = value
            break
    run["parameters"] = _kept(told, "parameters", parameters)
    run["metrics"] = _kept(told, "metrics", metrics)
    return {"run": run, PRODUCER: _about(told, rest, series, contents)}


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


def _first(told: Told, pattern: str) -> tuple[str, Any]:
    """(path, value) of the first attribute with such a path."""
    for path in sorted(told.values):
        if re.search(pattern, path, re.IGNORECASE):
            return path, told.values[path]
    return "", None


def _add_code(records: Records, run: ArtifactKey) -> None:
    told = records.told
    path, commit = _first(told, rules.COMMIT)
    if not isinstance(commit, str) or not re.fullmatch(r"[0-9a-fA-F]{7,64}", commit.strip()):
        return
    repository = str(_first(told, rules.REPOSITORY)[1] or "")
    dirty = _first(told, rules.DIRTY)[1]
    facet: dict[str, Any] = {"repository": repository, "commit": commit.strip().lower()}
    facet["branch"] = str(_first(told, rules.BRANCH)[1] or "")
    if str(dirty).lower() in {"true", "false"}:
        facet["dirty"] = str(dirty).lower() == "true"
    namespace, name = git_place(repository) or (run.namespace, "source_code")
    key = records.add(
        ArtifactRecord(
            namespace=namespace,
            kind=Kind.CODE,
            name=name,
            version=facet["commit"],
            facets={"code": {name: value for name, value in facet.items() if value != ""}},
        ),
        path,
    )
    records.edge(key, run, "code")


def git_place(repository: str) -> tuple[str, str] | None:
    """(namespace, name) of a repository, however its address is spelled.

    >>> git_place("git@GitHub.com:acme/churn.git")
    ('git://github.com/acme/churn', 'churn')
    >>> git_place("https://me:secret@github.com/acme/churn")
    ('git://github.com/acme/churn', 'churn')
    """
    found = re.fullmatch(
        r"(?:[a-z+]+://)?(?:[^@/\s]+@)?([\w.-]+)(?::\d+)?[:/]([^\s?#]+?)(?:\.git)?/?",
        repository.strip(),
    )
    if found is None:
        return None
    return f"git://{found[1].lower()}/{found[2]}", found[2].rpartition("/")[2]


def _add_environment(records: Records, run: ArtifactKey) -> None:
    path, image = _first(records.told, rules.IMAGE)
    if not isinstance(image, str) or not image.strip():
        return
    name, _, digest = line(image.strip()).partition("@")
    key = records.add(
        ArtifactRecord(
            namespace=run.namespace,
            kind=Kind.ENVIRONMENT,
            name=name or digest,
            version=digest,
            facets={"environment": {"image_digest": digest}} if digest else {},
        ),
        path,
    )
    records.edge(key, run, "environment")


def _add_contents(
    records: Records, run: ArtifactKey, contents: list[Content]
) -> dict[str, ArtifactKey]:
    """Datasets and models; the models by the attribute they stand at."""
    models: dict[str, ArtifactKey] = {}
    for one in contents:
        if not one.rule.kind:
            continue
        key = records.add(one.record(run), one.name)
        if one.rule.direction == "wrote":
            records.edge(run, key, "output")
        else:
            records.edge(key, run, rules.role_of(one.tracked.attribute))
        for scheme, value in one.identifiers:
            records.identify(key, scheme, value)
        if one.rule.kind == Kind.MODEL and key is not None:
            models[one.name] = key
    return models


def _add_model_uris(records: Records, run: ArtifactKey, models: dict[str, ArtifactKey]) -> None:
    """A model's address in a registry: another name of the one model that stands beside it, or a
    model that the run began from."""
    for path, value in sorted(records.told.values.items()):
        if not isinstance(value, str) or not re.fullmatch(rules.MODEL_URI, value.strip()):
            continue
        beside = [key for name, key in models.items() if name.split("/")[0] == path.split("/")[0]]
        if re.search(rules.BASE_MODEL, path, re.IGNORECASE):
            name, _, version = value.strip().removeprefix("models:/").partition("/")
            base = ArtifactKey(run.namespace, Kind.MODEL, line(name), line(version))
            records.identify(base, "model_uri", value.strip())
            records.edge(base, run, "input")
            for key in models.values():
                records.edge(base, key, "fine_tuning")
        elif len(beside) == 1:
            records.identify(beside[0], "model_uri", value.strip())
