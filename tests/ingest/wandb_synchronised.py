"""What a server of Weights & Biases holds once the offline runs of a folder were sent to it."""

import base64
import json
from pathlib import Path
from typing import Any

from apps.ingest.connectors.wandb.offline import runs_in
from apps.ingest.connectors.wandb.runs import Run, Version
from tests.ingest.wandb_server import WandbServer

CHANGED = "2026-11-24T03:00:%02d"
STATES = {"completed": "finished", "failed": "failed", "aborted": "killed", "running": "crashed"}


def synchronised(folder: Path) -> WandbServer:
    """A server with the offline runs of a folder, as `wandb sync` would have sent them."""
    server = WandbServer()
    runs = [one for one in runs_in(folder.resolve()) if isinstance(one, Run)]
    for place, run in enumerate(one for one in runs if one.team):
        server.runs[run.run_id] = _run(run, CHANGED % place)
        server.files |= _files(run, folder)
        server.logged[run.run_id] = [_artifact(server, one, run) for one in run.logged]
        by_name = {
            (one["artifactSequence"]["name"], f"v{one['versionIndex']}"): one["id"]
            for one in server.artifacts.values()
        }
        server.used[run.run_id] = [
            by_name[one.name, one.version or one.number] for one in run.used if one.number
        ] + [by_name[one.name, one.version] for one in run.used if not one.number]
    return server


def _run(run: Run, changed: str) -> dict[str, Any]:
    wrapped = {name: {"value": value, "desc": None} for name, value in run.config.items()}
    return {
        "__typename": "Run",
        "id": base64.b64encode(f"Run:v1:{run.run_id}".encode()).decode(),
        "projectId": "7",
        "name": run.run_id,
        "displayName": run.name,
        "sweepName": None,
        "state": STATES[run.state],
        "config": json.dumps(wrapped),
        "group": run.details.get("group"),
        "jobType": run.job_type,
        "tags": run.tags,
        "notes": run.notes or None,
        "description": None,
        "commit": run.commit,
        "readOnly": False,
        "createdAt": run.started_at.replace(tzinfo=None).isoformat() if run.started_at else None,
        "heartbeatAt": run.ended_at.replace(tzinfo=None).isoformat() if run.ended_at else None,
        "updatedAt": changed,
        "summaryMetrics": json.dumps(run.summary),
        "systemMetrics": "{}",
        "historyLineCount": 3,
        "historyKeys": None,
        "user": {"name": "Pip", "username": run.owner or "pip"},
    }


def _files(run: Run, folder: Path) -> dict[str, bytes]:
    """What lies beside the logs, and the metadata, which the server writes down by itself."""
    git = {"remote": run.remote, "commit": run.commit} if run.remote else None
    metadata = {"python": run.python, "docker": run.image, "git": git, "codePath": "train.py"}
    said = {name: one for name, one in metadata.items() if one}
    found = {f"/files/{run.run_id}/wandb-metadata.json": json.dumps(said).encode()}
    for name in run.details["folders"]:
        for file in (folder / name / "files").glob("*.*"):
            found[f"/files/{run.run_id}/{file.name}"] = file.read_bytes()
    return found


def _artifact(server: WandbServer, version: Version, run: Run) -> str:
    """A new version of its collection, unless it holds what one of them holds."""
    project = {"id": "7", "internalId": "7", "name": run.project, "entity": {"name": run.team}}
    sequence = {"__typename": "ArtifactSequence", "name": version.name, "project": project}
    same = [one for one in server.artifacts.values() if one["artifactSequence"] == sequence]
    for one in same:
        if one["digest"] == version.digest:
            return str(one["id"])
    number = f"v{len(same)}"
    artifact_id = base64.b64encode(f"Artifact:{len(server.artifacts) + 1}".encode()).decode()
    aliases = [
        {"__typename": "ArtifactAlias", "id": alias, "alias": alias}
        for alias in dict.fromkeys([*version.aliases, number])
    ]
    server.artifacts[artifact_id] = {
        "__typename": "Artifact",
        "id": artifact_id,
        "artifactSequence": sequence,
        "versionIndex": len(same),
        "artifactType": {"name": version.type},
        "description": version.description or None,
        "metadata": json.dumps(version.metadata or {}),
        "ttlDurationSeconds": -2,
        "ttlIsInherited": True,
        "tags": [],
        "historyStep": None,
        "state": "COMMITTED",
        "size": sum(one.size or 0 for one in version.files),
        "digest": version.digest,
        "commitHash": "",
        "fileCount": len(version.files),
        "createdAt": "2026-11-24T02:40:00",
        "updatedAt": "2026-11-24T02:41:00",
        "aliases": [one | {"artifactCollection": sequence} for one in aliases],
    }
    contents = {
        one.path: {
            "digest": one.digest,
            **({"size": one.size} if one.size is not None else {}),
            **({"ref": one.ref} if one.ref else {}),
        }
        for one in version.files
    }
    policy = {"storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": {}}
    manifest = {"version": 1, **policy, "contents": contents}
    server.files[f"/manifests/{artifact_id}"] = json.dumps(manifest).encode()
    return artifact_id
