"""What people decide about identity: two are one, one is two after all."""

import pytest

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.catalog.models import Artifact, Merge
from apps.catalog.selectors import graph_hash
from apps.catalog.services import (
    merge_artifacts,
    record_batch,
    split_artifact,
    tombstone_artifact,
)
from apps.graph.errors import CycleError, RecordError
from apps.graph.records import IdentifierRecord, LineageBatch
from tests.catalog.lineage import key, names_below, record, state, stored, survivor

pytestmark = pytest.mark.django_db


def test_it_removes_the_content_under_every_name(reviewer: User) -> None:
    state("a", content="rows", description="Names and addresses.")
    state("b", content="rows", description="Who lives where.")
    left = tombstone_artifact(artifact=stored("b"), reason="Court order.", actor=reviewer)
    assert left.name == "a"
    assert set(Artifact.objects.values_list("description", flat=True)) == {""}
    split_artifact(merge=Merge.objects.get(), reason="They are two.", actor=reviewer)
    assert all(one.is_tombstone and not one.description for one in Artifact.objects.all())


def test_a_person_can_split_what_was_merged(reviewer: User) -> None:
    state("a", "a > x", content="rows", owner="ann")
    before = graph_hash()
    state("b", "b > y", content="rows", owner="bob")
    state("c", "c > z", content="rows")
    merge = Merge.objects.get(artifact=stored("b"))
    alone = split_artifact(merge=merge, reason="Another month, same rows.", actor=reviewer)
    assert (alone.name, alone.owner, alone.is_placeholder) == ("b", "bob", False)
    assert (survivor("a").owner, names_below("a")) == ("ann", ["x", "z"])
    assert names_below("b") == ["y"]
    assert graph_hash() != before
    entry = AuditEntry.objects.filter(action="artifact.split").get()
    assert (entry.actor, entry.details["reason"]) == (reviewer, "Another month, same rows.")


def test_what_a_person_split_stays_split(reviewer: User) -> None:
    state("a", content="rows")
    state("b", content="rows")
    split_artifact(merge=Merge.objects.get(), reason="Two.", actor=reviewer)
    record_batch(
        batch=LineageBatch(identifiers=(IdentifierRecord(key("b"), "blake3", "ab12" * 16),))
    )
    record_batch(
        batch=LineageBatch(identifiers=(IdentifierRecord(key("a"), "blake3", "AB12" * 16),))
    )
    assert survivor("b").name == "b"
    state("c", content="rows")
    assert survivor("b").name == "b"


def test_a_split_takes_along_what_was_merged_before(reviewer: User) -> None:
    state("a", "a > x")
    state("b", content="rows")
    state("c", "c > z", content="rows")
    merge_artifacts(
        artifact=stored("b"), survivor=stored("a"), reason="Same table.", actor=reviewer
    )
    assert survivor("c").name == "a"
    split_artifact(merge=Merge.objects.get(scheme=""), reason="It is not.", actor=reviewer)
    assert (survivor("c").name, survivor("a").name) == ("b", "a")
    assert (names_below("c"), names_below("a")) == (["z"], ["x"])


def test_a_person_can_merge_what_nothing_proves(reviewer: User) -> None:
    state("a", "a > x", owner="ann")
    state("b", "b > y", tags=("gold",))
    one = merge_artifacts(
        artifact=stored("b"), survivor=stored("a"), reason="Renamed in May.", actor=reviewer
    )
    assert (one.name, one.owner, one.tags) == ("a", "ann", ["gold"])
    assert names_below("b") == ["x", "y"]
    entry = AuditEntry.objects.get(action="artifact.merged")
    assert entry.details == {"into": one.pk, "proof": "", "reason": "Renamed in May."}


def test_a_person_cannot_merge_an_artifact_with_what_was_made_from_it(reviewer: User) -> None:
    record("a > b > c")
    with pytest.raises(CycleError) as refused:
        merge_artifacts(artifact=stored("a"), survivor=stored("c"), reason="Same.", actor=reviewer)
    assert [step.name for step in refused.value.path] == ["a", "b", "c"]
    assert not Merge.objects.exists()


@pytest.mark.parametrize(
    ("artifact", "reason", "message"),
    [
        ("a", "Same.", "already"),
        ("model:m", "Same.", "cannot be one"),
        ("b", "  ", "Say why"),
    ],
)
def test_it_refuses_a_merge_that_makes_no_sense(
    reviewer: User, artifact: str, reason: str, message: str
) -> None:
    for name in ("a", "b", "model:m"):
        state(name)
    with pytest.raises(RecordError, match=message):
        merge_artifacts(
            artifact=stored(artifact), survivor=stored("a"), reason=reason, actor=reviewer
        )
