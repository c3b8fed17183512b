"""What is left of Neptune: folders of neptune-exporter, and the offline folders of its clients.

The service itself is gone. Point at the folder that holds `data`, `files` and `model_data`, or at
one in which a client left `.neptune`. Each run, model or model version is one reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from apps.ingest.connectors.contract import Access, ConnectorError, Reading, Remark
from apps.ingest.connectors.neptune.attributes import Told, line
from apps.ingest.connectors.neptune.files import Files
from apps.ingest.connectors.neptune.log import logs_in
from apps.ingest.connectors.neptune.parquet import FAULTS, Parts, parts_in, tell, whose
from apps.ingest.connectors.neptune.records import Runs, model_reading, run_reading
from apps.ingest.connectors.neptune.sqlite import databases_in
from apps.ingest.connectors.units import all_told

CUSTOM_ID = "sys/custom_run_id"
SCOPES = ("models", "model_versions")


@dataclass(slots=True)
class _Export:
    """An export's folder; `scope` is empty for runs."""

    root: Path
    runs: Runs = field(default_factory=Runs)

    def parts(self, scope: str = "") -> Iterator[tuple[str, Parts]]:
        """Each run, model or model version with its place."""
        base = self.root / ("model_data" if scope else "data")
        for project in sorted(base.iterdir()) if base.is_dir() else ():
            folder = project / scope
            if not folder.is_dir():
                continue
            if not folder.resolve().is_relative_to(self.root):
                raise ConnectorError(f"{folder} leads out of the export.")
            for parts in parts_in(folder):
                yield parts.folder.relative_to(self.root).as_posix() + f"/{line(parts.stem)}", parts

    def files(self, parts: Parts, scope: str) -> Files:
        project = parts.folder.parent.name if scope else parts.folder.name
        beside = self.root / "files" / project
        return Files((beside, beside / scope) if scope else (beside,))

    def learn_ids(self) -> None:
        """Ids of all runs come before the first reading: a fork may precede its parent."""
        for _, parts in self.parts():
            if parts.fault or self.outside(parts):
                continue
            try:
                project, run, found = whose(parts.files[0], frozenset({CUSTOM_ID}))
            except FAULTS:
                continue
            self.runs.add(project, run, found.get(CUSTOM_ID, ""))

    def outside(self, parts: Parts) -> bool:
        return not all(
            file.is_file() and file.resolve().is_relative_to(self.root)
            for file in parts.files.values()
        )

    def told(self, place: str, parts: Parts) -> Told | Reading:
        """Everything of one, or the remark why it is refused whole."""
        if parts.fault:
            return Reading(refused=(Remark(place, "incomplete", parts.fault),))
        if self.outside(parts):
            message = "A part is no plain file, or leads out of the folder; not read."
            return Reading(refused=(Remark(place, "outside", message),))
        try:
            project, identifier, _ = whose(parts.files[0], frozenset())
            if not project or not identifier:
                raise ValueError("It names no project or no run.")
            told = Told(project, identifier, place)
            for number in sorted(parts.files):
                tell(parts.files[number], told)
        except FAULTS as error:
            message = f"Not readable as neptune-exporter writes it: {line(str(error))[:300]}"
            return Reading(refused=(Remark(place, "not_readable", message),))
        return told


def read(access: Access) -> Iterator[Reading]:
    """Runs, then models and model versions, in order of their files' names."""
    yield from all_told(_read(access.path))


def _read(path: Path) -> Iterator[Reading]:
    root = path.resolve()
    if not root.is_dir():
        raise ConnectorError(f"{path} is not a folder.")
    exported = (root / "data").is_dir() or (root / "model_data").is_dir()
    logs = root / ".neptune"
    found = False
    for reading in chain(
        _export(_Export(root)) if exported else (),
        _logs(logs if _is_inside(logs, root) else root) if logs.is_dir() or not exported else (),
    ):
        found = True
        yield reading
    if not found:
        raise ConnectorError(
            f"{path} holds neither what neptune-exporter wrote (`data`, `model_data`) nor what a "
            "client left (`.neptune`)."
        )


def _is_inside(folder: Path, root: Path) -> bool:
    return folder.is_dir() and folder.resolve().is_relative_to(root)


def _logs(root: Path) -> Iterator[Reading]:
    """What the clients left: of 2.x, then of 3.x, whose forks may precede their parents."""
    for found in logs_in(root):
        yield found if isinstance(found, Reading) else run_reading(found[0], Runs(), found[1])
    runs = Runs()
    for one in databases_in(root):
        if isinstance(one, Told):
            runs.add(one.project, one.identifier, one.identifier)
    for one in databases_in(root):
        yield run_reading(one, runs, Files()) if isinstance(one, Told) else one


def _export(export: _Export) -> Iterator[Reading]:
    export.learn_ids()
    for place, parts in export.parts():
        told = export.told(place, parts)
        if isinstance(told, Told):
            told = run_reading(told, export.runs, export.files(parts, ""))
        yield told
    for scope in SCOPES:
        for place, parts in export.parts(scope):
            told = export.told(place, parts)
            if isinstance(told, Told):
                told = model_reading(told, export.runs, export.files(parts, scope))
            yield told
