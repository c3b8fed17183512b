"""Flags over REST, from being raised to being decided."""

import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.api.reading import MAX_ID
from apps.catalog.models import Artifact
from apps.impact.models import Flag, Report
from tests.api.conftest import Script, raw
from tests.catalog.lineage import stored

FLAGS = "/api/v1/flags"
pytestmark = pytest.mark.usefixtures("bakery")


def said(**fields: Any) -> dict[str, Any]:
    flour = stored("flour").pk
    return {"artifact": flour, "reason": "label_error", "severity": "high", **fields}


@pytest.fixture
def raised(contributor: User, script: Script) -> Any:
    answer = script(contributor).post(FLAGS, said(detail="Half of the labels are swapped."))
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_it_raises_a_flag_and_says_where_the_report_will_be(
    raised: Any, viewer: User, script: Script
) -> None:
    assert (raised["state"], raised["raised_by"]) == ("open", "carl")
    assert raised["artifact"]["name"] == "flour"
    assert raised["latest_report"] is None
    assert raised["report_url"] == f"http://testserver/api/v1/reports/{Report.objects.get().pk}"
    report = script(viewer).get(raised["report_url"]).json()
    assert (report["state"], report["flag"], report["number"]) == ("pending", raised["id"], 1)
    assert (report["headline"], report["completeness"]) == ("", [])


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"artifact": "x"}, "$.artifact"),
        ({"artifact": MAX_ID + 1}, "$.artifact"),
        ({"artifact": 2**100}, "$.artifact"),
        ({"reason": ""}, "$.reason"),
        ({"reason": "Label Error"}, "$.reason"),
        ({"reason": "a\0"}, "$.reason"),
        ({"severity": "awful"}, "$.severity"),
        ({"scope": "everything"}, "$.scope"),
        ({"detail": "\ud800"}, "$.detail"),
        ({"detail": "x" * 10_001}, "$.detail"),
        ({"since": "yesterday"}, "$.since"),
        ({"since": "2026-02-30T00:00:00Z"}, "$.since"),
        ({"raised_by": "somebody"}, "$.raised_by"),
    ],
)
def test_it_refuses_bad_flags(
    contributor: User, script: Script, fields: dict[str, Any], path: str
) -> None:
    body = json.dumps(said(**fields)).encode()

    answer = raw(script(contributor), "POST", FLAGS, body)

    assert (answer.status_code, answer.json()["path"]) == (400, path)
    assert not Flag.objects.exists()


def test_it_finds_no_artifact_to_flag(contributor: User, script: Script) -> None:
    answer = script(contributor).post(FLAGS, said(artifact=999_999))

    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_it_lists_flags(
    raised: Any, viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = script(viewer)
    with django_assert_num_queries(2):
        answer = client.get(f"{FLAGS}?severity=high").json()

    assert [one["id"] for one in answer["results"]] == [raised["id"]]
    assert client.get(f"{FLAGS}?state=confirmed").json()["count"] == 0


def test_it_shows_one_flag(
    raised: Any, viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = script(viewer)
    with django_assert_num_queries(3):  # The token, the flag, its newest report.
        answer = client.get(f"{FLAGS}/{raised['id']}").json()

    assert answer == raised


def test_it_is_confirmed_then_withdrawn(raised: Any, reviewer: User, script: Script) -> None:
    client, flag = script(reviewer), f"{FLAGS}/{raised['id']}"

    confirmed = client.post(f"{flag}/confirm", {})
    withdrawn = client.post(f"{flag}/withdraw", {"reason": "relabelled"})

    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
    assert (withdrawn.json()["state"], withdrawn.json()["decided_by"]) == ("withdrawn", "rita")


def test_it_is_decided_only_once(raised: Any, reviewer: User, script: Script) -> None:
    client, flag = script(reviewer), f"{FLAGS}/{raised['id']}"
    client.post(f"{flag}/dismiss", {"reason": "labels are right"})

    answer = client.post(f"{flag}/confirm", {})

    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
    assert "dismissed already" in answer.json()["message"]


def test_it_is_withdrawn_by_whoever_raised_it_but_by_no_other_contributor(
    raised: Any, contributor: User, person: Any, script: Script
) -> None:
    other = person("otto", "contributor")
    body = {"reason": "my mistake"}

    refused = script(other).post(f"{FLAGS}/{raised['id']}/withdraw", body)
    done = script(contributor).post(f"{FLAGS}/{raised['id']}/withdraw", body)

    assert (refused.status_code, refused.json()["error"]) == (403, "not_allowed")
    assert (done.status_code, done.json()["state"]) == (200, "withdrawn")


@pytest.mark.parametrize("step", ["dismiss", "withdraw"])
def test_it_wants_to_know_why(raised: Any, reviewer: User, script: Script, step: str) -> None:
    answer = script(reviewer).post(f"{FLAGS}/{raised['id']}/{step}", {})

    assert (answer.status_code, answer.json()["path"]) == (400, "$.reason")


def test_it_gives_the_waiting_report_to_who_asks_for_another(
    raised: Any, contributor: User, script: Script
) -> None:
    answer = script(contributor).post(f"{FLAGS}/{raised['id']}/reports")

    assert (answer.status_code, answer.json()["url"]) == (202, raised["report_url"])


def test_it_previews_without_writing(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = script(viewer)
    artifact = Artifact.objects.get(name="flour")
    answer = client.get(f"/api/v1/artifacts/{artifact.pk}/blast-radius?scope=name").json()

    assert answer["counts"]["findings"] == 5
    assert (answer["truncated"], answer["scope"]) == (False, "name")
    assert [one["artifact"]["name"] for one in answer["sample"]][:2] == ["train", "bake"]
    assert not Flag.objects.exists()
    bad = client.get(f"/api/v1/artifacts/{artifact.pk}/blast-radius?scope=all")
    assert (bad.status_code, bad.json()["path"]) == (400, "$.scope")
