"""The file of the worked example is lineage that the product takes as it is."""

from collections import Counter
from typing import TYPE_CHECKING

import networkx as nx

from apps.graph import validation
from apps.graph.vocabulary import ROLES, Kind
from tests.examples.conftest import LINEAGE, Example

if TYPE_CHECKING:
    from apps.graph.records import ArtifactKey


def test_it_passes_every_check_unchanged(example: Example) -> None:
    for batch in example.batches:
        for record in batch.artifacts:
            assert validation.artifact_record(record, "$") == record
        for edge in batch.edges:
            assert validation.edge_record(edge, "$") == edge
        for claim in batch.identifiers:
            assert validation.identifier_record(claim, "$") == claim


def test_it_has_no_cycle(example: Example) -> None:
    graph: nx.DiGraph[ArtifactKey] = nx.DiGraph(
        [(edge.upstream, edge.downstream) for edge in example.edges]
    )
    assert nx.is_directed_acyclic_graph(graph)


def test_it_shows_every_kind_and_only_known_roles(example: Example) -> None:
    assert {key.kind for key in example.artifacts} == {kind.value for kind in Kind}
    assert {edge.role for edge in example.edges} <= set(ROLES)


def test_it_says_everything_once(example: Example) -> None:
    said = [record.key for batch in example.batches for record in batch.artifacts]
    assert Counter(said).most_common(1)[0][1] == 1
    assert Counter(example.edges).most_common(1)[0][1] == 1


def test_it_names_one_thing_that_nobody_described(example: Example) -> None:
    ends = {end for edge in example.edges for end in (edge.upstream, edge.downstream)}
    assert [key.name for key in ends - set(example.artifacts)] == ["settlement_ledger"]


def test_it_gives_no_two_artifacts_one_digest_or_identifier(example: Example) -> None:
    digests = Counter(
        (key.kind, record.digest) for key, record in example.artifacts.items() if record.digest
    )
    claims = Counter(
        (claim.scheme, claim.value) for batch in example.batches for claim in batch.identifiers
    )
    assert digests.most_common(1)[0][1] == 1
    assert claims.most_common(1)[0][1] == 1
    assert {scheme for scheme, _ in claims} == {"git_commit", "mlflow_run", "oci_image", "sha256"}


def test_it_stays_small_enough_to_read() -> None:
    assert LINEAGE.stat().st_size < 300_000
