"""Answers of the public API as runs and artifact versions. Times bear no zone and are UTC."""

from datetime import UTC, datetime
from typing import Any

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import Remark
from apps.ingest.connectors.wandb.runs import File, Run, Version

STATES = {"finished": "completed", "crashed": "failed", "killed": "aborted", "preempted": "aborted"}
LIVE = frozenset({"running", "pending", "preempting"})


def run_of(about: dict[str, Any], team: str, project: str, changed: str) -> Run:
    """The run without what it read and wrote. `changed` names the field with its last change."""
    run_id, state = text(about, "name"), text(about, "state")
    run = Run(
        place=f"{team}/{project}/{run_id}",
        run_id=run_id,
        team=team,
        project=project,
        name=text(about, "displayName"),
        state=STATES.get(state, state),
        started_at=time_in(about, "createdAt"),
        ended_at=time_in(about, "heartbeatAt") if state not in LIVE else None,
        stated_at=time_in(about, changed),
        owner=text(inner(about, "user"), "username"),
        notes=text(about, "notes"),
        job_type=text(about, "jobType"),
        tags=[one for one in several(about.get("tags")) if isinstance(one, str)],
        commit=text(about, "commit"),
    )
    run.summary = _told(about, "summaryMetrics", run)
    for name, value in _told(about, "config", run).items():
        wrapped = isinstance(value, dict) and "value" in value
        run.config[name] = value["value"] if wrapped else value
    details = {"group": text(about, "group"), "sweep_id": text(about, "sweepName")}
    run.details = {name: one for name, one in {**details, "id": text(about, "id")}.items() if one}
    return run


def version_of(about: Any, run: Run) -> Version | None:
    """A version that the run read or wrote; none, with a remark, if it has no name."""
    sequence = inner(about, "artifactSequence")
    index, name = inner(about, "versionIndex"), text(sequence, "name")
    if not name or not isinstance(index, int) or index < 0:
        message = "An artifact without name or version."
        run.refused.append(Remark(run.place, "no_version", message))
        return None
    project, number = inner(sequence, "project"), f"v{index}"
    size, state = about.get("size"), text(about, "state")
    version = Version(
        team=text(inner(project, "entity"), "name") or run.team,
        project=text(project, "name") or run.project,
        type=text(inner(about, "artifactType"), "name"),
        name=name,
        version=number,
        digest=text(about, "digest"),
        description=text(about, "description"),
        metadata=_told(about, "metadata", run),
        tags=[text(one, "name") for one in several(about.get("tags")) if text(one, "name")],
        size=size if isinstance(size, int) and size >= 0 else None,
        server_id=text(about, "id"),
        occurred_at=time_in(about, "createdAt"),
        stated_at=time_in(about, "updatedAt") or time_in(about, "createdAt"),
        details={"state": state, **({"deleted": True} if state == "DELETED" else {})},
    )
    _add_aliases(version, several(about.get("aliases")))
    return version


def _add_aliases(version: Version, aliases: list[Any]) -> None:
    """Its own, and those by which a registry knows it (`registry/churn:production`)."""
    own, linked = set(), set()
    for one in aliases:
        alias, collection = text(one, "alias"), inner(one, "artifactCollection")
        if text(collection, "__typename") == "ArtifactPortfolio":
            registry = inner(collection, "project")
            path = (text(inner(registry, "entity"), "name"), text(registry, "name"))
            linked.add("/".join((*path, f"{text(collection, 'name')}:{alias}")))
        elif alias not in {"", version.version}:
            own.add(alias)
    version.aliases, version.links = sorted(own), sorted(linked)


def files_of(manifest: Any, most: int) -> tuple[list[File], int]:
    """The first entries of a manifest as the client writes it, and how many there are."""
    contents = inner(manifest, "contents")
    entries = list(contents.items()) if isinstance(contents, dict) else []
    files = []
    for path, about in entries[:most]:
        size = inner(about, "size")
        files.append(
            File(
                path=path,
                digest=text(about, "digest"),
                size=size if isinstance(size, int) and size >= 0 else None,
                ref=text(about, "ref"),
            )
        )
    return files, len(entries)


def _told(about: dict[str, Any], name: str, run: Run) -> dict[str, Any]:
    """An object that stands as text within the answer."""
    said = text(about, name)
    try:
        value = strict_json.loads(said, keep_non_finite=True) if said else {}
    except RecordError as error:
        run.refused.append(Remark(run.place, "not_json", f"{name}: {error.message}"))
        value = {}
    return value if isinstance(value, dict) else {}


def inner(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: Any, name: str) -> str:
    found = inner(value, name)
    return found if isinstance(found, str) else ""


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def held(connection: Any) -> list[Any]:
    """What the `edges` of a connection hold."""
    return [inner(one, "node") for one in several(inner(connection, "edges"))]


def time_in(about: Any, name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text(about, name))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
