"""Batches of any size, cut into what one call of the catalog takes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from apps.catalog.services import record_batch
from apps.graph.records import LineageBatch, Refusal
from apps.graph.validation import MAX_RECORDS

if TYPE_CHECKING:
    from apps.accounts.models import User

COUNTED = (
    "artifacts_added",
    "artifacts_changed",
    "edges_added",
    "edges_retracted",
    "identifiers_added",
    "conflicts",
    "artifacts_merged",
)


@dataclass(slots=True)
class Recorded:
    """What became of several batches: counts by what was written, and every refusal."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    revision: int | None = None

    def add(self, other: "Recorded") -> None:
        self.counts += other.counts
        self.refusals.extend(other.refusals)
        self.revision = other.revision if other.revision is not None else self.revision


def record_in_cuts(*, batch: LineageBatch, actor: "User | None") -> Recorded:
    """Record what can be; refused records are returned, not raised.

    Retractions come first, so that an edge that takes another's place closes no cycle with it.
    """
    recorded = Recorded()
    for cut in _cuts(batch):
        result = record_batch(batch=cut, actor=actor, atomic=False)
        recorded.counts.update({name: getattr(result, name) for name in COUNTED})
        recorded.refusals.extend(result.refusals)
        if result.wrote:
            recorded.revision = result.revision
    return recorded


def _cuts(batch: LineageBatch) -> Iterator[LineageBatch]:
    if len(batch) <= MAX_RECORDS:
        yield batch
        return
    for name in ("retractions", "artifacts", "edges", "identifiers"):
        records = iter(getattr(batch, name))
        while some := tuple(islice(records, MAX_RECORDS)):
            yield LineageBatch(producer=batch.producer, evidence=batch.evidence, **{name: some})
