"""/api/v1/artifacts: found, read, described, taken away."""

import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.audit.selectors import entries_for
from apps.catalog.models import Artifact
from apps.catalog.services import record_batch
from apps.graph.records import ArtifactRecord, LineageBatch
from tests.api.conftest import Script, raw
from tests.catalog.lineage import record, stored

ARTIFACTS = "/api/v1/artifacts"
pytestmark = pytest.mark.usefixtures("bakery")


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["name"] for one in answer.json()["results"]]


def test_it_lists_and_counts(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = script(viewer)
    with django_assert_num_queries(2):  # The token and the rows.
        answer = client.get(ARTIFACTS)

    assert len(names(answer)) == answer.json()["count"] == 7
    assert answer.json()["count_is_exact"]
    assert answer.json()["next"] is None
    assert "facets" not in answer.json()["results"][0]


def test_it_pages(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = script(viewer)
    found: list[str] = []
    address = f"{ARTIFACTS}?limit=3&ordering=kind"
    while address:
        with django_assert_num_queries(3 if len(found) < 6 else 2):
            page = client.get(address)
        found += names(page)
        assert page.json()["count"] == 7
        address = page.json()["next"]

    assert sorted(found) == sorted(Artifact.objects.values_list("name", flat=True))


def test_it_stops_counting_where_counting_costs(
    viewer: User, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.api.pages.MAX_COUNT", 5)
    page = script(viewer).get(f"{ARTIFACTS}?limit=2").json()

    assert (page["count"], page["count_is_exact"]) == (5, False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=model", ["pie"]),
        ("q=pie&ordering=name", ["pie", "pie-api"]),
        ("name=train", ["train"]),
        ("kind=nothing", []),
        ("status=tombstone", []),
        ("kind=dataset&ordering=-name", ["train", "flour", "apples"]),
    ],
)
def test_it_filters(viewer: User, script: Script, query: str, expected: list[str]) -> None:
    assert names(script(viewer).get(f"{ARTIFACTS}?{query}")) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("environment=production", ["old", "new"]),
        ("environment=production&live_at=2026-10-02T00:00:00Z", ["old"]),
        ("environment=production&live_at=2026-10-10T00:00:00Z", ["new"]),
        ("environment=production&live_at=2026-01-01T00:00:00Z", []),
    ],
)
def test_it_answers_what_was_live_then(
    viewer: User, script: Script, query: str, expected: list[str]
) -> None:
    times = {"old": ("2026-10-01", "2026-10-08"), "new": ("2026-10-08", None)}
    live = tuple(
        ArtifactRecord(namespace="shop", kind="deployment", name=name, facets={"deployment": facet})
        for name, (begun, ended) in times.items()
        for facet in [
            {"environment": "production", "live_from": f"{begun}T00:00:00Z"}
            | ({"live_until": f"{ended}T00:00:00Z"} if ended else {})
        ]
    )
    record_batch(batch=LineageBatch(producer="test", artifacts=live))
    assert names(script(viewer).get(f"{ARTIFACTS}?{query}&ordering=-name")) == expected


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("ordering=password", "$.ordering"),
        ("ordering=-owner__password", "$.ordering"),
        ("kidn=model", "$.kidn"),
        ("status=lost", "$.status"),
        ("live_at=yesterday", "$.live_at"),
        ("limit=0", "$.limit"),
        ("limit=1001", "$.limit"),
        ("limit=x", "$.limit"),
        ("offset=-1", "$.offset"),
        ("offset=99999999999999999999", "$.offset"),
        ("q=%00", "$.q"),
        ("kind=a%00b", "$.kind"),
    ],
)
def test_it_refuses_bad_parameters(viewer: User, script: Script, query: str, path: str) -> None:
    answer = script(viewer).get(f"{ARTIFACTS}?{query}")

    assert (answer.status_code, answer.json()["path"]) == (400, path)


def test_it_shows_one_whole(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    facets = {"deployment": {"environment": "production", "endpoint": "https://pie.example"}}
    said = ArtifactRecord(namespace="shop", kind="deployment", name="pie-api", facets=facets)
    record_batch(batch=LineageBatch(artifacts=(said,)))
    client = script(viewer)
    address = f"{ARTIFACTS}/{stored('deployment:pie-api').pk}"
    with django_assert_num_queries(7):  # Token, artifact, names, identifiers, aliases, edges twice.
        answer = client.get(address).json()

    assert answer["deployment"]["environment"] == "production"
    assert answer["facets"] == facets
    assert [one["value"] for one in answer["identifiers"]] == ["https://pie.example"]
    assert [one["upstream"]["name"] for one in answer["upstream_edges"]] == ["pie"]
    assert [one["downstream"]["name"] for one in answer["downstream_edges"]] == ["shop"]
    assert answer["edges_truncated"] is False


def test_it_says_when_there_are_more_edges(
    viewer: User, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.api.artifacts.EDGES_SHOWN", 1)
    record("flour > cake")
    answer = script(viewer).get(f"{ARTIFACTS}/{stored('flour').pk}").json()

    assert (len(answer["downstream_edges"]), answer["edges_truncated"]) == (1, True)


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 18, "9" * 19, "9" * 400, "-1", "x", "%00"])
def test_it_answers_404_in_json(viewer: User, script: Script, pk: str) -> None:
    answer = script(viewer).get(f"{ARTIFACTS}/{pk}")

    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_it_looks_up_by_identity(
    viewer: User, script: Script, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = script(viewer)
    with django_assert_num_queries(2):
        answer = client.get(f"{ARTIFACTS}/lookup?namespace=shop&kind=model&name=pie&version=1")

    assert names(answer) == ["pie"]


def test_it_looks_up_by_identifier(viewer: User, script: Script) -> None:
    said = ArtifactRecord(namespace="shop", kind="model", name="tart", digest="sha256:9f86d0")
    record_batch(batch=LineageBatch(artifacts=(said,)))
    client = script(viewer)

    for text in ("9f86d0", "sha256:9f86d0"):
        assert names(client.get(f"{ARTIFACTS}/lookup?identifier={text}")) == ["tart"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("identifier=unheard-of", 404),
        ("namespace=shop&kind=model&name=pie", 404),
        ("", 400),
        ("namespace=shop&kind=model", 400),
        ("identifier=x&name=y", 400),
        ("identifier=%00", 400),
        ("namespace=shop&kind=NO&name=pie", 400),
    ],
)
def test_it_tells_not_found_from_badly_asked(
    viewer: User, script: Script, query: str, status: int
) -> None:
    answer = script(viewer).get(f"{ARTIFACTS}/lookup?{query}")

    assert answer.status_code == status
    assert answer.json()["status"] == status


def test_it_lists_the_versions_of_a_name(viewer: User, script: Script) -> None:
    record("train@1 > train@2")
    answer = script(viewer).get(f"{ARTIFACTS}/{stored('train@1').pk}/versions").json()

    assert [one["version"] for one in answer["results"]] == ["2", "1"]


def test_it_describes(contributor: User, script: Script) -> None:
    flour = stored("flour")
    answer = script(contributor).patch(
        f"{ARTIFACTS}/{flour.pk}", {"owner": "mill", "tags": ["organic"]}
    )

    assert answer.status_code == 200
    assert (answer.json()["owner"], answer.json()["tags"]) == ("mill", ["organic"])
    [entry] = entries_for(subject=f"artifact:{flour.pk}")
    assert (entry.action, entry.actor) == ("artifact.described", contributor)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        7,
        "x",
        None,
        {"owner": ""},
        {"owner": 7.5, "tags": "x"},
        {"name": "stolen"},
        {"tags": []},
        {"tags": [{}]},
        {"description": "a\0b"},
        {"owner": "\ud800"},
        {"owner": "x" * 201},
        {"owner": None},
    ],
)
def test_it_refuses_bad_descriptions(contributor: User, script: Script, body: Any) -> None:
    answer = raw(
        script(contributor), "PATCH", f"{ARTIFACTS}/{stored('flour').pk}", json.dumps(body).encode()
    )

    assert answer.status_code == 400, answer.content
    assert stored("flour").owner == ""


def test_it_takes_content_away_once_and_keeps_the_proof(reviewer: User, script: Script) -> None:
    flour = stored("flour")
    client = script(reviewer)
    for _ in range(2):
        answer = client.post(f"{ARTIFACTS}/{flour.pk}/tombstone", {"reason": "personal data"})

        assert (answer.status_code, answer.json()["is_tombstone"]) == (200, True)
        assert answer.json()["tombstone_reason"] == "personal data"
        assert len(answer.json()["downstream_edges"]) == 1

    said = client.patch(f"{ARTIFACTS}/{flour.pk}", {"owner": "mill"})
    assert (said.status_code, said.json()["error"]) == (409, "conflict")


def test_it_wants_a_reason(reviewer: User, script: Script) -> None:
    answer = script(reviewer).post(f"{ARTIFACTS}/{stored('flour').pk}/tombstone", {"reason": " "})

    assert (answer.status_code, answer.json()["path"]) == (400, "$.reason")
