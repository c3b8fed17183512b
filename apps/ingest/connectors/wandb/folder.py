"""What the records of one `.wandb` file, and the files beside it, add to a run."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import ConnectorError, Remark
from apps.ingest.connectors.wandb.beside import Beside
from apps.ingest.connectors.wandb.log import RECORD, Fault, LogError, decoded, log_records, moment
from apps.ingest.connectors.wandb.making import take_environment, take_git, take_metadata
from apps.ingest.connectors.wandb.runs import File, Run, Version, run_key

MAX_REMARKS = 20
INTERRUPTED = 255
_VERSIONED = re.compile(r"(.+):(v\d+)\Z")


def read_log(run: Run, file: Path, root: Path, place: str) -> None:
    """Everything that one folder of the run tells, after what earlier folders told."""
    telling = _Telling(run, place)
    try:
        with file.open("rb") as content:
            for data in log_records(content):
                if isinstance(data, Fault):
                    telling.refuse(data.code, f"At byte {data.offset:,}: {data.message}")
                else:
                    telling.take(data)
    except OSError as error:
        raise ConnectorError(f"{place} cannot be read: {error.strerror}") from error
    telling.finish()
    beside = Beside(run, file.parent / "files", root, place)
    if not telling.described:
        take_metadata(run, beside.metadata())
    beside.add_requirements()
    beside.add_diff()


@dataclass(slots=True)
class _Telling:
    """One file's records, taken in order."""

    run: Run
    place: str
    started_at: datetime | None = None
    last_at: float = 0.0
    exit: dict[str, int] | None = None
    history: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict)
    described: bool = False
    refused: int = 0

    def refuse(self, code: str, message: str) -> None:
        self.refused += 1
        if self.refused <= MAX_REMARKS:
            self.run.refused.append(Remark(self.place, code, message))

    def take(self, data: bytes) -> None:
        try:
            for name, about in decoded(data, RECORD).items():
                getattr(self, f"_take_{name}")(about)
        except LogError as error:
            self.refuse("not_a_record", str(error))

    def _take_run(self, about: dict[str, Any]) -> None:
        run = self.run
        if about.get("run_id", run.run_id) != run.run_id:
            self.refuse("another_run", f"Also tells of run {about['run_id'][:80]!r}; not read.")
            return
        run.name = about.get("display_name") or run.name
        run.notes = about.get("notes") or run.notes
        run.job_type = about.get("job_type") or run.job_type
        run.tags = sorted({*run.tags, *about.get("tags", ())})
        for name in ("group", "sweep_id"):
            if value := about.get(name):
                run.details[name] = value
        if (began := moment(about.get("start_time"))) is not None:
            self.started_at = began
            run.started_at = min(began, run.started_at or began)
            run.stated_at = began
        take_git(run, about.get("git", {}))
        self._take_config(about.get("config", {}))
        self._take_summary(about.get("summary", {}))
        if parent := about.get("branch_point", {}).get("run"):
            run.forked_from = run_key(run.team, run.project, parent)

    def _take_environment(self, about: dict[str, Any]) -> None:
        self.described = True
        take_environment(self.run, about)

    def _take_config(self, about: dict[str, Any]) -> None:
        self._update(self.run.config, about, "config")

    def _take_summary(self, about: dict[str, Any]) -> None:
        self._update(self.run.summary, about, "summary")

    def _take_history(self, about: dict[str, Any]) -> None:
        for item in about.get("item", ()):
            self.history[tuple(_path(item))] = item

    def _add_history(self) -> None:
        """The last value of what has none in the summary, which is the run's own last word."""
        stamp = self.history.get(("_timestamp",))
        last = self._value(stamp, "history") if stamp else 0
        self.last_at = last if isinstance(last, int | float) else 0
        for path, item in self.history.items():
            if path[0] not in self.run.summary and not path[0].startswith("_"):
                _put(self.run.summary, list(path), self._value(item, f"history.{path[0]}"))

    def _update(self, into: dict[str, Any], about: dict[str, Any], where: str) -> None:
        for item in about.get("update", ()):
            path = _path(item)
            _put(into, path, self._value(item, f"{where}.{'.'.join(path)}"))
        for item in about.get("remove", ()):
            _remove(into, _path(item))

    def _value(self, item: dict[str, Any], where: str) -> Any:
        """Python's own JSON: bare NaN and Infinity are kept as those words."""
        try:
            return strict_json.loads(item.get("value_json", "null"), keep_non_finite=True)
        except RecordError as error:
            self.refuse("not_json", f"{where}: {error.message}")
            return None

    def _take_artifact(self, about: dict[str, Any]) -> None:
        run, used = self.run, bool(about.get("use_after_commit"))
        version = Version(
            team=about.get("entity") or run.team,
            project=about.get("project") or run.project,
            type=about.get("type", ""),
            name=about.get("name", ""),
            digest=about.get("digest", ""),
        )
        if not version.name or not version.digest:
            self.refuse("no_name", "An artifact without name or digest.")
            return
        manifest = about.get("manifest", {})
        version.description = about.get("description", "")
        if text := about.get("metadata"):
            version.metadata = self._value({"value_json": text}, f"{version.name}: metadata")
        version.tags = about.get("tags", [])
        version.aliases = about.get("aliases", [])
        version.files = [File(**one) for one in manifest.get("contents", ())]
        for name in ("client_id", "base_id", "digest_algorithm"):
            if value := about.get(name):
                version.details[name] = value
        if manifest.get("manifest_file_path"):
            run.adapt(version.name, "manifest_elsewhere", "The manifest lies in another file.")
        # What is only read was stated by whoever made it: that word goes before this one.
        version.stated_at = None if used else run.stated_at
        _add(run.used if used else run.logged, version)

    def _take_use_artifact(self, about: dict[str, Any]) -> None:
        """A draft that was used is followed by the name it got; else only the name is known."""
        run = self.run
        found = _VERSIONED.match(about.get("name", ""))
        if found is None:
            self.refuse("no_version", f"Uses {about.get('name', '')[:80]!r}, which has no version.")
            return
        name, number = found.groups()
        type_, path = about.get("type", ""), (run.team, run.project)
        same = [one for one in run.used if (one.name, one.type) == (name, type_)]
        drafts = [one for one in same if one.number in {"", number}]
        if drafts:
            used = drafts[-1]
        else:
            used = Version(team=path[0], project=path[1], type=type_, name=name, version=number)
            run.used.append(used)
        used.number = number
        used.server_id = about.get("id", "")

    def _take_exit(self, about: dict[str, int]) -> None:
        self.exit = about

    def finish(self) -> None:
        """The state and the end. The clock of the run counts whole seconds."""
        self._add_history()
        run, ended = self.run, None
        if self.exit is None:
            run.state = "running"
            run.adapt("exit", "no_exit", "Has no end: the run was killed or is still going.")
        else:
            code = self.exit.get("exit_code", 0)
            run.state = {0: "completed", INTERRUPTED: "aborted"}.get(code, "failed")
            run.details["exit_code"] = code
            if self.started_at is not None:
                ended = _after(self.started_at, self.exit.get("runtime", 0), self.last_at)
        run.ended_at = ended
        if self.refused > MAX_REMARKS:
            left = self.refused - MAX_REMARKS
            run.refused.append(Remark(self.place, "more", f"{left:,} more that cannot be read."))


def _after(began: datetime, runtime: int, last_at: float) -> datetime | None:
    try:
        end = began + timedelta(seconds=runtime)
        return max(end, datetime.fromtimestamp(last_at, tz=began.tzinfo))
    except (OverflowError, ValueError, OSError):
        return None


def _path(item: dict[str, Any]) -> list[str]:
    path: list[str] = item.get("nested_key") or [item.get("key", "")]
    return path


def _put(into: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        inner = into.get(name)
        if not isinstance(inner, dict):
            inner = into[name] = {}
        into = inner
    into[path[-1]] = value


def _remove(source: dict[str, Any], path: list[str]) -> None:
    for name in path[:-1]:
        inner = source.get(name)
        if not isinstance(inner, dict):
            return
        source = inner
    source.pop(path[-1], None)


def _add(versions: list[Version], version: Version) -> None:
    """One artifact can be recorded twice in a run; the aliases are joined."""
    for one in versions:
        if one.key == version.key:
            one.aliases = sorted({*one.aliases, *version.aliases})
            one.tags = sorted({*one.tags, *version.tags})
            return
    versions.append(version)
