"""Names that move, over REST: sent, listed as of now and then, one's history."""

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.catalog.models import AliasStatement
from apps.catalog.services import merge_artifacts
from tests.api.conftest import Script
from tests.catalog.lineage import stored

ALIASES = "/api/v1/aliases"
HISTORY = f"{ALIASES}/history?scheme=mlflow&value=models:/churn@champion"
CHAMPION = "models:/churn@champion"


def statement(version: str | None, day: str, value: str = CHAMPION) -> dict[str, object]:
    named = version and {
        "namespace": "shop",
        "kind": "model",
        "name": "churn",
        "version": version,
    }
    return {"scheme": "mlflow", "value": value, "artifact": named, "at": f"2026-{day}T09:12:00Z"}


@pytest.fixture
def _moved(contributor: User, script: Script) -> None:
    """champion from 3 on 3 October to 4 on 5 November; challenger ended on 1 November."""
    for said in (
        [statement("3", "10-03"), statement("4", "10-20", "models:/churn@challenger")],
        [statement("4", "11-05"), statement(None, "11-01", "models:/churn@challenger")],
    ):
        answer = script(contributor).post("/api/v1/batches", {"aliases": said})
        assert (answer.status_code, answer.json()["aliases_added"]) == (201, 2)


def named(answer: object) -> dict[str, str | None]:
    """By alias the version that it names."""
    results = answer.json()["results"]  # type: ignore[attr-defined]
    return {
        one["value"].rpartition("@")[2]: one["artifact"] and one["artifact"]["version"]
        for one in results
    }


@pytest.mark.usefixtures("_moved")
def test_it_lists_what_each_names_now(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = script(viewer)
    with django_assert_num_queries(2):  # The token and the rows.
        answer = client.get(ALIASES)

    assert named(answer) == {"challenger": None, "champion": "4"}
    [champion] = client.get(f"{ALIASES}?value={CHAMPION}").json()["results"]
    assert (champion["at"], champion["producer"], champion["added_in"]) == (
        "2026-11-05T09:12:00Z",
        "carl",
        2,
    )


@pytest.mark.usefixtures("_moved")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("at=2026-10-03T09:11:59Z", {}),
        ("at=2026-10-03T09:12:00Z", {"champion": "3"}),
        ("at=2026-10-25T00:00:00Z", {"champion": "3", "challenger": "4"}),
        ("as_of=1", {"champion": "3", "challenger": "4"}),
        ("as_of=0", {}),
        ("scheme=wandb", {}),
        ("scheme=mlflow&value=models:/churn@challenger", {"challenger": None}),
    ],
)
def test_it_lists_those_of_a_time_or_a_revision(
    viewer: User, script: Script, query: str, expected: dict[str, str | None]
) -> None:
    assert named(script(viewer).get(f"{ALIASES}?{query}")) == expected


@pytest.mark.usefixtures("_moved")
def test_it_lists_those_of_one_artifact(viewer: User, script: Script) -> None:
    client, three, four = script(viewer), stored("model:churn@3").pk, stored("model:churn@4").pk
    assert named(client.get(f"{ALIASES}?artifact={three}")) == {}
    assert named(client.get(f"{ALIASES}?artifact={four}")) == {"champion": "4"}
    assert named(client.get(f"{ALIASES}?artifact={three}&at=2026-10-25T00:00:00Z")) == {
        "champion": "3"
    }


@pytest.mark.usefixtures("_moved")
def test_one_merged_since_still_answers(viewer: User, reviewer: User, script: Script) -> None:
    three, four = stored("model:churn@3"), stored("model:churn@4")
    merge_artifacts(artifact=four, survivor=three, reason="Same weights.", actor=reviewer)
    for pk in (three.pk, four.pk):
        assert named(script(viewer).get(f"{ALIASES}?artifact={pk}")) == {"champion": "3"}


@pytest.mark.usefixtures("_moved")
def test_it_tells_what_one_has_named(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = script(viewer)
    with django_assert_num_queries(4):  # Token, statements, artifacts, revision.
        answer = client.get(HISTORY).json()

    assert [
        (one["artifact"]["version"], one["since"], one["until"]) for one in answer["spans"]
    ] == [
        ("4", "2026-11-05T09:12:00Z", None),
        ("3", "2026-10-03T09:12:00Z", "2026-11-05T09:12:00Z"),
    ]
    assert (answer["truncated"], answer["revision"], answer["as_of"]) == (False, 2, None)
    [then] = client.get(f"{HISTORY}&as_of=1").json()["spans"]
    assert (then["artifact"]["version"], then["until"]) == ("3", None)


@pytest.mark.usefixtures("_moved")
def test_it_says_when_it_knows_nothing_of_a_name(viewer: User, script: Script) -> None:
    for query in ("scheme=mlflow&value=models:/other@champion", f"scheme=x&value={CHAMPION}"):
        answer = script(viewer).get(f"{ALIASES}/history?{query}")
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.usefixtures("_moved")
@pytest.mark.parametrize("text", [CHAMPION, "churn@champion"])
def test_an_artifact_is_found_by_it_and_shows_it(viewer: User, script: Script, text: str) -> None:
    client = script(viewer)
    [found] = client.get(f"/api/v1/artifacts/lookup?identifier={text}").json()["results"]
    assert found["version"] == "4"
    assert [
        one["version"] for one in client.get(f"/api/v1/artifacts?q={text}").json()["results"]
    ] == ["4"]
    borne = client.get(f"/api/v1/artifacts/{found['id']}").json()["aliases"]
    assert borne == [{"scheme": "mlflow", "value": CHAMPION, "at": "2026-11-05T09:12:00Z"}]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("?at=yesterday", "$.at"),
        ("?as_of=-1", "$.as_of"),
        ("?as_of=1.5", "$.as_of"),
        ("?artifact=0", "$.artifact"),
        ("?artifact=99999999999999999999", "$.artifact"),
        ("?value=%00", "$.value"),
        ("?alias=champion", "$.alias"),
        ("/history?scheme=mlflow", "$.value"),
        ("/history?value=x", "$.scheme"),
        ("/history?scheme=mlflow&value=%00", "$.value"),
        ("/history?scheme=mlflow&value=a%0Ab", "$.value"),
        ("/history?scheme=mlflow&value=x&as_of=x", "$.as_of"),
        ("/history?scheme=mlflow&value=x&at=now", "$.at"),
    ],
)
def test_it_refuses_bad_questions(viewer: User, script: Script, query: str, path: str) -> None:
    answer = script(viewer).get(f"{ALIASES}{query}")

    assert (answer.status_code, answer.json()["path"]) == (400, path)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"at": None}, "$.aliases[0].at"),
        ({"at": "yesterday"}, "$.aliases[0].at"),
        ({"at": "2026-10-03T09:12:00"}, "$.aliases[0].at"),
        ({"at": "0001-01-01T00:00:00+12:00"}, "$.aliases[0].at"),
        ({"scheme": "ML flow"}, "$.aliases[0].scheme"),
        ({"scheme": ""}, "$.aliases[0].scheme"),
        ({"value": ""}, "$.aliases[0].value"),
        ({"value": "a\0"}, "$.aliases[0].value"),
        ({"artifact": "churn"}, "$.aliases[0].artifact"),
        (
            {"artifact": {"namespace": "shop", "kind": "Model", "name": "x"}},
            "$.aliases[0].artifact.kind",
        ),
        ({"until": "2026-10-03T09:12:00Z"}, "$.aliases[0]"),
    ],
)
def test_it_refuses_bad_statements(
    contributor: User, script: Script, wrong: dict[str, object], path: str
) -> None:
    said = {"aliases": [statement("3", "10-03") | wrong]}
    answer = script(contributor).post("/api/v1/batches", said)

    assert (answer.status_code, answer.json()["path"]) == (400, path)
    assert not AliasStatement.objects.exists()


def test_a_statement_must_say_that_a_name_names_nothing(contributor: User, script: Script) -> None:
    said = statement(None, "10-03")
    del said["artifact"]
    answer = script(contributor).post("/api/v1/batches", {"aliases": [said]})

    assert (answer.status_code, answer.json()["path"]) == (400, "$.aliases[0]")
    assert "artifact" in answer.json()["message"]
