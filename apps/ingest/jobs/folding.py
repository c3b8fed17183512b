"""New events, and all that is derived of them: what is said of artifacts, and every edge."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from apps.graph.records import (
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
)
from apps.ingest.jobs.deriving import (
    Folds,
    Moment,
    bring_up_to_date,
    derive_reads,
    derive_writes,
    fold_runs,
    said_of_attempts,
)
from apps.ingest.jobs.dropping import drop_datasets, states_of_dropped
from apps.ingest.jobs.naming import learn_names
from apps.ingest.openlineage import PRODUCER
from apps.ingest.openlineage.design import fold_design
from apps.ingest.openlineage.edges import (
    design_edges,
    designed_by,
    run_edges,
    stated_by,
    stated_edges,
)
from apps.ingest.openlineage.envelope import RUN, Event
from apps.ingest.openlineage.fold import RunFold
from apps.ingest.openlineage.mapping import lifetime, names_of_kind, statements
from apps.ingest.openlineage.naming import run_hash
from apps.ingest.openlineage.telling import Name
from apps.ingest.selectors import (
    Read,
    dataset_hashes,
    events_by_key,
    live_edges_by,
    live_run_edges,
    readers_of,
    readers_within,
    tellings,
    versions_read,
    windows_after,
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the versionless mentions of a run's attempts meant, as far as it is known."""

    known: Mapping[Read, ArtifactKey]
    hashes: Mapping[Name, str]

    def of_datasets(self, key: str, fold: RunFold) -> dict[Name, ArtifactKey]:
        reads = {name: (key, self.hashes[name], fold.started) for name, _ in fold.reads}
        return {name: self.known[read] for name, read in reads.items() if read in self.known}

    def of_runs(self, key: str, fold: RunFold) -> dict[ArtifactKey, ArtifactKey]:
        reads = {one: (key, run_hash(one), fold.started) for one in fold.parents}
        return {one: self.known[read] for one, read in reads.items() if read in self.known}


@dataclass(frozen=True, slots=True)
class Derived:
    """A batch without evidence, and the runs whose edges it brings up to date."""

    batch: LineageBatch
    folds: dict[str, list[RunFold]]


def derive(*, events: Collection[Event], receipt: str) -> Derived:
    """What the graph is to be told because of these new events, which are stored already."""
    current = bring_up_to_date(events=events, receipt=receipt)
    folds = dict(fold_runs(current=current))
    renamed = learn_names(events=events)
    dropped = drop_datasets(events=events)
    said = [statement for event in events for statement in statements(event)]
    said += said_of_attempts(current=current)
    for fold in (fold for attempts in folds.values() for fold in attempts):
        said += [lifetime(fold), *(name for one in fold.typed for name in names_of_kind(one))]
    changed = derive_writes(folds=folds, events=events)
    derive_reads(folds=folds)
    folds |= _readers_concerned(folds, changed, renamed)
    touched = dropped | renamed | {dataset for dataset, _ in changed}
    said += states_of_dropped(datasets=touched)
    wanted, live = _edges_of(folds)
    batch = LineageBatch(
        producer=PRODUCER,
        artifacts=tuple(one for one in said if isinstance(one, ArtifactRecord)),
        identifiers=tuple({one for one in said if isinstance(one, IdentifierRecord)}),
        edges=tuple(wanted - live),
        retractions=tuple(live - wanted),
    )
    return Derived(batch, folds)


def _readers_concerned(
    folds: Folds, changed: Collection[Moment], renamed: Collection[str]
) -> dict[str, list[RunFold]]:
    """Runs received earlier whose versionless reads may mean another version now."""
    if not changed and not renamed:
        return {}
    readers = readers_within(windows=windows_after(moments=changed)) | readers_of(datasets=renamed)
    return dict(fold_runs(current=tellings(keys=readers - folds.keys())))


def _edges_of(folds: Folds) -> tuple[set[EdgeRecord], set[EdgeRecord]]:
    """The edges that these runs should have, and those that they have."""
    meaning = _meaning(folds)
    wanted: set[EdgeRecord] = set()
    for key, attempts in folds.items():
        for fold in attempts:
            meant = meaning.of_datasets(key, fold)
            wanted |= run_edges(fold, meant, meaning.of_runs(key, fold))
    runs = {fold.key for attempts in folds.values() for fold in attempts}
    return wanted, live_run_edges(runs=runs)


def _meaning(folds: Folds) -> Meaning:
    names = {name for every in folds.values() for fold in every for name, _ in fold.reads}
    return Meaning(versions_read(keys=folds.keys()), dataset_hashes(names=names))


def stated_apart(*, folds: Folds, events: Iterable[Event]) -> Iterator[LineageBatch]:
    """The edges that are asserted in a name of their own, so that none withdraws another's: what a
    run states exactly, and what a job or an event of a dataset says of the design.
    """
    stating = {
        key: attempts
        for key, attempts in folds.items()
        if any(fold.states_apart for fold in attempts)
    }
    meaning = _meaning(stating) if stating else None
    for key, attempts in sorted(stating.items()):
        for fold in attempts:
            meant = meaning.of_datasets(key, fold) if meaning else {}
            yield _brought_to(stated_by(fold), stated_edges(fold, meant))
    designs = {event.key for event in events if event.shape != RUN and event.key}
    for _, every in sorted(events_by_key(keys=designs).items()):
        design = fold_design(every)
        yield _brought_to(designed_by(design), design_edges(design))


def _brought_to(producer: str, wanted: set[EdgeRecord]) -> LineageBatch:
    live = live_edges_by(producer=producer)
    return LineageBatch(
        producer=producer, edges=tuple(wanted - live), retractions=tuple(live - wanted)
    )
