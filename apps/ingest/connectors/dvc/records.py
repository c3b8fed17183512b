"""DVC's files, data, models and runs as records."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from dulwich.objects import Commit

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.graph.identity import is_trivial, proves
from apps.graph.records import (
    ArtifactKey,
    ArtifactRecord,
    IdentifierRecord,
)
from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.dvc.files import Tracked, plain
from apps.ingest.connectors.dvc.history import History, SeenRun
from apps.ingest.connectors.formats.kinds_of_files import is_code, is_environment, is_model
from apps.ingest.connectors.formats.yaml_cards import parse_yaml
from apps.ingest.connectors.git.names import moment, text
from apps.ingest.connectors.git.records import Whole, commit_key, commit_record

MAX_METRICS = 1000


class Things:
    """Which artifact a path with a digest is; the same answer for the whole history."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.repository = history.repository
        self.namespace = history.repository.namespace
        runs = history.runs.values()
        self.makers: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for run in runs:
            for out in run.stage.outputs:
                self.makers[out.path, out.value].append(run.stage.version)
        self.made = {out.path for run in runs for out in run.stage.outputs}
        self.made |= {seen.output.path for seen in history.data.values()}
        in_git = {path for run in runs for path in run.in_git}
        self.plain = in_git - self.made

    def kind(self, one: Tracked) -> str:
        declared = self.history.declared.get(one.path)
        said = declared.facts.get("type") if declared else None
        if said in {"model", "dataset"}:
            return str(said)
        if one.path in self.history.metric_files:
            return "evaluation"
        if one.path not in self.made:
            if is_code(one.path):
                return "code"
            if is_environment(one.path):
                return "environment"
        return "model" if is_model(one.path, folder=one.is_folder) else "dataset"

    def key(self, one: Tracked) -> ArtifactKey:
        if one.url:
            return external_key(one, self.kind(one))
        kind = self.kind(one)
        if kind == "evaluation":
            # Two models may score alike: what was measured is told apart by the run, not the file.
            made_by = self.makers.get((one.path, one.value), [])
            version = made_by[0] if len(made_by) == 1 else one.value
            return ArtifactKey(self.namespace, kind, one.path, version)
        declared = self.history.declared.get(one.path)
        name = declared.name if declared and declared.name and kind == "model" else one.path
        return ArtifactKey(self.namespace, kind, name, one.value)

    def add(
        self, whole: Whole, one: Tracked, *, seen: int | None = None, run: str = ""
    ) -> ArtifactKey:
        """The record of a path with its digest; `run` is the version of the run that wrote it."""
        key = self.key(one)
        if key.kind == "evaluation" and run:
            key = msgspec.structs.replace(key, version=run)
        about: dict[str, Any] = {"path": one.path, "size": one.size, "members": one.members}
        about = {name: value for name, value in about.items() if value is not None}
        declared = self.history.declared.get(one.path)
        facets: dict[str, Any] = {"dvc": about}
        if declared:
            about["declared"] = {"name": declared.name, **declared.facts}
        if one.size is not None and key.kind in {"dataset", "model"}:
            facets[key.kind] = {"size_bytes": one.size}
        description = declared.facts.get("desc") if declared else None
        labels = declared.facts.get("labels") if declared else None
        if one.value and one.scheme != "md5":
            whole.identifiers[IdentifierRecord(key, one.scheme, one.value)] = None
        whole.artifacts[key] = ArtifactRecord(
            namespace=key.namespace,
            kind=key.kind,
            name=key.name,
            version=key.version,
            digest=f"md5:{one.value}" if one.scheme == "md5" else "",
            uri=one.url,
            description=description if isinstance(description, str) else "",
            tags=tuple(str(tag) for tag in labels) if isinstance(labels, list) else (),
            stated_at=moment(seen),
            facets=facets,
        )
        return key

    def add_commit(self, whole: Whole, sha: str) -> ArtifactKey | None:
        commit = self.repository.commit(sha.encode())
        if not isinstance(commit, Commit):
            return None
        record = commit_record(self.repository, commit, {})
        whole.artifacts[record.key] = record
        return commit_key(self.repository, text(commit.id))


def is_proof(one: Tracked, record: ArtifactRecord) -> bool:
    """Whether the digest alone will join this record with another of the same content."""
    return (
        one.scheme == "md5"
        and proves(record.kind, "md5", one.value)
        and not is_trivial(record.kind, record.facets)
    )


def external_key(one: Tracked, kind: str = "dataset") -> ArtifactKey:
    """What lies behind a URL: its host is where it lives, its path the name."""
    parts = urlsplit(one.url)
    place = f"{parts.scheme}://{parts.hostname or ''}"
    return ArtifactKey(place, kind, parts.path.lstrip("/") or one.url, one.value)


def parameters_of(seen: SeenRun) -> dict[str, Any]:
    """`train.depth` for what `params.yaml` has there; other files' names stand before theirs."""
    found: dict[str, Any] = {}
    for file, values in seen.stage.parameters.items():
        before = "" if file == "params.yaml" else f"{file}:"
        found.update({f"{before}{name}": one for name, one in flat(values)})
    return found


def flat(value: Any, before: str = "") -> Iterable[tuple[str, Any]]:
    """Leaves of nested mappings by dotted name."""
    if not isinstance(value, dict) or not value:
        return [(before, value)]
    return [
        leaf
        for name, one in value.items()
        for leaf in flat(one, f"{before}.{name}" if before else str(name))
    ]


def seed_of(parameters: dict[str, Any]) -> int | str | None:
    found = {
        value
        for name, value in parameters.items()
        if name.rpartition(".")[2] in {"seed", "random_seed", "random_state"}
        and isinstance(value, int | str)
        and not isinstance(value, bool)
    }
    return found.pop() if len(found) == 1 else None


def metrics_in(things: Things, path: str, blob: bytes) -> dict[str, Any]:
    """The numbers of a metrics file that git keeps."""
    content = things.repository.blob(blob)
    if content is None:
        return {}
    try:
        if path.endswith(".json"):
            value = strict_json.loads(content, keep_non_finite=True)
        elif path.endswith((".yaml", ".yml")):
            value = parse_yaml(content)
        else:
            return {}
    except (RecordError, ConnectorError) as error:
        things.repository.remark(path, "no_metrics", str(error))
        return {}
    leaves = flat(plain(value))
    found = {name: one for name, one in leaves if name and isinstance(one, int | float | str)}
    return dict(list(found.items())[:MAX_METRICS])
