"""Datasets that are gone: shown on the dataset as such, until something writes it anew."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from apps.catalog.models import Artifact
from apps.graph.hashing import key_hash
from apps.graph.records import ArtifactRecord
from apps.ingest.models import DatasetDrop
from apps.ingest.openlineage.envelope import Event
from apps.ingest.openlineage.lifecycle import DROP, change_of, previous_name
from apps.ingest.selectors import dataset_hashes, last_completed, last_drops

FACET = "lifecycle"
DROPPED, RENAMED = "dropped", "renamed"


def drop_datasets(*, events: Iterable[Event]) -> set[str]:
    """Take down what these events say was dropped or renamed; return the datasets concerned."""
    rows = [row for event in events for row in _drops(event)]
    if not rows:
        return set()
    hashes = dataset_hashes(names={(one.namespace, one.name) for one in rows})
    for one in rows:
        one.dataset_hash = hashes[one.namespace, one.name]
    DatasetDrop.objects.bulk_create(rows, batch_size=500)
    return {one.dataset_hash for one in rows}


def _drops(event: Event) -> Iterator[DatasetDrop]:
    envelope = event.envelope
    alone = [envelope.dataset] if envelope.dataset is not None and event.job is None else []
    for one in (*(envelope.inputs or ()), *(envelope.outputs or ()), *alone):
        if change_of(one.facets) == DROP:
            yield _drop(event, (one.namespace, one.name), one.kind, DROPPED)
        elif (before := previous_name(one.facets)) and before != (one.namespace, one.name):
            yield _drop(event, before, one.kind, RENAMED)


def _drop(event: Event, name: tuple[str, str], kind: str, state: str) -> DatasetDrop:
    namespace, last = name
    return DatasetDrop(
        namespace=namespace,
        kind=kind,
        name=last,
        state=state,
        dropped_at=event.time,
        source=event.digest,
    )


def states_of_dropped(*, datasets: Collection[str]) -> list[ArtifactRecord]:
    """What is to be said of those of these datasets that were ever dropped: that they are gone, or
    no longer so. It is dated after whatever was said before, because what was known then was less.
    """
    drops = last_drops(datasets=datasets)
    if not drops:
        return []
    written = last_completed(datasets={one.dataset_hash for one in drops})
    last = {one.dataset_hash: one for one in drops}
    rows = Artifact.objects.filter(key_hash__in=[key_hash(one.key) for one in drops])
    held = {row.key: row for row in rows}
    found = []
    for one in drops:
        row, drop = held.get(one.key), last[one.dataset_hash]
        completed = written.get(one.dataset_hash, drop.dropped_at)
        said = {FACET: _state(drop)} if _is_gone(drop, written.get(one.dataset_hash)) else {}
        if row and not row.is_placeholder and row.facets.get(FACET) == said.get(FACET):
            continue
        moment = max(drop.dropped_at, completed)
        if row and (stamp := row.stamps.get(f"facets.{FACET}")):
            moment = max(moment, datetime.fromisoformat(stamp) + timedelta(microseconds=1))
        found.append(
            ArtifactRecord(
                namespace=one.namespace,
                kind=one.kind,
                name=one.name,
                stated_at=moment,
                facets=said,
                withdrawn=() if said else (f"facets.{FACET}",),
            )
        )
    return found


def _is_gone(drop: DatasetDrop, completed: datetime | None) -> bool:
    """Whether nothing was complete after it; a rename completes the new name as it takes place."""
    if completed is None or completed < drop.dropped_at:
        return True
    return completed == drop.dropped_at and drop.state == DROPPED


def _state(drop: DatasetDrop) -> dict[str, str]:
    return {"state": drop.state, "at": drop.dropped_at.isoformat()}
