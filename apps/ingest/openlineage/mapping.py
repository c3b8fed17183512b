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
from apps.ingest.openlineage.exact import DATASET, Party, stated_flows, stated_sources
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
from apps.ingest.openlineage.lifecycle import ALTER, DROP, change_of, previous_name
from apps.ingest.openlineage.links import other_names
from apps.ingest.openlineage.naming import code_key, dataset_key, run_key, source_location
from apps.ingest.openlineage.telling import Telling

# Under which a dataset or a job is found; it proves nothing.
NAME = "openlineage_name"
_COMMIT = re.compile(r"[0-9a-f]{7,64}\Z")

Statement = ArtifactRecord | IdentifierRecord


def statements(event: Event, version: str = "") -> Iterator[Statement]:
    """What this event says of each artifact that it names. What the run is, and what it wrote
    without a version of its own, is taken down under its id, or under `version`.
    """
    version = version or event.run_id
    if event.shape == RUN:
        yield _run_statement(event, version)
    yield from _code_statements(event)
    for one in event.envelope.inputs or ():
        yield from _dataset_statements(event, one, one.version)
    for one in event.envelope.outputs or ():
        # What is dropped is the dataset as such; the run made no version of it.
        dropped = change_of(one.facets) == DROP
        stated = one.version or ("" if dropped else version)
        yield from _dataset_statements(event, one, stated, written=not dropped)
    if event.envelope.dataset is not None and event.job is None:
        yield from _dataset_statements(
            event, event.envelope.dataset, event.envelope.dataset.version
        )
    yield from _named_only(event, version)


def _named_only(event: Event, version: str) -> Iterator[IdentifierRecord]:
    """What is named as the source of something, or as its target by the job. An edge would bring it
    about, too, but a later event may take that back, and the graph must not depend on which was
    first.
    """
    envelope = event.envelope
    alone = [envelope.dataset] if envelope.dataset is not None else []
    keys: set[ArtifactKey] = set()
    for one in (*(envelope.outputs or ()), *alone):
        keys |= {_key_of(party) for party in stated_sources(one.facets) or ()}
        if before := previous_name(one.facets):
            keys.add(dataset_key(*before, "", one.kind))
        elif change_of(one.facets) == ALTER:
            keys.add(dataset_key(one.namespace, one.name, "", one.kind))
    for flow in stated_flows(event.job.facets) if event.job else ():
        keys |= {_key_of(party) for party in (flow.target, *flow.sources)}
        if flow.target.type == DATASET and event.shape == RUN:
            keys.add(dataset_key(*flow.target.dataset, version))
    for key in sorted(keys):
        if key.name and (value := fitting(f"{key.namespace} {key.name}", limit=MAX_NAME_BYTES)):
            yield IdentifierRecord(key, NAME, value)


def _key_of(party: Party) -> ArtifactKey:
    return dataset_key(*party.dataset) if party.type == DATASET else party.job


def _run_statement(event: Event, version: str) -> ArtifactRecord:
    run, job = event.envelope.run, event.job
    assert run is not None  # noqa: S101 - the shape says so
    assert job is not None  # noqa: S101
    job_tags = {"tags": tags} if (tags := (job.facets or {}).get("tags")) else None
    rest = {name: value for name, value in (job.facets or {}).items() if name != "tags"}
    key = run_key(job.namespace, job.name, version)
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
            yield IdentifierRecord(key, NAME, spelled)
    yield from names_of_kind(key)
    for namespace, name in sorted(other_names(dataset.facets)):
        for version in dict.fromkeys((dataset.version, "")):
            yield from _one(namespace, name, version, key)


def names_of_kind(key: ArtifactKey) -> Iterator[IdentifierRecord]:
    """What says that a model, or a set of features, is what others know as a dataset."""
    if key.kind != Kind.DATASET:
        for version in dict.fromkeys((key.version, "")):
            yield from _one(key.namespace, key.name, version, key)


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
