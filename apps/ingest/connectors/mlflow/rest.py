"""A tracking server, read by REST.

https://mlflow.org/docs/latest/rest-api.html. Every list comes in pages, with `next_page_token`.
`runs/search` names no model that a run read; only `runs/get` does, so each run is asked for.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.connectors.errors import ConnectorError
from apps.ingest.connectors.mlflow import answers
from apps.ingest.connectors.mlflow.history import room_for_each, sampled
from apps.ingest.connectors.mlflow.sources import source_of
from apps.ingest.connectors.mlflow.store import (
    MODEL_FILES,
    Experiment,
    Listed,
    LoggedModel,
    ModelFiles,
    Point,
    Registered,
    Run,
    Series,
    StoredFile,
    Version,
)
from apps.ingest.connectors.mlflow.values import mapping, mappings, point, whole, words
from apps.ingest.connectors.service import NothingThereError, Service

API = "/api/2.0/mlflow"
EXPERIMENTS_AT_ONCE = 100
RUNS_AT_ONCE = 100
MODELS_AT_ONCE = 100
POINTS_AT_ONCE = 10_000
MAX_PAGES = 100_000
MAX_PAGES_OF_HISTORY = 200
MAX_METRICS = 2_000
MAX_FILES = 1_000
MAX_FOLDERS = 200
MAX_TEXT_BYTES = 1024 * 1024
# After so many failures in a row the files are taken to be out of reach.
MAX_MISSES = 3
_MODEL_ID = re.compile(r"[\w-]{1,100}\Z", re.ASCII)


@dataclass(slots=True)
class Server:
    """The `Store` behind an address."""

    api: Service
    version: str = ""
    _missed: int = 0

    def __post_init__(self) -> None:
        try:
            said = self.api.read("/version").decode("utf-8", "replace").strip()
        except NothingThereError:
            said = ""
        # A proxy's page of welcome is no version.
        self.version = said if re.fullmatch(r"[\w.+-]{1,40}", said) else ""

    @property
    def namespace(self) -> str:
        """The server's host and path; no scheme and no port that goes without saying.

        One server read over http and https, by name or with the port written out, is one.
        """
        parts = urlsplit(self.api.base)
        usual = {None, 80 if parts.scheme == "http" else 443}
        port = "" if parts.port in usual else f":{parts.port}"
        return f"mlflow://{parts.hostname}{port}{parts.path.rstrip('/')}"

    def describe(self) -> str:
        return f"MLflow {self.version or 'of an unknown version'} at {self.api.base}"

    def faults(self) -> Iterator[tuple[str, str, str]]:
        yield from ()

    def place_of(self, kind: str, identity: str, experiment: str = "") -> str:
        name = quote(identity, safe="/")
        at = f"/#/experiments/{experiment}/runs/{name}" if kind == "run" else ""
        at = f"/#/experiments/{experiment}/models/{name}" if kind == "model" else at
        return f"{self.api.base}{at or f'/#/models/{name}'}"

    def experiments(self) -> Iterator[Experiment]:
        asked = {"max_results": 1000, "view_type": "ALL"}
        for one in self._post_pages("experiments/search", "experiments", asked):
            yield answers.experiment(one)

    def runs(self) -> Iterator[Listed]:
        for ids in self._groups():
            asked = {
                "experiment_ids": ids,
                "run_view_type": "ALL",
                "max_results": RUNS_AT_ONCE,
                "order_by": ["attributes.start_time ASC"],
            }
            for one in self._post_pages("runs/search", "runs", asked):
                yield answers.listed_run(one)

    def run(self, identity: str) -> Run | None:
        try:
            told = mapping(self.api.get(f"{API}/runs/get", {"run_id": identity})).get("run")
        except NothingThereError:
            return None
        data = mapping(mapping(told).get("data"))
        latest = {
            key: found
            for one in mappings(data.get("metrics"))
            if (key := words(one.get("key")))
            and (found := point(one.get("value"), one.get("step"), one.get("timestamp")))
        }
        return answers.run(mapping(told), self._metrics(identity, latest))

    def _metrics(self, run: str, latest: Mapping[str, Point]) -> dict[str, Series]:
        room = room_for_each(len(latest))
        found = {}
        for count, (key, last) in enumerate(latest.items()):
            series = sampled(self._points(run, key), room=room) if count < MAX_METRICS else None
            found[key] = series or Series(last=last, count=0)
        return found

    def _points(self, run: str, key: str) -> Iterator[Point]:
        asked = {"run_id": run, "metric_key": key, "max_results": POINTS_AT_ONCE}
        pages = self._get_pages("metrics/get-history", "metrics", asked, MAX_PAGES_OF_HISTORY)
        for one in pages:
            if found := point(one.get("value"), one.get("step"), one.get("timestamp")):
                yield found

    def models(self) -> Iterator[Listed]:
        for ids in self._groups():
            asked = {"experiment_ids": ids, "max_results": MODELS_AT_ONCE}
            for one in self._post_pages("logged-models/search", "models", asked):
                yield answers.listed_model(one)

    def model(self, identity: str) -> LoggedModel | None:
        if not _MODEL_ID.match(identity):
            return None
        try:
            told = self.api.get(f"{API}/logged-models/{identity}")
        except NothingThereError:
            return None
        return answers.model(mapping(mapping(told).get("model")))

    def registered(self) -> Iterator[Registered]:
        asked = {"max_results": 100}
        for one in self._get_pages("registered-models/search", "registered_models", asked):
            yield answers.registered(one)

    def versions(self) -> Iterator[Version]:
        asked = {"max_results": 1000}
        for one in self._get_pages("model-versions/search", "model_versions", asked):
            yield answers.version(one)

    def model_files(self, model: LoggedModel) -> ModelFiles:
        if not _MODEL_ID.match(model.id):
            return ModelFiles()
        # Files of logged models are only offered under the address that MLflow's pages use.
        return self._files(
            _Folder(
                f"{API}/logged-models/{model.id}/artifacts/directories", "artifact_directory_path"
            ),
            _Folder(
                f"/ajax-api/2.0/mlflow/logged-models/{model.id}/artifacts/files",
                "artifact_file_path",
            ),
        )

    def version_files(self, version: Version) -> ModelFiles:
        source = source_of(version.source)
        if not source.run or not source.path:
            return ModelFiles()
        asked = {"run_id": source.run}
        return self._files(
            _Folder(f"{API}/artifacts/list", "path", source.path, asked),
            _Folder("/get-artifact", "path", source.path, asked),
        )

    def _files(self, listed: "_Folder", read: "_Folder") -> ModelFiles:
        """What is in a folder of files. They are somewhere else than the server's own tables:
        where they cannot be had, all else can."""
        found = ModelFiles()
        if self._missed >= MAX_MISSES:
            found.faults.append("Files could not be listed before; they are not asked for again.")
            return found
        try:
            self._list(found, listed)
            for file in found.files:
                if file.path in MODEL_FILES and (file.size or 0) <= MAX_TEXT_BYTES:
                    address, asked = read.at(file.path)
                    found.texts[file.path] = self.api.read(address, asked, once=True)
        except (ConnectorError, RecordError) as error:
            self._missed += 1
            found.faults.append(str(error))
        else:
            self._missed = 0
        return found

    def _list(self, found: ModelFiles, listed: "_Folder") -> None:
        folders = [""]
        for _ in range(MAX_FOLDERS):
            if not folders or len(found.files) >= MAX_FILES:
                break
            folder = folders.pop()
            address, asked = listed.at(folder)
            told = strict_json.loads(self.api.read(address, asked, once=True))
            for one in mappings(mapping(told).get("files")):
                path = words(one.get("path"))
                path = path.removeprefix(f"{listed.top}/") if listed.top else path
                # A listing that names its own folder, or one above it, would never end.
                if one.get("is_dir") is not True:
                    found.files.append(StoredFile(path, whole(one.get("file_size"))))
                elif path.startswith(folder) and path != folder:
                    folders.append(path)
        found.files.sort(key=lambda one: one.path)
        if folders:
            found.faults.append(f"More than {len(found.files):,} files; not all are listed.")

    def _groups(self) -> Iterator[list[str]]:
        """All experiments, deleted ones too, in groups that a search takes."""
        ids = sorted(filter(None, (one.id for one in self.experiments())))
        for start in range(0, len(ids), EXPERIMENTS_AT_ONCE):
            yield ids[start : start + EXPERIMENTS_AT_ONCE]

    def _post_pages(
        self, path: str, name: str, asked: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        def page(token: str) -> Any:
            following = {"page_token": token} if token else {}
            return self.api.post(f"{API}/{path}", {**asked, **following})

        yield from _pages(page, name, path)

    def _get_pages(
        self, path: str, name: str, asked: Mapping[str, Any], most: int = MAX_PAGES
    ) -> Iterator[dict[str, Any]]:
        def page(token: str) -> Any:
            return self.api.get(f"{API}/{path}", {**asked, "page_token": token or None})

        yield from _pages(page, name, path, most)


@dataclass(frozen=True, slots=True)
class _Folder:
    """An address that takes a path, and the path that all others begin with."""

    address: str
    parameter: str
    top: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)

    def at(self, path: str) -> tuple[str, dict[str, str]]:
        whole_path = "/".join(filter(None, (self.top, path)))
        return self.address, {**self.asked, **({self.parameter: whole_path} if whole_path else {})}


def _pages(
    page: Callable[[str], Any], name: str, path: str, most: int = MAX_PAGES
) -> Iterator[dict[str, Any]]:
    """What stands under `name` on every page, held one page at a time."""
    token = ""
    for _ in range(most):
        told = mapping(page(token))
        yield from mappings(told.get(name))
        following = words(told.get("next_page_token"))
        if not following:
            return
        if following == token:
            raise ConnectorError(f"{path} gives the same page again and again.")
        token = following
