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
from apps.ingest.connectors.contract import Reading, Remark
from apps.ingest.connectors.neptune import rules
from apps.ingest.connectors.neptune.attributes import Told, line
from apps.ingest.connectors.neptune.facets import model_facets, record_of, run_facets
from apps.ingest.connectors.neptune.files import Files
from apps.ingest.connectors.neptune.tracked import Content, content_of

PRODUCER = "neptune"


@dataclass(slots=True)
class Runs:
    """The runs of an export, by project and any of their ids."""

    ids: set[tuple[str, str]] = field(default_factory=set)
    by_custom_id: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, project: str, run: str, custom: str) -> None:
        self.ids.add((project, run))
        if custom:
            self.by_custom_id.setdefault((project, custom), run)

    def find(self, project: str, run: str) -> ArtifactKey:
        """The run, or a placeholder if it is not in the export."""
        known = (project, run) in self.ids
        return run_key(project, run if known else self.by_custom_id.get((project, run), run))


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

    def reading(self, unit: str, about: ArtifactKey) -> Reading:
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
        return Reading(
            batch=batch,
            adapted=tuple(told.adapted),
            refused=tuple(told.refused),
            unit=unit,
            about=(about,),
        )


def namespace_of(project: str) -> str:
    return f"neptune://{line(project)}"


def run_key(project: str, run: str) -> ArtifactKey:
    """By its id. The name that people gave it changes, and several may bear one."""
    return ArtifactKey(namespace_of(project), Kind.RUN, line(run), line(run))


def run_reading(told: Told, runs: Runs, files: Files) -> Reading:
    """The run with what it read, ran and wrote."""
    records = Records(told)
    key = run_key(told.project, told.identifier)
    contents = [content_of(one, told, files) for one in told.files]
    unit = f"run/{line(told.project)}/{line(told.identifier)}"
    if records.add(record_of(told, key, run_facets(told, contents))) is None:
        return Reading(adapted=tuple(told.adapted), refused=tuple(told.refused), unit=unit)
    records.identify(key, "neptune_run", f"{line(told.project)}/{line(told.identifier)}")
    _add_code(records, key)
    _add_environment(records, key)
    models = _add_contents(records, key, [one for one in contents if one is not None])
    _add_model_uris(records, key, models)
    if fork_of := told.text("sys/forking/parent"):
        parent = runs.find(told.project, fork_of)
        records.identify(parent, "neptune_run", f"{line(told.project)}/{parent.version}")
        if parent == key:
            told.adapt("sys/forking/parent", "own_parent", "The run names itself; no edge is made.")
        records.edge(parent, key, "derived")
    return records.reading(unit, key)


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
    facets = model_facets(told, contents)
    record = record_of(told, key, facets)
    digest = weights[0].digest if len(weights) == 1 else ""
    unit = f"model/{line(told.project)}/{line(told.identifier)}"
    if records.add(msgspec.structs.replace(record, digest=digest)) is None:
        return Reading(adapted=tuple(told.adapted), refused=tuple(told.refused), unit=unit)
    records.identify(key, "neptune_model", f"{line(told.project)}/{line(told.identifier)}")
    run = next(filter(None, map(told.text, rules.MADE_BY)), "")
    project = told.project
    if not run and (found := re.match(rules.RUN_URL, told.text("run/url"))):
        project, run = found["project"], found["run"]
    if run:
        maker = runs.find(project, run)
        records.identify(maker, "neptune_run", f"{line(project)}/{maker.version}")
        records.edge(maker, key, "output")
    return records.reading(unit, key)


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
