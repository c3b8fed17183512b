"""Everything that enters the graph enters through `record_batch`."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Artifact, Conflict, Deployment, Edge, Identifier, Revision
from apps.catalog.selectors import current_revision, graph_hash
from apps.catalog.services import record_batch
from apps.graph.errors import BatchRefusedError
from apps.graph.records import (
    ArtifactKey,
    ArtifactRecord,
    EdgeRecord,
    IdentifierRecord,
    LineageBatch,
)
from tests.catalog.lineage import batch, edges, key, record, stored

pytestmark = pytest.mark.django_db


def test_it_stores_artifacts_edges_and_one_revision() -> None:
    result = record("raw > train > model:fraud")
    assert (result.artifacts_added, result.edges_added, result.revision) == (3, 2, 1)
    assert Revision.objects.get().artifacts_added == 3
    assert not Artifact.objects.filter(is_placeholder=True).exists()


def test_it_takes_no_revision_when_nothing_is_new() -> None:
    record("raw > train")
    before = graph_hash()
    again = record("raw > train")
    assert not again.wrote
    assert again.revision == 1
    assert (graph_hash(), current_revision()) == (before, 1)


def test_it_makes_placeholders_of_what_is_only_named() -> None:
    record_batch(batch=LineageBatch(producer="test", edges=edges("raw > train")))
    assert stored("raw").is_placeholder
    record_batch(batch=LineageBatch(producer="test", artifacts=batch("raw > train").artifacts[:1]))
    assert not stored("raw").is_placeholder
    assert stored("train").is_placeholder


def test_it_refuses_a_cycle_with_the_path_named_and_writes_nothing() -> None:
    record("a > b > c")
    with pytest.raises(BatchRefusedError) as refused:
        record("c > d", "c > a")
    (refusal,) = refused.value.refusals
    assert refusal.message == "Would close a cycle: c → a → b → c."
    assert [one.name for one in refusal.cycle] == ["c", "a", "b", "c"]
    assert not Artifact.objects.filter(name="d").exists()
    assert current_revision() == 1


def test_it_writes_the_rest_and_keeps_the_conflict_when_not_atomic() -> None:
    record("a > b > c")
    result = record("c > d", "c > a", atomic=False)
    assert (len(result.refusals), result.edges_added, result.conflicts) == (1, 1, 1)
    conflict = Conflict.objects.get()
    assert (conflict.first.name, conflict.second.name, conflict.code) == ("c", "a", "cycle")
    assert not record("c > d", "c > a", atomic=False).wrote


def test_it_refuses_an_edge_to_itself() -> None:
    with pytest.raises(BatchRefusedError, match="Would close a cycle: a → a"):
        record("a > a")


def test_it_refuses_the_same_edge_of_a_cycle_in_whatever_order_a_batch_is_sent() -> None:
    chains = ("a > b", "b > c", "c > a")
    hashes = set()
    for turned in (chains, chains[1:] + chains[:1], chains[::-1]):
        Conflict.objects.all().delete()
        Edge.objects.all().delete()
        record(*turned, atomic=False)
        hashes.add(graph_hash())
    assert len(hashes) == 1


def test_it_names_the_place_of_each_bad_value() -> None:
    bad = LineageBatch(
        producer="test",
        artifacts=(
            ArtifactRecord(namespace="n", kind="dataset", name="fine"),
            ArtifactRecord(namespace="n", kind="Data Set", name="x"),
            ArtifactRecord(namespace="n", kind="dataset", name="a\x00b"),
            ArtifactRecord(namespace="n", kind="run", name="r", facets={"run": {"metrics": 3}}),
        ),
    )
    with pytest.raises(BatchRefusedError) as refused:
        record_batch(batch=bad)
    assert [one.path for one in refused.value.refusals] == [
        "$.artifacts[1].kind",
        "$.artifacts[2].name",
        "$.artifacts[3].facets.run.metrics",
    ]
    assert record_batch(batch=bad, atomic=False).artifacts_added == 1


def test_it_keeps_a_contradicting_digest_as_a_version_of_its_own() -> None:
    def says(digest: str) -> LineageBatch:
        return LineageBatch(
            producer="test",
            artifacts=(
                ArtifactRecord(
                    namespace="shop", kind="dataset", name="raw", version="7", digest=digest
                ),
            ),
            edges=(EdgeRecord(key("raw@7"), key("train"), "derived"),),
        )

    record_batch(batch=says("sha256:" + "a" * 64))
    record_batch(batch=says("sha256:" + "b" * 64))
    again = record_batch(batch=says("sha256:" + "b" * 64))
    assert not again.wrote
    assert stored("raw@7").digest == "sha256:" + "a" * 64
    other = stored("raw@7+bbbbbbbbbbbb")
    assert other.digest == "sha256:" + "b" * 64
    assert {edge.upstream for edge in Edge.objects.all()} == {stored("raw@7"), other}
    assert Conflict.objects.get().code == "digest"


def test_it_keeps_each_producers_assertion_of_an_edge() -> None:
    record("a > b", producer="airflow")
    record("a > b", producer="mlflow")
    assert Edge.objects.count() == 2


def test_it_retracts_only_the_producers_own_edge_and_asserts_it_again() -> None:
    record("a > b", producer="airflow")
    record("a > b", producer="mlflow")
    taken_back = LineageBatch(producer="mlflow", retractions=edges("a > b"))
    assert record_batch(batch=taken_back).edges_retracted == 1
    assert not record_batch(batch=taken_back).wrote
    assert [one.producer for one in Edge.objects.filter(retracted_in=None)] == ["airflow"]
    assert record("a > b", producer="mlflow").edges_added == 1


def test_it_puts_deployments_into_columns() -> None:
    facet = {
        "environment": "production",
        "endpoint": "https://fraud.example/score",
        "replicas": 3,
        "live_from": "2026-10-01T02:00:00Z",
    }
    live = ArtifactRecord(
        namespace="shop", kind="deployment", name="api", facets={"deployment": facet}
    )
    record_batch(batch=LineageBatch(producer="test", artifacts=(live,)))
    deployment = Deployment.objects.get(environment="production")
    assert deployment.live_from == datetime(2026, 10, 1, 2, tzinfo=UTC)
    assert Identifier.objects.get().value == "https://fraud.example/score"


def test_it_finds_identifiers_once_however_often_claimed() -> None:
    claim = IdentifierRecord(key("raw"), "s3", "s3://lake/raw")
    first = record_batch(batch=LineageBatch(producer="test", identifiers=(claim, claim)))
    assert first.identifiers_added == 1
    assert not record_batch(batch=LineageBatch(producer="test", identifiers=(claim,))).wrote


def test_it_accepts_names_of_any_script_and_long_ones() -> None:
    for name in ("x" * 2000, "数据集", "a:b/c@d", "<b>", "s3://bucket/key", "\u202eabc"):
        long_key = ArtifactKey("n" * 2000, "dataset", name, "v" * 500)
        record_batch(
            batch=LineageBatch(
                producer="p" * 2000, edges=(EdgeRecord(key("raw"), long_key, "derived"),)
            )
        )
        assert Artifact.objects.filter(name=name).exists()


def test_it_needs_few_queries_however_large_the_batch() -> None:
    chains = [f"a{i} > b{i}" for i in range(300)]
    with CaptureQueriesContext(
        connection,
    ) as small:
        record("x > y")
    with CaptureQueriesContext(connection) as large:
        record(*chains)
    assert len(large) <= len(small) + 25


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"withdrawn": ("owner",)}, "stated_at"),
        ({"withdrawn": ("name",), "stated_at": datetime(2026, 1, 1, tzinfo=UTC)}, "withdrawn[0]"),
        (
            {
                "withdrawn": ("description", "facets.f"),
                "facets": {"f": 1},
                "stated_at": datetime(2026, 1, 1, tzinfo=UTC),
            },
            "withdrawn[1]",
        ),
    ],
)
def test_it_refuses_to_withdraw_what_cannot_be(fields: dict[str, Any], place: str) -> None:
    said = ArtifactRecord(namespace="shop", kind="dataset", name="raw", **fields)
    with pytest.raises(BatchRefusedError) as refused:
        record_batch(batch=LineageBatch(producer="test", artifacts=(said,)))
    assert [one.path for one in refused.value.refusals] == [f"$.artifacts[0].{place}"]
