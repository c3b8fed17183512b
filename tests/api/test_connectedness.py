"""How far models and deployments are connected, asked over REST."""

import pytest
from django.utils.http import urlencode
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.catalog.services import tombstone_artifact
from tests.api.conftest import Script
from tests.catalog.lineage import record, state, stored

pytestmark = pytest.mark.usefixtures("bakery")


def address(**query: str | int) -> str:
    return f"/api/v1/connectedness?{urlencode(query)}"


def test_it_lists_what_breaks_where_with_totals(viewer: User, script: Script) -> None:
    state("deployment:kiosk", facets={"deployment": {"environment": "production"}})
    answer = script(viewer).get(address()).json()

    assert (answer["revision"], answer["as_of"], answer["truncated"]) == (2, None, False)
    assert (answer["counts"], answer["count"]) == ({"model": 1, "deployment": 2}, 3)
    assert answer["totals"]["deployment"]["data"] == {"connected": 1, "missing": 1, "unknown": 0}
    assert list(answer["totals"]["model"]) == ["data", "code", "environment", "run", "deployment"]
    kiosk, api, pie = answer["results"]
    assert (kiosk["artifact"]["name"], kiosk["environment"]) == ("kiosk", "production")
    assert kiosk["in_production"]
    assert kiosk["breaks"][0]["gap"] == "no_model"
    assert [one["aspect"] for one in api["aspects"]] == ["run", "data", "code", "environment"]
    first = pie["breaks"][0]
    assert (first["aspect"], first["gap"], first["at"]["name"]) == ("code", *BREAK)
    assert first["sentence"] == "Its run bake@1 names no code."
    assert first["said_by"] == ["test"]
    assert "lineage run" in first["sources"]


BREAK = ("run_without_code", "bake")


def test_it_says_so_when_what_is_missing_is_unknown(
    viewer: User, reviewer: User, script: Script
) -> None:
    tombstone_artifact(artifact=stored("run:bake@1"), reason="privacy", actor=reviewer)
    client = script(viewer)

    now = client.get(address(kind="model")).json()["results"][0]
    then = client.get(address(kind="model", as_of=1)).json()["results"][0]

    assert {one["answer"] for one in now["aspects"]} == {"connected", "unknown"}
    assert {one["answer"] for one in then["aspects"]} == {"connected", "missing"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"kind": "model"}, ["pie"]),
        ({"breaks_at": "code"}, ["pie-api", "pie"]),
        ({"breaks_at": "run_without_environment", "kind": "model"}, ["pie"]),
        ({"breaks_at": "data"}, []),
        ({"production": "true"}, []),
        ({"namespace": "nowhere"}, []),
        ({"owner": "none", "limit": 1, "offset": 1}, ["pie"]),
        ({"status": "placeholder"}, []),
        ({"as_of": 0}, []),
    ],
)
def test_it_filters_and_pages(
    query: dict[str, str | int], names: list[str], viewer: User, script: Script
) -> None:
    answer = script(viewer).get(address(**query)).json()

    assert [one["artifact"]["name"] for one in answer["results"]] == names


def test_it_costs_no_more_for_more_rows(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    record(*(f"train@1 > run:bake@{one} > model:pie@{one}" for one in range(2, 30)))
    client = script(viewer)
    client.get(address())
    # The token; the revision and the list, as the whole is kept; the revision and four layers
    # of the walk; marks, artifacts, producers of both ends.
    with django_assert_num_queries(12):
        assert len(client.get(address()).json()["results"]) == 30


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("kind=dataset", "$.kind"),
        ("breaks_at=heart", "$.breaks_at"),
        ("production=perhaps", "$.production"),
        ("status=evil", "$.status"),
        ("namespace=%00", "$.namespace"),
        (f"owner={'x' * 3000}", "$.owner"),
        ("as_of=9", "$.as_of"),
        ("as_of=-1", "$.as_of"),
        ("limit=0", "$.limit"),
        ("limit=100000", "$.limit"),
        ("offset=-1", "$.offset"),
        ("braeks_at=code", "$.braeks_at"),
    ],
)
def test_it_refuses_a_question_that_makes_no_sense(
    query: str, path: str, viewer: User, script: Script
) -> None:
    answer = script(viewer).get(f"/api/v1/connectedness?{query}")

    assert (answer.status_code, answer.json()["path"]) == (400, path)
