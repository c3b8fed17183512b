"""A SQLite store, read from its tables: for when there is the file and no server."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.ingest.connectors.mlflow import sqlite_models, sqlite_runs
from apps.ingest.connectors.mlflow.folders import files_at
from apps.ingest.connectors.mlflow.sources import source_of
from apps.ingest.connectors.mlflow.store import (
    Experiment,
    Listed,
    LoggedModel,
    ModelFiles,
    Registered,
    Run,
    Version,
)
from apps.ingest.connectors.mlflow.tables import KNOWN_SCHEMAS, Tables
from apps.ingest.connectors.mlflow.values import words


@dataclass(slots=True)
class SqliteStore:
    """The `Store` in a file. Files of models are looked for in the folder that it lies in."""

    tables: Tables
    path: Path
    _looked: bool = False

    @property
    def namespace(self) -> str:
        """A file has no address; it is known by its name."""
        return f"mlflow://{self.path.name}"

    def describe(self) -> str:
        return f"MLflow's tables in {self.path.name}, schema {self.tables.schema or 'unknown'}"

    def faults(self) -> Iterator[tuple[str, str, str]]:
        if self._looked:
            return
        self._looked = True
        schema = self.tables.schema
        if schema not in KNOWN_SCHEMAS:
            known = ", ".join(sorted(KNOWN_SCHEMAS))
            yield (
                f"{self.path.name} > alembic_version",
                "unknown_schema",
                f"{schema or 'None'} is not known here; {known} is. What has usual names is read.",
            )
        if sqlite_models.other_workspaces(self.tables):
            message = "There are registered models of other workspaces; only `default` is read."
            yield f"{self.path.name} > registered_models", "other_workspaces", message

    def place_of(self, kind: str, identity: str, experiment: str = "") -> str:
        return f"{self.path.name}: {kind} {identity}"

    def experiments(self) -> Iterator[Experiment]:
        columns = ("experiment_id", "name", "lifecycle_stage")
        for page in self.tables.pages("experiments", columns, "experiment_id"):
            for identity, name, stage in page:
                yield Experiment(
                    id=words(identity), name=words(name), is_deleted=stage == "deleted"
                )

    def runs(self) -> Iterator[Listed]:
        return sqlite_runs.listed_runs(self.tables)

    def run(self, identity: str) -> Run | None:
        return sqlite_runs.run_of(self.tables, identity)

    def models(self) -> Iterator[Listed]:
        return sqlite_models.listed_models(self.tables)

    def model(self, identity: str) -> LoggedModel | None:
        return sqlite_models.model_of(self.tables, identity)

    def registered(self) -> Iterator[Registered]:
        return sqlite_models.registered_models(self.tables)

    def versions(self) -> Iterator[Version]:
        return sqlite_models.versions_of(self.tables)

    def model_files(self, model: LoggedModel) -> ModelFiles:
        return files_at(model.artifact_uri, self.path.parent)

    def version_files(self, version: Version) -> ModelFiles:
        source = source_of(version.source)
        if not source.run or not source.path:
            return ModelFiles()
        rows = self.tables.select("runs", ("artifact_uri",), "run_uuid = ?", (source.run,))
        top = words(rows[0][0]) if rows else ""
        return files_at(f"{top}/{source.path}", self.path.parent) if top else ModelFiles()
