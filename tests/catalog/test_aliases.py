"""Names that move: what they name now, named then, and named over time."""

from datetime import UTC, datetime

import pytest

from apps.accounts.models import User
from apps.catalog.models import AliasStatement, Artifact, Merge, Revision
from apps.catalog.selectors import (
    Span,
    alias_at,
    alias_history,
    aliases_over_time,
    current_aliases,
    current_revision,
    graph_hash,
    identified_by,
)
from apps.catalog.services import BatchResult, merge_artifacts, record_batch, split_artifact
from apps.graph.errors import BatchRefusedError
from apps.graph.records import AliasRecord, LineageBatch
from tests.catalog.lineage import key, record, state, stored, survivor

pytestmark = pytest.mark.django_db

NAME = "models:/churn@champion"


def on(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9, 12, tzinfo=UTC)


def said(
    named: str | None, at: datetime, *, value: str = NAME, producer: str = "mlflow"
) -> BatchResult:
    """That the name was seen to name `model:churn@3`, or nothing."""
    alias = AliasRecord("mlflow", value, named and key(named), at)  # type: ignore[arg-type]
    return record_batch(batch=LineageBatch(producer=producer, aliases=(alias,)))


def named_on(at: datetime, as_of: int | None = None) -> str | None:
    held = alias_at(scheme="mlflow", value=NAME, when=at, as_of=as_of)
    return str(held.artifact) if held else None


def in_words(spans: list[Span]) -> list[tuple[str, str, str, str]]:
    """Each span as what it named, since, until, and what it named then."""
    return [
        (
            str(one.artifact),
            f"{one.since:%d %b}",
            f"{one.until:%d %b}" if one.until else "now",
            str(one.then),
        )
        for one in spans
    ]


def history() -> list[tuple[str, str, str, str]]:
    return in_words(alias_history(scheme="mlflow", value=NAME))


def test_it_says_what_a_name_named_at_a_time() -> None:
    said("model:churn@3", on(10, 3))
    said("model:churn@4", on(11, 5))
    assert named_on(on(10, 2)) is None
    assert named_on(on(10, 3)) == "churn@3"
    assert named_on(on(11, 4)) == "churn@3"
    assert named_on(on(11, 5)) == "churn@4"


def test_it_makes_one_span_of_what_was_seen_again_and_again() -> None:
    for day in (9, 3, 6):
        said("model:churn@3", on(10, day))
    said("model:churn@4", on(11, 5))
    said("model:churn@3", on(11, 7))
    assert history() == [
        ("churn@3", "07 Nov", "now", "None"),
        ("churn@4", "05 Nov", "07 Nov", "churn@3"),
        ("churn@3", "03 Oct", "05 Nov", "churn@4"),
    ]


def test_a_statement_that_arrives_late_takes_its_place() -> None:
    said("model:churn@3", on(10, 3))
    said("model:churn@3", on(10, 9))
    said("model:churn@4", on(10, 6))
    assert [row[:3] for row in history()] == [
        ("churn@3", "09 Oct", "now"),
        ("churn@4", "06 Oct", "09 Oct"),
        ("churn@3", "03 Oct", "06 Oct"),
    ]


def test_a_name_may_come_to_name_nothing() -> None:
    said("model:churn@3", on(10, 3))
    said(None, on(10, 6))
    held = alias_at(scheme="mlflow", value=NAME, when=on(10, 7))
    assert held is not None
    assert held.artifact is None
    assert current_aliases(artifact_ids=[stored("model:churn@3").pk]) == {}
    assert [row[0] for row in history()] == ["None", "churn@3"]


def test_taken_from_one_and_given_to_another_at_once_it_names_the_other() -> None:
    said("model:churn@3", on(10, 3))
    for named in ("model:churn@4", None):
        said(named, on(10, 6))
    assert named_on(on(10, 7)) == "churn@4"
    assert [row[0] for row in history()] == ["churn@4", "churn@3"]


@pytest.mark.parametrize("order", [(3, 4), (4, 3)])
def test_of_two_statements_of_one_time_order_does_not_decide(order: tuple[int, int]) -> None:
    for version in order:
        said(f"model:churn@{version}", on(10, 3))
    assert named_on(on(10, 4)) == "churn@4"  # By the greater fingerprint, whoever came first.
    assert len(history()) == 1


def test_it_gives_the_names_of_many_artifacts_at_once(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    said("model:churn@3", on(10, 3), value="models:/churn@challenger")
    said("model:churn@3", on(10, 3))
    said("model:churn@4", on(11, 5))
    ids = [stored(f"model:churn@{version}").pk for version in (3, 4)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = current_aliases(artifact_ids=ids)
    assert {pk: [one.value for one in names] for pk, names in found.items()} == {
        ids[0]: ["models:/churn@challenger"],
        ids[1]: [NAME],
    }


def test_it_gives_the_names_of_one_artifact_over_time() -> None:
    said("model:churn@3", on(10, 3))
    said("model:churn@4", on(11, 5))
    said("model:churn@5", on(11, 6))
    said("model:churn@3", on(11, 7))
    said("model:other@1", on(11, 8), value="models:/other@champion")
    assert in_words(aliases_over_time(artifact=stored("model:churn@3"))) == [
        ("churn@3", "07 Nov", "now", "None"),
        ("churn@3", "03 Oct", "05 Nov", "churn@4"),
    ]


def test_what_has_not_come_yet_is_not_now() -> None:
    said("model:churn@3", on(10, 3))
    said("model:churn@4", datetime(2199, 1, 1, tzinfo=UTC))
    assert list(current_aliases(artifact_ids=Artifact.objects.values_list("pk", flat=True))) == [
        stored("model:churn@3").pk
    ]


def test_it_answers_as_of_a_revision() -> None:
    said("model:churn@3", on(10, 3))
    before = current_revision()
    said("model:churn@4", on(10, 1))
    said("model:churn@4", on(11, 5))
    assert named_on(on(10, 2), as_of=before) is None
    assert named_on(on(11, 6), as_of=before) == "churn@3"
    assert len(alias_history(scheme="mlflow", value=NAME, as_of=before)) == 1


def test_the_same_twice_says_nothing_new() -> None:
    first = said("model:churn@3", on(10, 3))
    again = said("model:churn@3", on(10, 3))
    assert (first.wrote, first.aliases_added) == (True, 1)
    assert (again.wrote, again.aliases_added) == (False, 0)
    assert said("model:churn@3", on(10, 3), producer="another").aliases_added == 1
    assert Revision.objects.get(number=first.revision).aliases_added == 1


def test_it_follows_a_merge_and_a_split(reviewer: User) -> None:
    said("model:churn@3", on(10, 3))
    said("model:champion.bin", on(10, 6))
    before = current_revision()
    merge_artifacts(
        artifact=stored("model:champion.bin"),
        survivor=stored("model:churn@3"),
        reason="The same weights.",
        actor=reviewer,
    )
    assert [row[:3] for row in history()] == [("churn@3", "03 Oct", "now")]
    assert named_on(on(10, 7), as_of=before) == "champion.bin"
    assert AliasStatement.objects.known().count() == 2

    split_artifact(merge=Merge.objects.get(), reason="They differ.", actor=reviewer)
    assert [row[0] for row in history()] == ["champion.bin", "churn@3"]


def test_it_names_what_its_artifact_proves_to_be_in_the_same_batch() -> None:
    state("model:weights", content="w")
    said("model:churn@3", on(10, 3))
    state("model:churn@3", content="w")
    said("model:churn@3", on(10, 4))
    assert [row[:3] for row in history()] == [("weights", "03 Oct", "now")]
    assert {one.stated_artifact for one in AliasStatement.objects.known()} == {
        stored("model:churn@3")
    }


def test_one_said_of_two_names_of_one_artifact_is_said_once_in_the_graphs_hash() -> None:
    for name in ("model:a", "model:b"):
        state(name, content="w")
    said("model:a", on(10, 3))
    one = graph_hash()
    said("model:b", on(10, 3))
    assert graph_hash() == one
    said("model:b", on(10, 4))
    assert graph_hash() != one


@pytest.mark.parametrize(
    "text", [NAME, "churn@champion", "mlflow:models:/churn@champion", "mlflow:churn@champion"]
)
def test_it_finds_what_a_name_names_now(text: str) -> None:
    said("model:churn@3", on(10, 3))
    said("model:churn@4", on(11, 5))
    assert [str(one) for one in identified_by(text=text)] == ["churn@4"]


def test_a_name_that_names_nothing_finds_nothing() -> None:
    said("model:churn@3", on(10, 3))
    said(None, on(11, 5))
    assert not identified_by(text=NAME).exists()


def test_it_makes_a_placeholder_of_what_is_only_named() -> None:
    said("model:churn@3", on(10, 3))
    assert survivor("model:churn@3").is_placeholder
    record("raw > model:churn@3")
    assert not survivor("model:churn@3").is_placeholder


@pytest.mark.parametrize(
    ("alias", "path"),
    [
        (AliasRecord("ML flow", NAME, None, on(10, 3)), "$.aliases[0].scheme"),
        (AliasRecord("mlflow", " ", None, on(10, 3)), "$.aliases[0].value"),
        (AliasRecord("mlflow", "a\0b", None, on(10, 3)), "$.aliases[0].value"),
        (AliasRecord("mlflow", "a" * 2001, None, on(10, 3)), "$.aliases[0].value"),
        (AliasRecord("mlflow", NAME, key("Model:x"), on(10, 3)), "$.aliases[0].artifact.kind"),
        (AliasRecord("mlflow", NAME, None, datetime(2026, 10, 3)), "$.aliases[0].at"),  # noqa: DTZ001
    ],
)
def test_it_refuses_what_is_not_acceptable(alias: AliasRecord, path: str) -> None:
    with pytest.raises(BatchRefusedError) as refused:
        record_batch(batch=LineageBatch(aliases=(alias,)))
    assert [one.path for one in refused.value.refusals] == [path]
    assert not Artifact.objects.exists()
