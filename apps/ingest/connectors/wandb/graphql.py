"""Recorded exchanges with the public API of Weights & Biases, as `wandb.Api()` has them.

Each JSON value is one exchange:
`{"request": {"operationName", "variables"}, "response": {"data", "errors"}}`.
Read are `Runs` and `Run`, `RunOutputArtifacts` and `RunInputArtifacts`; a run is told once every
page that was recorded has been seen. Times bear no zone and are UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import Access, Reading, Remark
from apps.ingest.connectors.formats.documents import json_values
from apps.ingest.connectors.wandb.mapping import reading_of
from apps.ingest.connectors.wandb.runs import Run, Version

_STATES = {"finished": "completed", "crashed": "failed", "killed": "aborted"}
_LISTS = {"RunOutputArtifacts": "logged", "RunInputArtifacts": "used"}


def read(access: Access) -> Iterator[Reading]:
    """One reading a run."""
    path = access.path
    answers = _Answers()
    for found in json_values(path, keep_non_finite=True):
        if isinstance(found, Remark):
            answers.refused.append(found)
        else:
            answers.take(*found)
    answers.add_missing()
    yield Reading(refused=tuple(answers.refused))
    for run in answers.told():
        yield reading_of(run)


@dataclass(slots=True)
class _Answers:
    """Runs by team, project and id, and the artifacts that were listed for each."""

    runs: dict[tuple[str, str, str], Run] = field(default_factory=dict)
    lists: dict[tuple[str, str, str], dict[str, list[Version]]] = field(default_factory=dict)
    refused: list[Remark] = field(default_factory=list)
    following: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: set[tuple[str, str]] = field(default_factory=set)

    def take(self, place: str, exchange: object) -> None:
        operation = _text(_inner(exchange, "request"), "operationName")
        if operation in {"Runs", "Run"}:
            self.take_runs(place, exchange)
        elif operation in _LISTS:
            self.take_artifacts(place, exchange, _LISTS[operation])
        elif not operation:
            self.refused.append(Remark(place, "not_an_exchange", "Names no operation."))
        else:
            return
        if errors := _list(_inner(exchange, "response", "errors")):
            message = _text(errors[0], "message")[:200]
            self.refused.append(Remark(place, "answered_error", f"The server said: {message!r}."))

    def _turn(self, place: str, exchange: object, connection: Any) -> None:
        """Note the page, and which must follow it."""
        asked = _inner(exchange, "request", "variables")
        given = asked.items() if isinstance(asked, dict) else ()
        rest = {name: one for name, one in given if name != "cursor"}
        what = _text(_inner(exchange, "request"), "operationName") + strict_json.canonical(rest)
        self.asked.add((what, _text(asked, "cursor")))
        if _inner(connection, "pageInfo", "hasNextPage") is True:
            self.following[what, _text(_inner(connection, "pageInfo"), "endCursor")] = place

    def add_missing(self) -> None:
        """What was listed and is not here."""
        for page, place in self.following.items():
            if page not in self.asked:
                self.refused.append(Remark(place, "page_missing", "The page after it is missing."))
        for of in sorted(self.lists.keys() - self.runs.keys()):
            message = "Its artifacts are listed and the run is not; left out."
            self.refused.append(Remark("/".join(of), "no_run", message))

    def take_runs(self, place: str, exchange: object) -> None:
        project = _inner(exchange, "response", "data", "project")
        self._turn(place, exchange, _inner(project, "runs"))
        nodes = [*_page(project, "runs"), _inner(project, "run")]
        for about in nodes:
            if isinstance(about, dict) and _text(about, "name"):
                run = self._run(place, about, exchange)
                self.runs[run.team, run.project, run.run_id] = run

    def take_artifacts(self, place: str, exchange: object, which: str) -> None:
        asked = _inner(exchange, "request", "variables")
        of = (_text(asked, "entity"), _text(asked, "project"), _text(asked, "run"))
        run = _inner(exchange, "response", "data", "project", "run")
        self._turn(place, exchange, _inner(run, "artifacts"))
        versions = self.lists.setdefault(of, {}).setdefault(which, [])
        for about in _page(run, "artifacts"):
            version = self._version(place, about, of)
            if version is not None and version.key not in {one.key for one in versions}:
                versions.append(version)

    def told(self) -> Iterator[Run]:
        for of, run in sorted(self.runs.items(), key=lambda one: one[0]):
            listed = self.lists.get(of, {})
            run.logged, run.used = listed.get("logged", []), listed.get("used", [])
            yield run

    def _run(self, place: str, about: dict[str, Any], exchange: object) -> Run:
        asked = _inner(exchange, "request", "variables")
        project = _inner(about, "project")
        state = _text(about, "state")
        metadata = self._json(about, "metadata", place)
        run = Run(
            place=f"{place} {_text(about, 'name')}",
            run_id=_text(about, "name"),
            team=_text(_inner(project, "entity"), "name") or _text(asked, "entity"),
            project=_text(project, "name") or _text(asked, "project"),
            name=_text(about, "displayName"),
            state=_STATES.get(state, state),
            started_at=_moment(about, "createdAt"),
            ended_at=_moment(about, "heartbeatAt") if state != "running" else None,
            stated_at=_moment(about, "updatedAt"),
            owner=_text(_inner(about, "user"), "username"),
            notes=_text(about, "notes"),
            job_type=_text(about, "jobType"),
            tags=_texts(about.get("tags")),
            commit=_text(about, "commit"),
            remote=_text(_inner(metadata, "git"), "remote"),
            python=_text(metadata, "python"),
            image=_text(metadata, "docker"),
            summary=self._json(about, "summaryMetrics", place),
        )
        for name, value in self._json(about, "config", place).items():
            wrapped = isinstance(value, dict) and "value" in value
            run.config[name] = value["value"] if wrapped else value
        run.details = {
            name: text
            for name, text in (("group", _text(about, "group")), ("id", _text(about, "id")))
            if text
        }
        return run

    def _version(self, place: str, about: Any, of: tuple[str, str, str]) -> Version | None:
        sequence = _inner(about, "artifactSequence")
        index, name = _inner(about, "versionIndex"), _text(sequence, "name")
        if not name or not isinstance(index, int) or index < 0:
            self.refused.append(Remark(place, "no_version", "An artifact without name or version."))
            return None
        project, number = _inner(sequence, "project"), f"v{index}"
        size, state = about.get("size"), _text(about, "state")
        aliases = [_text(one, "alias") for one in _list(about.get("aliases"))]
        return Version(
            team=_text(_inner(project, "entity"), "name") or of[0],
            project=_text(project, "name") or of[1],
            type=_text(_inner(about, "artifactType"), "name"),
            name=name,
            version=number,
            digest=_text(about, "digest"),
            description=_text(about, "description"),
            metadata=self._json(about, "metadata", place),
            aliases=[alias for alias in aliases if alias not in {"", number}],
            tags=[_text(one, "name") for one in _list(about.get("tags")) if _text(one, "name")],
            size=size if isinstance(size, int) and size >= 0 else None,
            server_id=_text(about, "id"),
            occurred_at=_moment(about, "createdAt"),
            stated_at=_moment(about, "updatedAt") or _moment(about, "createdAt"),
            details={"state": state, **({"deleted": True} if state == "DELETED" else {})},
        )

    def _json(self, about: dict[str, Any], name: str, place: str) -> dict[str, Any]:
        """An object that stands as text within the answer."""
        text = _text(about, name)
        try:
            value = strict_json.loads(text, keep_non_finite=True) if text else {}
        except RecordError as error:
            self.refused.append(Remark(place, "not_json", f"{name}: {error.message}"))
            value = {}
        return value if isinstance(value, dict) else {}


def _inner(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any, name: str) -> str:
    found = _inner(value, name)
    return found if isinstance(found, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [one for one in _list(value) if isinstance(one, str)]


def _page(value: Any, name: str) -> list[Any]:
    """What a connection's `edges` hold."""
    return [_inner(one, "node") for one in _list(_inner(value, name, "edges"))]


def _moment(about: Any, name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(_text(about, name))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
