"""One thing under two names is one artifact; what is not one is kept apart."""

import hashlib

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.catalog.models import Artifact, Conflict, Edge, Merge
from apps.catalog.selectors import graph_hash, identified_by, walk
from apps.catalog.services import record_batch, tombstone_artifact
from apps.graph.records import ArtifactRecord, IdentifierRecord, LineageBatch
from tests.catalog.lineage import (
    NAMESPACE,
    digest_of,
    edges,
    key,
    names_below,
    record,
    state,
    stored,
    survivor,
)

pytestmark = pytest.mark.django_db


def test_it_takes_a_record_with_known_content_for_what_it_is() -> None:
    state("lake/raw", "lake/raw > job > train", content="rows", owner="data team")
    state("s3/raw", "s3/raw > report", content="rows", description="The monthly export.")
    raw = survivor("s3/raw")
    assert raw.name == "lake/raw"
    assert (raw.owner, raw.description) == ("data team", "The monthly export.")
    assert names_below("s3/raw") == ["job", "report", "train"]
    assert [one.name for one in identified_by(text=digest_of("rows"))] == ["lake/raw"]


def test_it_takes_what_is_said_later_of_either_name() -> None:
    state("a", content="rows")
    state("b", content="rows")
    state("b", "b > c", owner="ann")
    state("a", "a > d", tags=("gold",))
    assert (survivor("b").owner, survivor("b").tags) == ("ann", ["gold"])
    assert names_below("a") == ["c", "d"]


def test_it_merges_more_than_two() -> None:
    for name in "abc":
        state(name, f"{name} > of_{name}", content="rows")
    assert {survivor(name).name for name in "abc"} == {"a"}
    assert names_below("c") == ["of_a", "of_b", "of_c"]


def test_it_joins_what_had_been_merged_apart() -> None:
    state("a", content="x")
    state("b", content="y")
    state("c", content="x")
    proof = IdentifierRecord(key("b"), *digest_of("x").split(":"))
    record_batch(batch=LineageBatch(identifiers=(proof,)))
    assert {survivor(name).name for name in "abc"} == {"a", "b"}  # b's own digest says otherwise
    md5 = ("md5", "9e107d9d372bb6826bd81d3542a419d6")
    for name in ("c", "d"):
        claim = IdentifierRecord(key(name), *md5)
        record_batch(batch=LineageBatch(identifiers=(claim,)))
    assert survivor("d").name == "a"


@pytest.mark.parametrize(
    ("kind", "facets"),
    [
        ("code", {"code": {"commit": "a91f3e2b" * 5}}),
        ("environment", {"environment": {"image_digest": f"sha256:{'9f86d081' * 8}"}}),
    ],
)
def test_it_knows_code_by_its_commit_and_an_environment_by_its_image(
    kind: str, facets: dict[str, object]
) -> None:
    state(f"{kind}:one", facets=facets)
    state(f"{kind}:other", facets=facets)
    assert survivor(f"{kind}:other").name == "one"


@pytest.mark.parametrize(
    ("kind", "facets"),
    [
        ("code", {"code": {"commit": "a91f3e2"}}),
        ("code", {"code": {"commit": "a91f3e2b" * 5, "dirty": True}}),
        ("code", {"code": {"commit": "0" * 40}}),
        ("deployment", {"deployment": {"image_digest": f"sha256:{'9f86d081' * 8}"}}),
        ("deployment", {"deployment": {"endpoint": "https://score.shop.example"}}),
    ],
)
def test_it_does_not_take_less_for_proof(kind: str, facets: dict[str, object]) -> None:
    state(f"{kind}:one", facets=facets)
    state(f"{kind}:other", facets=facets)
    assert not Merge.objects.exists()


def test_it_does_not_take_one_name_for_another() -> None:
    for namespace in ("stanford", "microsoft"):
        dragonfly = ArtifactRecord(namespace=namespace, kind="model", name="Dragonfly")
        record_batch(batch=LineageBatch(artifacts=(dragonfly,)))
    assert Artifact.objects.survivors().count() == 2


@pytest.mark.parametrize("content", ["", "{}\n", "[]"])
def test_it_learns_nothing_from_trivial_content(content: str) -> None:
    digest = f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"
    for name in "ab":
        one = ArtifactRecord(namespace=NAMESPACE, kind="dataset", name=name, digest=digest)
        record_batch(batch=LineageBatch(artifacts=(one,)))
    assert not Merge.objects.exists()


def test_it_learns_nothing_from_a_table_without_rows() -> None:
    state("monday", content="id,amount", facets={"dataset": {"rows": 0}})
    state("tuesday", content="id,amount", facets={"dataset": {"rows": 0}})
    assert not Merge.objects.exists()


def test_it_keeps_a_model_and_a_dataset_of_one_content_apart() -> None:
    state("dataset:x", content="same")
    state("model:x", content="same")
    assert not Merge.objects.exists()


def test_it_keeps_an_artifact_and_its_copy_apart_and_says_so() -> None:
    state("raw", content="rows")
    state("copy", "raw > job > copy", content="rows")
    assert not Merge.objects.exists()
    conflict = Conflict.objects.get()
    assert (conflict.code, len(conflict.path)) == ("identity", 3)
    state("third", content="rows")  # which of the two would it be?
    assert not Merge.objects.exists()


@pytest.mark.parametrize("shape", ["copies", "merges"])
def test_it_takes_no_more_queries_to_void_many_than_to_void_one(shape: str) -> None:
    def queries(start: int, count: int) -> int:
        names = range(start, start + count)
        for n in names:
            state(f"raw{n}", content=f"rows{n}")
            if shape == "merges":
                state(f"copy{n}", content=f"rows{n}")
        said = tuple(
            ArtifactRecord(
                namespace=NAMESPACE, kind="dataset", name=f"copy{n}", digest=digest_of(f"rows{n}")
            )
            for n in names
        )
        steps = edges(*(f"raw{n} > job{n} > copy{n}" for n in names))
        with CaptureQueriesContext(connection) as captured:
            record_batch(batch=LineageBatch(artifacts=said, edges=steps))
        assert Conflict.objects.count() == start + count
        assert not Merge.objects.filter(split_in=None).exists()
        return len(captured)

    assert queries(0, 1) == queries(1, 6)


def test_it_believes_an_edge_rather_than_a_merge() -> None:
    state("raw", "raw > job", content="rows")
    state("copy", content="rows", owner="ann")
    assert survivor("copy").name == "raw"
    record("job > copy")
    assert survivor("copy").name == "copy"
    assert (survivor("copy").owner, survivor("raw").owner) == ("ann", "")
    assert names_below("raw") == ["job", "copy"]
    assert Conflict.objects.get().code == "identity"


def test_it_keeps_a_merge_that_is_not_in_the_way_of_a_refused_edge() -> None:
    state("raw", "raw > job > out", content="rows")
    state("same", content="rows")
    result = record("out > raw", atomic=False)
    assert [one.code for one in result.refusals] == ["cycle"]
    assert survivor("same").name == "raw"
    assert [one.code for one in Conflict.objects.all()] == ["cycle"]


def test_it_does_not_bring_removed_content_back(reviewer: User) -> None:
    state("raw", content="rows")
    tombstone_artifact(artifact=stored("raw"), reason="Court order.", actor=reviewer)
    state("again", content="rows")
    assert not Merge.objects.exists()


def test_it_reads_as_of_before_the_merge_as_it_was(reviewer: User) -> None:
    state("a", "a > x", content="rows")
    state("b", "b > y")
    before = walk(origins=[stored("b").pk], direction="downstream").revision
    state("b", content="rows")
    then = walk(origins=[stored("b").pk], direction="downstream", as_of=before)
    assert list(then.distance) == [stored("y").pk]
    assert names_below("b") == ["x", "y"]


def test_it_leaves_one_live_edge_for_each_statement() -> None:
    state("a", "a > x", content="rows")
    state("b", "b > x", content="rows")
    live = Edge.objects.filter(retracted_in=None)
    assert {(one.upstream.name, one.stated_upstream.name) for one in live} == {
        ("a", "a"),
        ("a", "b"),
    }
    step = edges("b > x")
    record_batch(batch=LineageBatch(producer="test", retractions=step))
    assert [one.stated_upstream.name for one in live.all()] == ["a"]


def test_it_gives_one_graph_whichever_name_was_first() -> None:
    def recorded_in(*order: str) -> tuple[str, str]:
        """The graph's hash, and the name that survives."""
        with transaction.atomic():
            for name in order:
                state(name, f"{name} > x", content="rows", owner=owners[name])
            found = graph_hash(), survivor("a").name
            assert survivor("a").owner == "bob"  # Of two undated statements the greater text.
            transaction.set_rollback(True)
        return found

    owners = {"a": "ann", "b": "bob"}
    (one, first), (other, second) = recorded_in("a", "b"), recorded_in("b", "a")
    assert one == other
    assert (first, second) == ("a", "b")


def test_a_merge_is_told_in_the_audit_log() -> None:
    state("a", content="rows")
    state("b", content="rows")
    entry = AuditEntry.objects.get(action="artifact.merged")
    assert entry.subject == f"artifact:{stored('b').pk}"
    assert entry.details == {"into": stored("a").pk, "proof": digest_of("rows")}
