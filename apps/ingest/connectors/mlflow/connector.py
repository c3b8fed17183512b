"""MLflow: a tracking server by REST, a SQLite store (`mlflow.db`), or a folder of runs (`mlruns`).

Three readers yield the same structs, so that one mapping holds for all. Runs, logged models and
versions are listed whole in each import, which says what is gone; what `progress` calls due is
read. The registry is read whole each time: no time moves when an alias or a tag does.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from apps.graph.records import ArtifactKey
from apps.ingest.connectors.contract import Access, ConnectorError, Reading, Remark
from apps.ingest.connectors.mlflow.aliases import aliases_reading, is_prompt
from apps.ingest.connectors.mlflow.models import (
    model_reading,
    named_bases,
    told_relation,
    version_files_reading,
    version_reading,
)
from apps.ingest.connectors.mlflow.naming import Names
from apps.ingest.connectors.mlflow.opening import opened
from apps.ingest.connectors.mlflow.progress import AGAIN, Mark, mark_in
from apps.ingest.connectors.mlflow.runs import run_reading
from apps.ingest.connectors.mlflow.sources import source_of
from apps.ingest.connectors.mlflow.store import Listed, Registered, Run, Store, Version
from apps.ingest.connectors.mlflow.values import whole
from apps.ingest.connectors.service import NothingThereError

UNITS_AT_ONCE = 500
READINGS_A_CURSOR = 20
# One run that cannot be read is that run's fault; so many in a row are the store's.
MAX_FAULTS = 20
COUNTED = 1000

Read = Callable[[Listed], Reading | None]


def read(access: Access) -> Iterator[Reading]:
    """One reading a run, a logged model, a version."""
    with opened(access) as store:
        yield from _Import(store, access.cursor).readings()


def test(access: Access) -> str:
    """`MLflow 3.17.2 at https://…: 3 experiments, 120 runs, 4 registered models.`"""
    with opened(access) as store:
        experiments = _counted("experiment", store.experiments())
        runs = _counted("run", store.runs())
        try:
            models = _counted("registered model", store.registered())
        except NothingThereError:
            models = "no registry"
        return f"{store.describe()}: {experiments}, {runs}, {models}."


def _counted(word: str, found: Iterator[Any]) -> str:
    count = sum(1 for _ in islice(found, COUNTED))
    if count == COUNTED:
        return f"{count:,} {word}s or more"
    return f"{count:,} {word}{'s' * (count != 1)}"


@dataclass(slots=True)
class _Import:
    """One reading of a store."""

    store: Store
    cursor: Mapping[str, Any]
    names: Names = field(init=False)
    now: int = field(default_factory=lambda: int(time.time() * 1000))

    def __post_init__(self) -> None:
        self.names = Names(self.store.namespace)

    def readings(self) -> Iterator[Reading]:
        self._learn_experiments()
        runs = self._listed(self.store.runs(), self.names.add_run)
        models, offered = self._logged_models()
        yield from self._remarks()
        model_mark = mark_in(self.cursor, "models").begun(models)
        run_mark = mark_in(self.cursor, "runs").begun(runs)
        told = dict(self.cursor)
        # What comes from a run that was read before may come from it under another name now.
        again = {one.id for one in run_mark.due(runs) if run_mark.has_read(one)}
        if offered:
            due = model_mark.due(models, again)
            yield from self._units("model", models, due, model_mark, told)
        due = run_mark.due(runs, again)
        yield from self._units("run", runs, due, run_mark, told)
        yield from self._registry()
        yield from self._remarks()
        yield Reading(
            cursor={
                "models": model_mark.whole(models, self.now).told(),
                "runs": run_mark.whole(runs, self.now).told(),
                "files": self.now,
            }
        )

    def _learn_experiments(self) -> None:
        for one in self.store.experiments():
            self.names.experiments[one.id] = one.name
        if not self.names.experiments:
            # Every MLflow has one, if only a deleted one. All else would then seem to be gone.
            raise ConnectorError(
                f"{self.store.describe()} shows no experiment. It is no MLflow, or what the "
                "credentials allow to be seen is nothing."
            )

    def _listed(self, found: Iterator[Listed], add: Callable[[Listed], None]) -> list[Listed]:
        listed = {one.id: one for one in found if one.id}
        for one in listed.values():
            add(one)
        return list(listed.values())

    def _logged_models(self) -> tuple[list[Listed], bool]:
        """And whether there is such a thing: MLflow 2 has none."""
        try:
            return self._listed(self.store.models(), self.names.add_model), True
        except NothingThereError:
            return [], False

    def _remarks(self) -> Iterator[Reading]:
        if found := tuple(Remark(*one) for one in self.store.faults()):
            yield Reading(adapted=found)

    def _units(
        self, kind: str, listed: list[Listed], due: list[Listed], mark: Mark, told: dict[str, Any]
    ) -> Iterator[Reading]:
        """What is due is read, in order; the rest is named as still there."""
        yield from _present(kind, [one.id for one in listed], {one.id for one in due})
        faults = 0
        for number, one in enumerate(due, start=1):
            self.names.unlisted.clear()
            try:
                reading = self._run(one) if kind == "run" else self._model(one)
            except ConnectorError as error:
                faults += 1
                if not error.permanent or faults > MAX_FAULTS:
                    raise
                place = self.store.place_of(kind, one.id)
                reading = Reading(
                    refused=(Remark(place, "unreadable", str(error)),),
                    present=(f"{kind}/{one.id}",),
                )
            else:
                faults = 0
                if self.names.unlisted and mark.has_read(one):
                    reading = self._kept(reading)
            if number % READINGS_A_CURSOR == 0 or number == len(due):
                told[f"{kind}s"] = mark.midway(one).told()
                reading = replace(reading, cursor=dict(told))
            yield reading
        yield Reading(complete=f"{kind}/")

    def _run(self, listed: Listed) -> Reading:
        run = self.store.run(listed.id)
        if run is None:
            # Purged since it was listed: not named, and so found to be gone.
            return Reading()
        place = self.store.place_of("run", run.id, run.experiment)
        reading = run_reading(run, self.names, place=place, steps=self._steps(run))
        return _unit(reading, f"run/{run.id}", self.names.run(run.id))

    def _steps(self, run: Run) -> Iterator[tuple[str, str, str]]:
        """From each model that a run read to each that it wrote, if a tag says by which step.

        A model that names its base itself says it itself.
        """
        for made in run.models_written if run.models_read else ():
            model = self.store.model(made)
            if model is None or named_bases(model, self.names):
                continue
            if role := told_relation(model.tags) or told_relation(run.tags):
                yield from ((base, made, role) for base in run.models_read if base != made)

    def _model(self, listed: Listed) -> Reading:
        model = self.store.model(listed.id)
        if model is None:
            return Reading()
        place = self.store.place_of("model", model.id, model.experiment)
        files = self.store.model_files(model)
        reading = model_reading(model, files, self.names, place=place)
        return _unit(reading, f"model/{model.id}", self.names.model(model.id))

    def _kept(self, reading: Reading) -> Reading:
        """What was purged since has no name any more: what was told when it had one stays."""
        gone = ", ".join(sorted(self.names.unlisted))
        message = f"Names {gone}, which is gone; what was read before is kept."
        place = reading.batch.evidence if reading.batch else reading.unit
        remark = Remark(place, "upstream_purged", message)
        return Reading(present=(reading.unit,), adapted=(remark,))

    def _registry(self) -> Iterator[Reading]:
        try:
            registered = {one.name: one for one in self.store.registered() if one.name}
            seen = set()
            for version in self.store.versions():
                of = registered.get(version.name) or Registered(name=version.name)
                seen.add(version.name)
                yield from self._version(version, of)
        except NothingThereError as error:
            yield Reading(adapted=(Remark("registry", "no_registry", str(error)),))
            return
        empty = [name for name, one in registered.items() if name not in seen]
        for name in empty:
            if not is_prompt(registered[name].tags):
                message = "Has no version, so that there is nothing to record."
                place = self.store.place_of("registered model", name)
                yield Reading(adapted=(Remark(place, "no_versions", message),))
        at = datetime.fromtimestamp(self.now / 1000, UTC)
        for name, one in registered.items():
            if not is_prompt(one.tags):
                place = self.store.place_of("registered model", name)
                reading = aliases_reading(one, self.names, at=at, place=place)
                yield replace(reading, unit=f"aliases/{name}")
        for beginning in ("version/", "files/", "aliases/"):
            yield Reading(complete=beginning)

    def _version(self, version: Version, of: Registered) -> Iterator[Reading]:
        name = f"{version.name}/{version.version}"
        place = self.store.place_of("version", f"{version.name}/versions/{version.version}")
        if is_prompt(version.tags) or is_prompt(of.tags):
            message = "Is a prompt and no model; not read."
            yield Reading(adapted=(Remark(place, "prompt", message),))
            return
        key = self.names.version(version.name, version.version)
        before = whole(self.cursor.get("files"))
        self.names.unlisted.clear()
        reading = version_reading(version, of, self.names, place=place)
        reading = _unit(reading, f"version/{name}", key)
        if self.names.unlisted and before is not None and (version.created or 0) <= before:
            reading = self._kept(reading)
        yield reading
        if not source_of(version.source).path:
            return
        if before is not None and (version.updated or 0) <= before - AGAIN:
            yield Reading(present=(f"files/{name}",))
            return
        files = self.store.version_files(version)
        reading = version_files_reading(version, files, self.names, place=place)
        yield replace(reading, unit=f"files/{name}")


def _unit(reading: Reading, unit: str, key: ArtifactKey) -> Reading:
    return replace(reading, unit=unit, about=(key,))


def _present(kind: str, listed: Sequence[str], due: set[str]) -> Iterator[Reading]:
    rest = [f"{kind}/{identity}" for identity in listed if identity not in due]
    for start in range(0, len(rest), UNITS_AT_ONCE):
        yield Reading(present=tuple(rest[start : start + UNITS_AT_ONCE]))
