"""What every commit of a repository says in DVC's files, each thing once however often it stands.

First pass of the connector: only what tells one run from another is kept, so that memory grows
with the number of runs, not with that of commits.
"""

import hashlib
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from dulwich.objects import Commit

from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.dvc.files import (
    DataFile,
    Declared,
    Pipeline,
    Stage,
    Tracked,
    data_file,
    fits,
    mapping,
    pipeline,
    plain,
    stages,
)
from apps.ingest.connectors.formats.kinds_of_files import is_code
from apps.ingest.connectors.formats.yaml_cards import parse_yaml
from apps.ingest.connectors.git.names import text
from apps.ingest.connectors.git.objects import FOLDER, MAX_FOLDERS, Repository

T = TypeVar("T")
COMMITS_LISTED = 50


@dataclass(slots=True)
class SeenRun:
    """A stage of a lock, with the commits whose lock holds it, oldest first."""

    stage: Stage
    place: str
    commits: list[str] = field(default_factory=list)
    count: int = 0
    last_time: int = 0
    verified: str = ""
    stale_at: str = ""
    metrics: dict[str, bytes] = field(default_factory=dict)
    in_git: set[str] = field(default_factory=set)


@dataclass(slots=True)
class SeenData:
    """An output of a `*.dvc`, with what it was imported from."""

    output: Tracked
    place: str
    file: DataFile
    commit: str
    last_time: int


@dataclass(slots=True)
class History:
    repository: Repository
    runs: dict[tuple[str, str], SeenRun] = field(default_factory=dict)
    data: dict[tuple[str, str], SeenData] = field(default_factory=dict)
    declared: dict[str, Declared] = field(default_factory=dict)
    metric_files: set[str] = field(default_factory=set)
    # Of commits that tags name: the declared artifacts and every output by path.
    at_tag: dict[str, dict[str, Declared]] = field(default_factory=dict)
    outputs_at_tag: dict[str, dict[str, Tracked]] = field(default_factory=dict)


def read_history(repository: Repository) -> History:
    reader = _Reader(repository)
    tagged = {tag.commit for tag in repository.tags()}
    for sha in repository.commits():
        commit = repository.commit(sha)
        if commit is not None:
            reader.read_commit(commit, tagged=text(sha) in tagged)
    return reader.history


class _Reader:
    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.history = History(repository)
        self.stale: set[str] = set()
        self.files_below = lru_cache(maxsize=50_000)(self._files_below)
        self.stages_in = lru_cache(maxsize=256)(self._stages_in)
        self.pipeline_in = lru_cache(maxsize=256)(self._pipeline_in)
        self.data_in = lru_cache(maxsize=1024)(self._data_in)
        self.values_in = lru_cache(maxsize=256)(self._values_in)
        self.md5s_of = lru_cache(maxsize=50_000)(self._md5s_of)

    def read_commit(self, commit: Commit, *, tagged: bool) -> None:
        outputs: dict[str, Tracked] = {}
        here: dict[str, Declared] = {}
        files = dict(self.files_below(bytes(commit.tree), 0))
        for path, sha in files.items():
            folder, name = posixpath.split(path)
            if name == "dvc.yaml":
                for one in self.pipeline_in(sha, folder).declared:
                    here[f"{folder}:{one.name}" if folder else one.name] = one
            elif name == "dvc.lock":
                design = files.get(posixpath.join(folder, "dvc.yaml"))
                said = self.pipeline_in(design, folder) if design else Pipeline()
                for stage in self.stages_in(sha, folder, design):
                    outputs.update((one.path, one) for one in stage.outputs)
                    self._see_run(stage, path, commit, said)
            elif (data := self.data_in(sha, path)) is not None:
                outputs.update((one.path, one) for one in data.outputs)
                self._see_data(data, path, commit)
        self.history.declared.update((one.path, one) for one in here.values())
        if tagged:
            self.history.at_tag[text(commit.id)] = here
            self.history.outputs_at_tag[text(commit.id)] = outputs

    def _see_run(self, stage: Stage, path: str, commit: Commit, said: Pipeline) -> None:
        key = (stage.name, stage.version)
        seen = self.history.runs.setdefault(key, SeenRun(stage, path))
        sha = text(commit.id)
        if len(seen.commits) < COMMITS_LISTED:
            seen.commits.append(sha)
        seen.count += 1
        seen.last_time = max(seen.last_time, commit.commit_time)
        differs = self._differences(seen, commit)
        for what in differs:
            place = f"{sha[:12]}:{path} > {stage.name}"
            seen.stale_at = seen.stale_at or sha
            message = f"{what}. The lock says what was used; it is what is recorded."
            if message not in self.stale:
                self.stale.add(message)
                self.repository.remark(place, "stale_lock", message)
        if not differs and not seen.verified and any(map(is_code, seen.in_git)):
            seen.verified = sha
        for out in stage.outputs:
            if any(fits(pattern, out.path) for pattern in said.metrics):
                self.history.metric_files.add(out.path)
                blob = self.repository.at(bytes(commit.tree), out.path)
                if blob is not None and out.value in self.md5s_of(blob):
                    seen.metrics.setdefault(out.path, blob)

    def _differences(self, seen: SeenRun, commit: Commit) -> list[str]:
        """In what the files of this commit are not those that the run used."""
        found = []
        for one in seen.stage.inputs:
            blob = self.repository.at(bytes(commit.tree), one.path)
            if blob is not None and (digests := self.md5s_of(blob)):
                seen.in_git.add(one.path)
                if one.value not in digests:
                    found.append(f"{one.path} has changed since stage {seen.stage.name} ran")
        for file, used in seen.stage.parameters.items():
            blob = self.repository.at(bytes(commit.tree), file)
            values = self.values_in(blob, file) if blob is not None else None
            if values is None:
                continue
            for name, value in used.items():
                if (now := _value_at(values, name)) != value:
                    found.append(
                        f"{file} says {name} is {str(now)[:80]}, stage {seen.stage.name} "
                        f"ran with {str(value)[:80]}"
                    )
        return found

    def _see_data(self, data: DataFile, path: str, commit: Commit) -> None:
        self.history.declared.update((one.path, one) for one in data.declared)
        for one in data.outputs:
            key = (one.path, one.value)
            seen = self.history.data.setdefault(
                key, SeenData(one, path, data, text(commit.id), commit.commit_time)
            )
            seen.last_time = max(seen.last_time, commit.commit_time)

    def _files_below(self, tree: bytes, depth: int) -> tuple[tuple[str, bytes], ...]:
        """DVC's files below a folder; a folder that did not change is read once."""
        found: list[tuple[str, bytes]] = []
        for name, mode, sha in self.repository.members(tree):
            if mode == FOLDER:
                if name != ".dvc" and depth < MAX_FOLDERS:
                    below = self.files_below(sha, depth + 1)
                    found += ((f"{name}/{path}", one) for path, one in below)
            elif name in {"dvc.lock", "dvc.yaml"} or name.endswith(".dvc"):
                found.append((name, sha))
        return tuple(found)

    def _yaml(self, sha: bytes, place: str) -> Any:
        blob = self.repository.blob(sha)
        if blob is None:
            return None
        try:
            return parse_yaml(blob)
        except ConnectorError as error:
            self.repository.remark(f"{place} ({text(sha)[:12]})", "not_yaml", str(error))
            return None

    def _guarded(self, make: Callable[[], T], place: str, otherwise: T) -> T:
        try:
            return make()
        except RecordError as error:
            self.repository.remark(f"{place} {error.path}", "invalid", error.message)
            return otherwise

    def _stages_in(self, lock: bytes, folder: str, design: bytes | None) -> tuple[Stage, ...]:
        place = posixpath.join(folder, "dvc.lock")
        said = self.pipeline_in(design, folder) if design else Pipeline()
        return tuple(self._good(stages(self._yaml(lock, place), folder, said), place))

    def _good(self, found: Iterator[Stage | RecordError], place: str) -> Iterator[Stage]:
        for one in found:
            if isinstance(one, RecordError):
                self.repository.remark(f"{place} > {one.path}", "invalid", one.message)
            else:
                yield one

    def _pipeline_in(self, sha: bytes, folder: str) -> Pipeline:
        place = posixpath.join(folder, "dvc.yaml")
        value = self._yaml(sha, place)
        return self._guarded(lambda: pipeline(value, folder), place, Pipeline())

    def _data_in(self, sha: bytes, place: str) -> DataFile | None:
        value = self._yaml(sha, place)
        if not mapping(value):
            self.repository.remark(f"{place} ({text(sha)[:12]})", "not_dvc", "Holds no mapping.")
            return None
        return self._guarded(lambda: data_file(value, posixpath.dirname(place)), place, None)

    def _values_in(self, sha: bytes, file: str) -> Any:
        """What a parameters file says now; nothing for those in Python, which are not run."""
        if not file.endswith((".yaml", ".yml", ".json")):
            return None
        return plain(self._yaml(sha, file))

    def _md5s_of(self, sha: bytes) -> frozenset[str]:
        """The MD5 of a file, as DVC 3 takes it and as earlier ones did."""
        blob = self.repository.blob(sha)
        if blob is None:
            return frozenset()
        texts = (blob, blob.replace(b"\r\n", b"\n"))
        return frozenset(hashlib.md5(one, usedforsecurity=False).hexdigest() for one in texts)


def _value_at(values: Any, name: str) -> Any:
    """`train.depth` in nested mappings; a name with a dot of its own is found too."""
    if isinstance(values, dict) and name in values:
        return values[name]
    here = values
    for part in name.split("."):
        here = here.get(part) if isinstance(here, dict) else None
    return here
