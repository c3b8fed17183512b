"""Joining statements: twice, in any order, in any cut."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.graph.merge import Statements, stated_by
from apps.graph.records import ArtifactRecord

TIMES = st.sampled_from([None, *(datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3))])
RECORDS = st.builds(
    ArtifactRecord,
    namespace=st.just("n"),
    kind=st.just("dataset"),
    name=st.just("raw"),
    digest=st.sampled_from(["", "md5:1", "sha256:1", "odd:2"]),
    owner=st.sampled_from(["", "ann", "bob"]),
    description=st.sampled_from(["", "x", "y"]),
    tags=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
    occurred_at=TIMES,
    stated_at=TIMES,
    facets=st.dictionaries(st.sampled_from(["f", "g"]), st.integers(0, 3), max_size=2),
    withdrawn=st.lists(
        st.sampled_from(["owner", "description", "occurred_at", "facets.f"]), max_size=2
    ).map(tuple),
)


def joined(records: list[ArtifactRecord]) -> Statements:
    statements = Statements()
    for record in records:
        statements.join(stated_by(record))
    return statements


@given(st.lists(RECORDS, max_size=6).flatmap(lambda r: st.tuples(st.just(r), st.permutations(r))))
def test_it_ends_the_same_in_any_order(
    orders: tuple[list[ArtifactRecord], list[ArtifactRecord]],
) -> None:
    assert joined(orders[0]) == joined(orders[1])


@given(st.lists(RECORDS, max_size=6))
def test_it_changes_nothing_when_told_again(records: list[ArtifactRecord]) -> None:
    statements = joined(records)
    assert not any(statements.join(stated_by(record)) for record in records)


def test_it_lets_the_later_statement_win() -> None:
    def owned(owner: str, day: int) -> ArtifactRecord:
        stated = datetime(2026, 1, day, tzinfo=UTC)
        return ArtifactRecord(namespace="n", kind="k", name="x", owner=owner, stated_at=stated)

    assert joined([owned("zoe", 1), owned("ann", 2)]).owner == "ann"
    assert joined([owned("ann", 2), owned("zoe", 1)]).owner == "ann"


def test_it_never_erases_by_silence() -> None:
    named = ArtifactRecord(namespace="n", kind="k", name="x", owner="ann")
    silent = ArtifactRecord(
        namespace="n", kind="k", name="x", stated_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert joined([named, silent]).owner == "ann"


def test_it_forgets_what_is_withdrawn_until_it_is_stated_again() -> None:
    def said(day: int, *withdrawn: str, **fields: Any) -> ArtifactRecord:
        stated = datetime(2026, 1, day, tzinfo=UTC)
        return ArtifactRecord(
            namespace="n", kind="k", name="x", stated_at=stated, withdrawn=withdrawn, **fields
        )

    first = said(1, owner="ann", facets={"f": 1, "g": 1})
    second = said(2, "owner", "facets.f")
    third = said(3, facets={"f": 3})
    assert (joined([second, first]).owner, joined([second, first]).facets) == ("", {"g": 1})
    assert joined([third, first, second]).facets == {"f": 3, "g": 1}
