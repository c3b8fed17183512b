"""Events as statements on artifacts, folds as edges.

What one event says is dated by its own time and never depends on another event, so the catalog
joins such statements in whatever order they come. What depends on several events is told by their
fold: `lifetime` for a run's state, and the edges.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from apps.graph.records import ArtifactRecord, EdgeRecord, IdentifierRecord
from apps.graph.strict_json import canonical
from apps.graph.validation import MAX_NAME_BYTES
from apps.ingest.openlineage import PRODUCER
from apps.ingest.openlineage.envelope import RUN, Dataset, Event, fold_key
from apps.ingest.openlineage.facets import (
    content_digest,
    counted,
    described,
    facet,
    fitting,
    kept,
    located,
    owned,
    tagged,
)
from apps.ingest.openlineage.fold import JobFold, Name, RunFold
from apps.ingest.openlineage.naming import code_key, dataset_key, run_key, source_location

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
        yield from _dataset_statements(event, one, one.version or event.run_id, written=True)
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
    key = dataset_key(dataset.namespace, dataset.name, version)
    given, sides = dataset.facets, (dataset.output_facets, dataset.input_facets)
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
        facets=kept(given, *sides) | counted(given, *sides),
    )
    links = facet(given, "symlinks").get("identifiers")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and (value := _elsewhere(link, version)):
            yield IdentifierRecord(key, PRODUCER, value)


def _elsewhere(link: dict[str, Any], version: str) -> str:
    """The other name of this version. Without the version, all of a name would claim one."""
    namespace, name = link.get("namespace"), link.get("name")
    if not isinstance(namespace, str) or not isinstance(name, str) or not name:
        return ""
    return fitting(
        f"{namespace} {name}@{version}" if version else f"{namespace} {name}", limit=MAX_NAME_BYTES
    )


def lifetime(fold: RunFold) -> ArtifactRecord:
    """The run's state and times.

    It is dated by its last event and a microsecond more for each event folded: of two folds of
    one run the one that knows more events is the later, and wins whenever it arrives.
    """
    run: dict[str, Any] = {
        "state": fold.state,
        "started_at": fold.started_at and fold.started_at.isoformat(),
        "ended_at": fold.ended_at and fold.ended_at.isoformat(),
        "seed": fold.seed,
        "parameters": fold.parameters,
    }
    key = run_key(fold.namespace, fold.name, fold.run_id)
    return ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        occurred_at=fold.started_at,
        stated_at=fold.stated_at + timedelta(microseconds=fold.events),
        facets={"run": {name: value for name, value in run.items() if value not in (None, "", {})}},
    )


def run_edges(fold: RunFold, versions: Mapping[Name, str]) -> set[EdgeRecord]:
    """The run's edges. `versions` says which version each versionless read was; none: unknown."""
    run = run_key(fold.namespace, fold.name, fold.run_id)
    read = {dataset_key(*one) for one in fold.inputs}
    read |= {dataset_key(*name, versions.get(name, "")) for name in fold.reads}
    written = {dataset_key(*one) for one in fold.outputs}
    edges = {EdgeRecord(run, one, "output") for one in written}
    # What the run itself wrote it did not need for the making of it.
    edges |= {EdgeRecord(one, run, "input") for one in read - written}
    edges |= {EdgeRecord(one, run, "code") for one in fold.code}
    return edges | {EdgeRecord(one, run, "orchestration") for one in fold.parents}


def job_edges(fold: JobFold) -> set[EdgeRecord]:
    """Derivation as designed: between the datasets as such, whatever their versions."""
    edges: set[EdgeRecord] = set()
    for output in fold.outputs:
        written = dataset_key(*output)
        edges |= {
            EdgeRecord(dataset_key(*one), written, "derived") for one in fold.inputs - {output}
        }
        edges |= {EdgeRecord(one, written, "code") for one in fold.code}
    return edges


def job_producer(fold: JobFold) -> str:
    """Two jobs may state one derivation, and each withdraws only its own."""
    name = f"{PRODUCER}:{canonical([fold.namespace, fold.name])}"
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    return f"{PRODUCER}:{fold_key(fold.namespace, fold.name, '')}"
