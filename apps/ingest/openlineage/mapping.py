"""Events as statements on artifacts.

What one event says is dated by its own time and never depends on another event, so the catalog
joins such statements in whatever order they come. What depends on several events is told by their
fold: `lifetime` for a run's state, `edges` for what led to what.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from apps.graph.identity import OPENLINEAGE
from apps.graph.records import ArtifactKey, ArtifactRecord, IdentifierRecord
from apps.graph.validation import MAX_NAME_BYTES
from apps.graph.vocabulary import Kind
from apps.ingest.openlineage.edges import read_apart
from apps.ingest.openlineage.envelope import RUN, Dataset, Event
from apps.ingest.openlineage.facets import (
    about,
    content_digest,
    described,
    fitting,
    kept,
    located,
    owned,
    tagged,
    withdrawn,
)
from apps.ingest.openlineage.fold import RunFold
from apps.ingest.openlineage.lifecycle import DROP, change_of
from apps.ingest.openlineage.links import other_names
from apps.ingest.openlineage.naming import code_key, dataset_key, run_key, source_location
from apps.ingest.openlineage.telling import Telling

_COMMIT = re.compile(r"[0-9a-f]{7,64}\Z")

Statement = ArtifactRecord | IdentifierRecord


def statements(event: Event) -> Iterator[Statement]:
    """What this event says of each artifact that it names."""
    if event.shape == RUN:
        yield _run_statement(event)
    yield from _code_statements(event)
    for one in event.envelope.inputs or ():
        yield from _dataset_statements(event, one, one.version)
    for one in event.envelope.outputs or ():
        # What is dropped is the dataset as such; the run made no version of it.
        dropped = change_of(one.facets) == DROP
        version = one.version or ("" if dropped else event.run_id)
        yield from _dataset_statements(event, one, version, written=not dropped)
    if event.envelope.dataset is not None and event.job is None:
        yield from _dataset_statements(
            event, event.envelope.dataset, event.envelope.dataset.version
        )


def _run_statement(event: Event) -> ArtifactRecord:
    run, job = event.envelope.run, event.job
    assert run is not None  # noqa: S101 - the shape says so
    assert job is not None  # noqa: S101
    job_tags = {"tags": tags} if (tags := (job.facets or {}).get("tags")) else None
    rest = {name: value for name, value in (job.facets or {}).items() if name != "tags"}
    key = run_key(job.namespace, job.name, event.run_id)
    return ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        owner=owned(job.facets),
        description=described(job.facets),
        tags=tagged(run.facets, job.facets),
        stated_at=event.time,
        facets=kept(run.facets, rest) | kept(job_tags, prefix="job_"),
        withdrawn=withdrawn(rest, unless=run.facets),
    )


def _code_statements(event: Event) -> Iterator[Statement]:
    key = code_key(event)
    if key is None:
        return
    branch = source_location(event).get("branch")
    code = {"repository": key.namespace, "commit": key.version}
    yield ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        uri=fitting(key.namespace, limit=MAX_NAME_BYTES),
        stated_at=event.time,
        facets={"code": code | ({"branch": branch} if isinstance(branch, str) else {})},
    )
    if _COMMIT.match(key.version):
        yield IdentifierRecord(key, "git_commit", key.version)


def _dataset_statements(
    event: Event, dataset: Dataset, version: str, *, written: bool = False
) -> Iterator[Statement]:
    key = dataset_key(dataset.namespace, dataset.name, version, dataset.kind)
    given, sides = dataset.facets, (dataset.output_facets, dataset.input_facets)
    facets = kept(given, *sides) | about(key.kind, given, *sides)
    yield ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        digest=content_digest(version) if dataset.version else "",
        uri=located(given),
        owner=owned(given),
        description=described(given),
        tags=tagged(given),
        occurred_at=event.time if written and event.type == "COMPLETE" else None,
        stated_at=event.time,
        facets=facets,
        withdrawn=withdrawn(given, unless=facets),
    )
    yield from _names(dataset, key)


def _names(dataset: Dataset, key: ArtifactKey) -> Iterator[IdentifierRecord]:
    """By what else the dataset is known: claimed for both names, so that the two are one.

    The version that a run wrote without stating one has no other name: nobody else knows it.
    """
    if dataset.spelled != dataset.name:
        spelled = fitting(f"{dataset.namespace} {dataset.spelled}", limit=MAX_NAME_BYTES)
        if spelled:
            yield IdentifierRecord(key, "openlineage_name", spelled)
    typed = key.kind != Kind.DATASET
    for version in {key.version, ""} if typed else ():
        yield from _one(key.namespace, key.name, version, key)
    for namespace, name in other_names(dataset.facets):
        for version in {dataset.version, ""}:
            yield from _one(namespace, name, version, key)


def _one(namespace: str, name: str, version: str, key: ArtifactKey) -> Iterator[IdentifierRecord]:
    """The dataset of this name is the artifact, each at the version."""
    value = fitting(
        f"{namespace} {name}@{version}" if version else f"{namespace} {name}", limit=MAX_NAME_BYTES
    )
    if value:
        mine = dataset_key(key.namespace, key.name, version, key.kind)
        for one in (mine, dataset_key(namespace, name, version)):
            yield IdentifierRecord(one, OPENLINEAGE, value)


def run_clock(whole: Telling) -> datetime:
    """When a fold of all that is told is dated: by the last event, and a microsecond more for each
    event folded. Of two folds of one run the one that knows more events is the later, and wins
    whenever it arrives.
    """
    return whole.last + timedelta(microseconds=whole.events)


def lifetime(fold: RunFold) -> ArtifactRecord:
    """The run's state and times."""
    run: dict[str, Any] = {
        "state": fold.state,
        "started_at": fold.started_at and fold.started_at.isoformat(),
        "ended_at": fold.ended_at and fold.ended_at.isoformat(),
        "seed": fold.seed,
        "parameters": fold.parameters,
    }
    if fold.attempts > 1:
        run |= {"attempt": fold.attempt, "attempts": fold.attempts}
    if apart := read_apart(fold):
        run["read_apart"] = apart
    return ArtifactRecord(
        namespace=fold.namespace,
        kind=Kind.RUN.value,
        name=fold.name,
        version=fold.version,
        occurred_at=fold.started_at,
        stated_at=fold.told_at + timedelta(microseconds=fold.events),
        facets={"run": {name: value for name, value in run.items() if value not in (None, "", {})}},
        withdrawn=() if fold.started_at else ("occurred_at",),
    )
