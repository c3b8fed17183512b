"""A folder of runs (`mlruns`), as MLflow wrote it before it had tables. It is in maintenance now:
MLflow opens one only with MLFLOW_ALLOW_FILE_STORE=true.

    <experiment>/meta.yaml, tags/
    <experiment>/<run>/meta.yaml, params/, tags/, metrics/, inputs/, outputs/, artifacts/
    <experiment>/datasets/<id>/meta.yaml
    <experiment>/models/m-…/meta.yaml, params/, tags/, metrics/, artifacts/
    models/<name>/meta.yaml, tags/, aliases/, version-1/meta.yaml, version-1/tags/
    .trash/<experiment>/…            deleted experiments; deleted runs stay, and say so

A parameter, a tag or a metric is a file; a `/` in its name makes folders. An input or output says
the dataset or model as its source *and* its destination: the run is that of the folder.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.ingest.connectors.errors import ConnectorError
from apps.ingest.connectors.formats.yaml_cards import load_yaml
from apps.ingest.connectors.mlflow.answers import CONTEXT, PARENT, UNSETTLED_MODELS, settled
from apps.ingest.connectors.mlflow.filestore_values import (
    measured_in,
    metrics_in,
    text_of,
    texts,
    times_of,
)
from apps.ingest.connectors.mlflow.folders import files_at
from apps.ingest.connectors.mlflow.sources import source_of
from apps.ingest.connectors.mlflow.sqlite_models import DELETED_STAGE, MODEL_STATUSES
from apps.ingest.connectors.mlflow.store import (
    DatasetInput,
    Experiment,
    Listed,
    LoggedModel,
    ModelFiles,
    Registered,
    Run,
    Version,
    checksum,
)
from apps.ingest.connectors.mlflow.values import mapping, milliseconds, words

META = "meta.yaml"
TRASH = ".trash"
MODELS = "models"
# Beside the runs of an experiment.
NO_RUNS = frozenset({"datasets", "models", "tags", "traces"})
OF_MODELS = frozenset({"MODEL", "RUN_INPUT", "RUN_OUTPUT"})
STATUSES = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}


@dataclass(slots=True)
class FileStore:
    """The `Store` in a folder. `where` remembers in which experiment's folder each thing lies."""

    root: Path
    where: dict[str, str] = field(default_factory=dict)
    odd: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        """A folder has no address; it is known by its name."""
        return f"mlflow://{self.root.name}"

    def describe(self) -> str:
        return f"MLflow's folder {self.root.name}"

    def faults(self) -> Iterator[tuple[str, str, str]]:
        while self.odd:
            yield self.odd.pop(0)

    def place_of(self, kind: str, identity: str, experiment: str = "") -> str:
        return f"{self.root.name}: {kind} {identity}"

    def experiments(self) -> Iterator[Experiment]:
        for folder in self._experiment_folders():
            told = self._meta(folder)
            yield Experiment(
                id=folder.name,
                name=words(told.get("name")),
                is_deleted=TRASH in folder.relative_to(self.root).parts,
            )

    def _experiment_folders(self) -> Iterator[Path]:
        for top in (self.root, self.root / TRASH):
            for folder in self._folders(top):
                if folder.name not in {TRASH, MODELS} and (folder / META).is_file():
                    yield folder

    def _folders(self, top: Path) -> list[Path]:
        """The folders in one, none that leads out of the store."""
        if not top.is_dir() or top.is_symlink():
            return []
        inside = [one for one in top.iterdir() if one.is_dir() and not one.is_symlink()]
        return sorted(inside)

    def _meta(self, folder: Path) -> dict[str, Any]:
        """What `meta.yaml` says; nothing, with a remark, where it cannot be read."""
        try:
            return _read_meta(folder)
        except ConnectorError as error:
            place = f"{folder.relative_to(self.root)}/{META}"
            self.odd.append((place, "unreadable", str(error)))
            return {}

    def _put(self, identity: str, folder: Path) -> None:
        self.where[identity] = str(folder.parent.relative_to(self.root))

    def _found(self, identity: str) -> Path | None:
        """The folder of a run or model that was listed."""
        known = self.where.get(identity)
        folder = self.root / known / identity if known is not None else None
        return folder if folder and folder.is_dir() else None

    def runs(self) -> Iterator[Listed]:
        for experiment in self._experiment_folders():
            for folder in self._folders(experiment):
                if folder.name in NO_RUNS or not (folder / META).exists():
                    continue
                self._put(folder.name, folder)
                told = self._meta(folder)
                status = _status(told)
                yield Listed(
                    id=folder.name,
                    name=words(told.get("run_name")),
                    settled=settled(status, told.get("end_time"), told.get("start_time")),
                    state=checksum(sorted(told.items(), key=repr), *times_of(folder)),
                    run=text_of(folder / "tags" / PARENT),
                )

    def run(self, identity: str) -> Run | None:
        folder = self._found(identity)
        if folder is None:
            return None
        told = _read_meta(folder)
        tags = texts(folder / "tags")
        return Run(
            id=identity,
            name=words(told.get("run_name")) or tags.get("mlflow.runName", ""),
            experiment=words(told.get("experiment_id")),
            user=words(told.get("user_id")),
            status=_status(told),
            lifecycle=words(told.get("lifecycle_stage")),
            started=milliseconds(told.get("start_time")),
            ended=milliseconds(told.get("end_time")),
            artifact_uri=words(told.get("artifact_uri")),
            parameters=texts(folder / "params"),
            tags=tags,
            metrics=metrics_in(folder / "metrics"),
            datasets=tuple(self._datasets(folder)),
            models_read=self._models_of(folder / "inputs"),
            models_written=self._models_of(folder / "outputs"),
        )

    def _datasets(self, run: Path) -> Iterator[DatasetInput]:
        for folder in self._folders(run / "inputs"):
            told = self._meta(folder)
            if told.get("source_type") != "DATASET":
                continue
            dataset = run.parent / "datasets" / words(told.get("source_id"))
            if dataset.parent.name != "datasets" or not (dataset / META).is_file():
                place = str(folder.relative_to(self.root))
                self.odd.append((place, "no_dataset", "Names a dataset that is not there."))
                continue
            about = self._meta(dataset)
            yield DatasetInput(
                name=words(about.get("name")),
                digest=words(about.get("digest")),
                source_type=words(about.get("source_type")),
                source=words(about.get("source")),
                schema=words(about.get("schema")),
                profile=words(about.get("profile")),
                context=words(mapping(told.get("tags")).get(CONTEXT)),
            )

    def _models_of(self, folder: Path) -> tuple[str, ...]:
        told = (self._meta(one) for one in self._folders(folder))
        found = (words(one.get("source_id")) for one in told if one.get("source_type") in OF_MODELS)
        return tuple(sorted(filter(None, found)))

    def models(self) -> Iterator[Listed]:
        for experiment in self._experiment_folders():
            for folder in self._folders(experiment / MODELS):
                if not (folder / META).exists():
                    continue
                self._put(folder.name, folder)
                told = self._meta(folder)
                if told.get("lifecycle_stage", "active") != "active":
                    continue
                done = _model_status(told) not in UNSETTLED_MODELS
                updated = milliseconds(told.get("last_updated_timestamp")) or 0
                yield Listed(
                    id=folder.name,
                    name=words(told.get("name")),
                    settled=updated if done else None,
                    state=checksum(sorted(told.items(), key=repr), *times_of(folder)),
                    run=words(told.get("source_run_id")),
                )

    def model(self, identity: str) -> LoggedModel | None:
        folder = self._found(identity)
        if folder is None:
            return None
        told = _read_meta(folder)
        return LoggedModel(
            id=identity,
            name=words(told.get("name")),
            experiment=words(told.get("experiment_id")),
            run=words(told.get("source_run_id")),
            created=milliseconds(told.get("creation_timestamp")),
            updated=milliseconds(told.get("last_updated_timestamp")),
            artifact_uri=words(told.get("artifact_location")),
            status=_model_status(told),
            type=words(told.get("model_type")),
            parameters=texts(folder / "params"),
            tags=texts(folder / "tags"),
            metrics=tuple(measured_in(folder / "metrics")),
        )

    def registered(self) -> Iterator[Registered]:
        for folder in self._folders(self.root / MODELS):
            told = self._meta(folder)
            yield Registered(
                name=words(told.get("name")) or folder.name,
                description=words(told.get("description")),
                tags=texts(folder / "tags"),
                aliases=texts(folder / "aliases"),
            )

    def versions(self) -> Iterator[Version]:
        for registered in self._folders(self.root / MODELS):
            for folder in self._folders(registered):
                told = self._meta(folder) if folder.name.startswith("version-") else {}
                if not told or told.get("current_stage") == DELETED_STAGE:
                    continue
                yield Version(
                    name=words(told.get("name")) or registered.name,
                    version=words(told.get("version")) or folder.name.removeprefix("version-"),
                    created=milliseconds(told.get("creation_timestamp")),
                    updated=milliseconds(told.get("last_updated_timestamp")),
                    description=words(told.get("description")),
                    user=words(told.get("user_id")),
                    stage=words(told.get("current_stage")),
                    status=words(told.get("status")),
                    source=words(told.get("source")),
                    run=words(told.get("run_id")),
                    tags=texts(folder / "tags"),
                )

    def model_files(self, model: LoggedModel) -> ModelFiles:
        folder = self._found(model.id)
        own = str(folder / "artifacts") if folder else model.artifact_uri
        return files_at(own, self.root)

    def version_files(self, version: Version) -> ModelFiles:
        source = source_of(version.source)
        folder = self._found(source.run) if source.run else None
        if folder is None or not source.path:
            return ModelFiles()
        return files_at(str(folder / "artifacts" / source.path), self.root)


def _read_meta(folder: Path) -> dict[str, Any]:
    if (folder / META).is_symlink():
        raise ConnectorError("Is a link; not followed.")
    return mapping(load_yaml(folder / META))


def _status(told: Mapping[str, Any]) -> str:
    status = told.get("status")
    return STATUSES.get(status, "") if isinstance(status, int) else words(status)


def _model_status(told: Mapping[str, Any]) -> str:
    status = told.get("status")
    return MODEL_STATUSES.get(status, "") if isinstance(status, int) else words(status)
