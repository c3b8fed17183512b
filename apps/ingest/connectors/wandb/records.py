"""The records of a run and of an artifact version of Weights & Biases."""

import re
from typing import Any

import msgspec

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactRecord
from apps.graph.validation import artifact_record
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.wandb.runs import File, Run, Version, metrics_of, seed_of

MAX_FILES_BYTES = 1_000_000
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


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
    # A server counts what it keeps itself; of references it may say 0.
    size = version.size or (sum(sizes) if sizes else None)
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
        "linked": version.links,
        "known_as": [value for _, value, _, _ in version.names_that_move()],
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


def run_record(run: Run) -> ArtifactRecord:
    metrics, others = metrics_of(run.summary)
    about = {
        "name": run.name,
        "state": run.state,
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "seed": seed_of(run.config),
        "parameters": {name: one for name, one in run.config.items() if name != "_wandb"},
        "metrics": metrics,
    }
    details = {**run.details, "job_type": run.job_type, "summary": others}
    return ArtifactRecord(
        namespace=run.namespace,
        kind=Kind.RUN.value,
        name=run.key.name,
        version=run.run_id,
        owner=run.owner,
        description="\n\n".join(filter(None, (run.name, run.notes))),
        tags=tuple(run.tags),
        occurred_at=run.started_at,
        stated_at=run.stated_at,
        facets={"run": said(about), "wandb": said(details)},
    )


def storable(record: ArtifactRecord, run: Run) -> ArtifactRecord:
    """Terminal colours and the like in a note or a value must not cost the whole run."""
    try:
        artifact_record(record, "$")
    except RecordError as error:
        clean = msgspec.structs.replace(
            record, description=_cleaned(record.description), facets=_cleaned(record.facets)
        )
        if clean != record:
            run.adapt(f"{record.name} {error.path}", "control_character", error.message)
        return clean
    return record


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
        case dict():
            return {" ".join(_cleaned(name).split()): _cleaned(one) for name, one in value.items()}
        case list():
            return [_cleaned(one) for one in value]
        case _:
            return value
