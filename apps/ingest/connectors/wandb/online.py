"""Runs of Weights & Biases by its public API: an entity's, or those of one of its projects.

Each import lists the runs of a project, which is cheap, and so knows which are gone. Read again
are those that changed since the last import, in the order of their changes, and those that are
still going. Artifacts are told by the runs that logged or used them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from apps.ingest.connectors.contract import Access, ConnectorError, Reading, Remark
from apps.ingest.connectors.wandb import queries
from apps.ingest.connectors.wandb.answers import (
    LIVE,
    files_of,
    inner,
    run_of,
    several,
    text,
    version_of,
)
from apps.ingest.connectors.wandb.api import Api, Place, RefusedError, opened, place_of
from apps.ingest.connectors.wandb.files import add_files
from apps.ingest.connectors.wandb.mapping import reading_of
from apps.ingest.connectors.wandb.runs import File, Run, Version

LISTED_AT_ONCE = 500
ARTIFACTS_AT_ONCE = 100
PRESENT_AT_ONCE = 1000
MOST_FILES = 20_000
MOST_FILES_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class _Listed:
    run_id: str
    changed: str
    live: bool


def read_online(access: Access) -> Iterator[Reading]:
    """One reading a run. The cursor holds, by project, the change up to which all is read."""
    place = place_of(access.where)
    with opened(access, place) as api:
        every, when, read_up_to = True, _when(api), _cursor(access.cursor)
        for project in _projects(api, place):
            try:
                reader = _Project(api, place.team, project, when, dict(read_up_to))
                yield from reader.readings()
            except RefusedError as error:
                if place.project or not error.permanent:
                    raise
                every = False
                where = f"{place.team}/{project}"
                yield Reading(refused=(Remark(where, "no_project", str(error)),))
            else:
                read_up_to = reader.read_up_to
        if every:
            yield Reading(complete="")


def test_online(access: Access) -> str:
    """Who the key is of, and how many runs there are. ConnectorError if it opens nothing."""
    place = place_of(access.where)
    with opened(access, place) as api:
        viewer = text(inner(api.ask("GetViewer", queries.VIEWER), "viewer"), "username")
        who = f"as {viewer}" if viewer else "without a key"
        count = 0
        projects = list(_projects(api, place))
        for project in projects:
            count += _run_count(api, place.team, project)
    where = f"{place.team}/{place.project}" if place.project else place.team
    few = "1 project" if len(projects) == 1 else f"{len(projects):,} projects"
    return f"Weights & Biases at {place.base} {who}: {where} has {few}, {count:,} runs."


def _run_count(api: Api, team: str, project: str) -> int:
    query = queries.runs("heartbeatAt")
    data = api.ask("Runs", query, entity=team, project=project, perPage=1, cursor=None)
    found = inner(data, "project")
    if found is None:
        raise api.nothing_at("project", "Runs")
    count = inner(found, "runCount")
    return count if isinstance(count, int) else 0


def _cursor(given: Mapping[str, Any]) -> dict[str, str]:
    found = given.get("read_up_to")
    marks = found.items() if isinstance(found, dict) else ()
    return {name: mark for name, mark in marks if isinstance(mark, str)}


def _projects(api: Api, place: Place) -> Iterator[str]:
    if place.project:
        yield place.project
        return
    found = api.pages("GetProjects", queries.PROJECTS, ("models",), entity=place.team, perPage=50)
    names = sorted({text(one, "name") for one in found} - {""})
    if not names:
        raise ConnectorError(f"{api.service.base} shows no project of {place.team} to this key.")
    yield from names


def _when(api: Api) -> str:
    """The field that tells when a run last changed. Servers that lack it know its last sign."""
    try:
        data = api.ask("TypeFields", queries.TYPE_FIELDS, name="Run")
    except RefusedError:
        return "heartbeatAt"
    names = {text(one, "name") for one in several(inner(data, "type", "fields"))}
    return "updatedAt" if "updatedAt" in names else "heartbeatAt"


@dataclass(slots=True)
class _Project:
    api: Api
    team: str
    name: str
    when: str
    read_up_to: dict[str, str]
    manifests: dict[str, list[File]] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        return f"{self.team}/{self.name}/"

    def readings(self) -> Iterator[Reading]:
        mark = self.read_up_to.get(self.name, "")
        listed = list({one.run_id: one for one in self._listed()}.values())
        again = sorted(
            (one for one in listed if one.live or one.changed >= mark),
            key=lambda one: (one.changed, one.run_id),
        )
        left = {one.run_id for one in listed} - {one.run_id for one in again}
        units = [f"{self.prefix}run/{run_id}" for run_id in sorted(left)]
        for start in range(0, len(units), PRESENT_AT_ONCE):
            yield Reading(present=tuple(units[start : start + PRESENT_AT_ONCE]))
        held_back = False
        for one in again:
            try:
                reading = self._run(one.run_id)
            except RefusedError as error:
                held_back = True
                unit = f"{self.prefix}run/{one.run_id}"
                yield Reading(present=(unit,), refused=(Remark(unit, "not_told", str(error)),))
                continue
            if reading is None:
                continue
            if not held_back:
                self.read_up_to[self.name] = max(one.changed, self.read_up_to.get(self.name, ""))
            yield replace(reading, cursor={"read_up_to": dict(self.read_up_to)})
        yield Reading(complete=self.prefix)

    def _listed(self) -> Iterator[_Listed]:
        """Every run. In the order in which they were begun a page holds what it held before."""
        found = self.api.pages(
            "Runs",
            queries.runs(self.when),
            ("project", "runs"),
            entity=self.team,
            project=self.name,
            perPage=LISTED_AT_ONCE,
            order="+created_at",
        )
        for one in found:
            if run_id := text(one, "name"):
                yield _Listed(run_id, text(one, self.when), text(one, "state") in LIVE)

    def _run(self, run_id: str) -> Reading | None:
        """The run with all it names; none if it has been deleted since it was listed."""
        about = inner(
            self.api.ask(
                "Run", queries.run(self.when), entity=self.team, project=self.name, name=run_id
            ),
            *("project", "run"),
        )
        if not isinstance(about, dict):
            return None
        run = run_of(about, self.team, self.name, self.when)
        add_files(self.api, run)
        run.used = self._artifacts(run, *queries.USED)
        run.logged = self._artifacts(run, *queries.LOGGED)
        return reading_of(run)

    def _artifacts(self, run: Run, operation: str, query: str) -> list[Version]:
        found: dict[str, Version] = {}
        for about in self.api.pages(
            operation,
            query,
            ("project", "run", "artifacts"),
            entity=self.team,
            project=self.name,
            run=run.run_id,
            perPage=ARTIFACTS_AT_ONCE,
        ):
            version = version_of(about, run)
            if version is not None and str(version.key) not in found:
                version.files = self._files(run, version, about)
                found[str(version.key)] = version
        return list(found.values())

    def _files(self, run: Run, version: Version, about: Any) -> list[File]:
        """What the artifact holds. Many runs read the same few: those are asked for once."""
        count = inner(about, "fileCount")
        if version.details.get("deleted") or not version.server_id:
            return []
        if isinstance(count, int) and count > MOST_FILES:
            run.adapt(version.name, "many_files", f"{count:,} files; they are not listed.")
            return []
        if version.server_id not in self.manifests:
            while sum(map(len, self.manifests.values())) > MOST_FILES_KEPT:
                del self.manifests[next(iter(self.manifests))]
            self.manifests[version.server_id] = self._manifest(run, version)
        return self.manifests[version.server_id]

    def _manifest(self, run: Run, version: Version) -> list[File]:
        try:
            data = self.api.ask("FetchArtifactManifest", queries.MANIFEST, id=version.server_id)
            address = text(inner(data, "artifact", "currentManifest", "file"), "directUrl")
            files, count = files_of(self.api.json_file(address) if address else None, MOST_FILES)
        except ConnectorError as error:
            if not error.permanent:
                raise
            run.adapt(version.name, "no_manifest", str(error))
            return []
        if count > len(files):
            run.adapt(version.name, "many_files", f"{count:,} files; some are not listed.")
        return files
