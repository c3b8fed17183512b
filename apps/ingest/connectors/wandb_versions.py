"""The record of one artifact version of Weights & Biases, with its manifest."""

from typing import Any

import msgspec

from apps.graph.records import ArtifactRecord
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.wandb_runs import File, Run, Version

MAX_FILES_BYTES = 1_000_000


def is_source(version: Version, run: Run) -> bool:
    """Whether the artifact is the code that ran: `run.log_code` names it in the configuration."""
    own = run.config.get("_wandb")
    named = own.get("code_path") if isinstance(own, dict) else None
    return version.key.kind == Kind.CODE and (
        version.name == named or version.name.startswith("source-")
    )


def version_record(version: Version, run: Run) -> ArtifactRecord:
    key = version.key
    sizes = [file.size for file in version.files if file.size is not None and file.size >= 0]
    size = version.size if version.size is not None else sum(sizes) if sizes else None
    metadata = version.metadata if isinstance(version.metadata, dict) else {}
    framework = metadata.get("framework")
    typed: dict[str, Any] = {}
    if key.kind in {Kind.MODEL, Kind.DATASET}:
        typed["size_bytes"] = size
    if key.kind == Kind.MODEL and isinstance(framework, str):
        typed["framework"] = framework
    md5 = version.files[0].md5 if len(version.files) == 1 else ""
    own = {
        **version.details,
        "type": version.type,
        "digest": version.digest,
        "metadata": version.metadata,
        "files": _files(version, run),
    }
    facets = {key.kind: said(typed), "wandb": said(own), "aliases": sorted(version.aliases)}
    return ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        digest=f"md5:{md5}" if md5 else "",
        description=version.description,
        tags=tuple(version.tags),
        occurred_at=version.occurred_at,
        stated_at=version.stated_at,
        facets={name: one for name, one in facets.items() if one},
    )


def _files(version: Version, run: Run) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    room = MAX_FILES_BYTES
    for file in version.files:
        one = _file(file)
        room -= len(msgspec.json.encode(one))
        if room < 0:
            left = len(version.files) - len(told)
            run.adapt(
                version.name, "files_left_out", f"{left:,} files of the manifest are not kept."
            )
            break
        told.append(one)
    return told


def _file(file: File) -> dict[str, Any]:
    md5 = file.md5
    digest = {"md5": md5} if md5 else {"digest": file.digest}
    return said({"path": file.path, "size_bytes": file.size, "ref": file.ref, **digest})


def said(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is not said."""
    return {name: one for name, one in values.items() if one not in (None, "", [], {})}
