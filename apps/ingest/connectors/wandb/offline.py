"""Offline runs of Weights & Biases: a folder that holds `offline-run-*` folders, or one of them.

A run that was resumed stands in several folders under one run id and is told as one, in the order
of their beginnings. `latest-run` is a link to one of them and read once.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apps.ingest.connectors.contract import ConnectorError, Reading, Remark
from apps.ingest.connectors.formats.documents import files_in
from apps.ingest.connectors.wandb.folder import read_log
from apps.ingest.connectors.wandb.log import (
    RECORD,
    Fault,
    LogError,
    decoded,
    log_records,
    moment,
)
from apps.ingest.connectors.wandb.mapping import reading_of
from apps.ingest.connectors.wandb.runs import UNCATEGORIZED, Run

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
RECORDS_TO_THE_RUN = 100


@dataclass(frozen=True, slots=True)
class _Log:
    """One `.wandb` file and the run it says it is of."""

    place: str
    file: Path
    root: Path
    team: str
    project: str
    run_id: str
    started_at: datetime

    @property
    def of(self) -> tuple[str, str, str]:
        return self.team, self.project or UNCATEGORIZED, self.run_id


def read_offline(path: Path) -> Iterator[Reading]:
    """One reading a run."""
    for found in runs_in(path):
        yield Reading(refused=(found,)) if isinstance(found, Remark) else reading_of(found)


def runs_in(path: Path) -> Iterator[Run | Remark]:
    """What cannot be read, then the runs in the order of their beginnings."""
    logs: defaultdict[tuple[str, str, str], list[_Log]] = defaultdict(list)
    for place, file, root in logs_in(path):
        found = _opened(place, file, root) if file else _outside(place)
        if isinstance(found, Remark):
            yield found
        else:
            logs[found.of].append(found)
    runs = [sorted(every, key=lambda log: (log.started_at, log.place)) for every in logs.values()]
    runs.sort(key=lambda every: (every[0].started_at, every[0].place))
    for every in runs:
        yield _run(every)


def logs_in(path: Path) -> Iterator[tuple[str, Path | None, Path]]:
    """Place, file and the folder that nothing read may lead out of; each file once."""
    if path.is_file():
        yield path.name, path, path.parent
        return
    seen = set()
    for place, file in files_in(path, (".wandb",)):
        if file is None or file.resolve() not in seen:
            yield place, file, path
        if file is not None:
            seen.add(file.resolve())


def _outside(place: str) -> Remark:
    return Remark(place, "outside", "Leads out of the folder; not read.")


def _opened(place: str, file: Path, root: Path) -> _Log | Remark:
    """What the first record about the run says, which stands near the beginning."""
    try:
        with file.open("rb") as content:
            for count, data in enumerate(log_records(content)):
                record = {} if isinstance(data, Fault) else _tolerant(data)
                about = record.get("run")
                if about and about.get("run_id"):
                    return _Log(
                        place,
                        file,
                        root,
                        about.get("entity", ""),
                        about.get("project", ""),
                        about["run_id"],
                        moment(about.get("start_time")) or LONG_AGO,
                    )
                if count > RECORDS_TO_THE_RUN:
                    break
    except LogError as error:
        return Remark(place, "not_a_log", str(error))
    except OSError as error:
        raise ConnectorError(f"{place} cannot be read: {error.strerror}") from error
    return Remark(place, "no_run", "Names no run; it may have been killed as it began.")


def _tolerant(data: bytes) -> dict[str, Any]:
    try:
        return decoded(data, RECORD)
    except LogError:
        return {}


def _run(logs: list[_Log]) -> Run:
    first = logs[0]
    run = Run(place=first.place, run_id=first.run_id, team=first.team, project=first.project)
    run.details["folders"] = [log.file.parent.name for log in logs]
    for log in logs:
        read_log(run, log.file, log.root, log.place)
    return run
