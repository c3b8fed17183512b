"""The names of datasets that have several, and what is filed under them."""

from collections.abc import Iterable, Iterator

from apps.ingest.models import DatasetDrop, DatasetName, DatasetRead, DatasetWrite
from apps.ingest.openlineage.envelope import Event
from apps.ingest.openlineage.links import other_names
from apps.ingest.openlineage.naming import name_hash
from apps.ingest.selectors import names_known


def learn_names(*, events: Iterable[Event]) -> set[str]:
    """File under one hash what symlinks say are names of one dataset; return the hashes of the
    datasets that have more names than before.

    The hash is the least of all their names', so it is the same in whatever order they are learnt.
    """
    pairs = {pair for event in events for pair in _linked(event)}
    if not pairs:
        return set()
    held = names_known(hashes={one for pair in pairs for one in pair})
    stands_for: dict[str, str] = {}

    def end(one: str) -> str:
        while stands_for.get(one, one) != one:
            one = stands_for[one]
        return one

    for pair in sorted(pairs):
        first, second = sorted(end(held.get(one, one)) for one in pair)
        stands_for[second] = first
    moved = {one: end(one) for one in stands_for if end(one) != one}
    named = {one: end(held.get(one, one)) for pair in pairs for one in pair}
    for one, into in sorted(moved.items()):
        for model in (DatasetName, DatasetRead, DatasetWrite, DatasetDrop):
            model.objects.filter(dataset_hash=one).update(dataset_hash=into)
    DatasetName.objects.bulk_create(
        [
            DatasetName(name_hash=one, dataset_hash=into)
            for one, into in sorted({**named, **{into: into for into in named.values()}}.items())
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    return set(moved.values())


def _linked(event: Event) -> Iterator[tuple[str, str]]:
    envelope = event.envelope
    alone = [envelope.dataset] if envelope.dataset is not None else []
    for one in (*(envelope.inputs or ()), *(envelope.outputs or ()), *alone):
        for name in other_names(one.facets) - {(one.namespace, one.name)}:
            yield name_hash((one.namespace, one.name)), name_hash(name)
