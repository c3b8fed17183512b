"""`record_batch`, through which all lineage enters the graph."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from apps.catalog.selectors import current_revision
from apps.catalog.services.aliases import state_aliases
from apps.catalog.services.artifacts import StoredArtifacts
from apps.catalog.services.edges import assert_edges, retract_records
from apps.catalog.services.identifiers import claim_identifiers
from apps.catalog.services.proposing import propose_suggested
from apps.catalog.services.proving import merge_proved
from apps.catalog.services.writing import Change, graph_change
from apps.graph import validation
from apps.graph.errors import BatchRefusedError, RecordError
from apps.graph.records import (
    AliasRecord,
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
    Refusal,
)

if TYPE_CHECKING:
    from apps.accounts.models import User

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """What became of a batch. `revision` is the graph's after it; `wrote` whether it changed."""

    revision: int
    wrote: bool
    artifacts_added: int
    artifacts_changed: int
    edges_added: int
    edges_retracted: int
    identifiers_added: int
    aliases_added: int
    conflicts: int
    artifacts_merged: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class _Checked:
    """The acceptable records, each with its place in the batch, in an order of their own."""

    artifacts: list[tuple[str, ArtifactRecord]]
    edges: list[tuple[str, EdgeRecord]]
    identifiers: list[tuple[str, IdentifierRecord]]
    aliases: list[tuple[str, AliasRecord]]
    retractions: list[tuple[str, EdgeRecord]]

    def keys(self) -> set[ArtifactKey]:
        keys = {record.key for _, record in self.artifacts}
        keys.update(record.artifact for _, record in self.identifiers)
        keys.update(record.artifact for _, record in self.aliases if record.artifact)
        for _, edge in (*self.edges, *self.retractions):
            keys.update((edge.upstream, edge.downstream))
        return keys


def record_batch(
    *, batch: LineageBatch, actor: "User | None" = None, atomic: bool = True
) -> BatchResult:
    """Write a batch: all of it in one transaction and one revision.

    The same batch twice, in any order, or cut in two gives the same graph. A batch that says
    nothing new takes no revision. With `atomic` a single refusal raises `BatchRefusedError` and
    nothing is written; without, the rest is written and the refusals are returned.
    """
    refusals: list[Refusal] = []
    producer = _checked_line(batch.producer or "unnamed", "$.producer", refusals)
    evidence = _checked_line(batch.evidence, "$.evidence", refusals)
    checked = _check(batch, refusals)
    if refusals and (atomic or any(refusal.path == "$.producer" for refusal in refusals)):
        raise BatchRefusedError(refusals)
    with graph_change(producer=producer, evidence=evidence, actor=actor) as change:
        _write(checked, change, refusals)
        if refusals and atomic:
            raise BatchRefusedError(refusals)
    return BatchResult(
        revision=change.number if change.wrote else current_revision(),
        wrote=change.wrote,
        artifacts_added=change.artifacts_added,
        artifacts_changed=change.artifacts_changed,
        edges_added=change.edges_added,
        edges_retracted=change.edges_retracted,
        identifiers_added=change.identifiers_added,
        aliases_added=change.aliases_added,
        conflicts=change.conflicts,
        artifacts_merged=change.artifacts_merged,
        refusals=tuple(refusals),
    )


def _write(checked: _Checked, change: Change, refusals: list[Refusal]) -> None:
    artifacts = StoredArtifacts(change=change, keys=checked.keys())
    artifacts.join(record for _, record in checked.artifacts)
    artifacts.write()
    retract_records(change=change, artifacts=artifacts, records=checked.retractions)
    refusals.extend(assert_edges(change=change, artifacts=artifacts, records=checked.edges))
    claims = claim_identifiers(
        change=change,
        artifacts=artifacts,
        records=[record for _, record in checked.artifacts],
        claims=[record for _, record in checked.identifiers],
    )
    aliases = [record for _, record in checked.aliases]
    state_aliases(change=change, artifacts=artifacts, records=aliases)
    # Last: an edge of this batch may say that two bearers of one identifier are two.
    merge_proved(change=change, claims=claims)
    propose_suggested(change=change, claims=claims)


def _check(batch: LineageBatch, refusals: list[Refusal]) -> _Checked:
    def checked(
        name: str, records: Iterable[R], check: Callable[[R, str], R]
    ) -> list[tuple[str, R]]:
        kept: list[tuple[str, R]] = []
        for place, record in enumerate(records):
            path = f"$.{name}[{place}]"
            try:
                kept.append((path, check(record, path)))
            except RecordError as error:
                refusals.append(Refusal(error.path, "invalid", error.message))
        return kept

    edges = checked("edges", batch.edges, validation.edge_record)
    # The order in which edges are tried decides which of two colliding ones is refused, so it
    # must not depend on the order in which they were sent.
    edges.sort(key=lambda placed: (placed[1].upstream, placed[1].downstream, placed[1].role))
    return _Checked(
        checked("artifacts", batch.artifacts, validation.artifact_record),
        edges,
        checked("identifiers", batch.identifiers, validation.identifier_record),
        checked("aliases", batch.aliases, validation.alias_record),
        checked("retractions", batch.retractions, validation.edge_record),
    )


def _checked_line(text: str, path: str, refusals: list[Refusal]) -> str:
    try:
        return validation.line(text, path)
    except RecordError as error:
        refusals.append(Refusal(path, "invalid", error.message))
        return ""
