"""The call for delivery pipelines."""

import json
from typing import Any

import pytest

from apps.accounts.models import User
from apps.catalog.models import Artifact, Deployment, Edge
from apps.catalog.selectors import graph_hash
from tests.api.conftest import Script, raw

PLACE = "/api/v1/deployments"
AT = "2026-10-01T02:00:00Z"
DIGEST = f"sha256:{'ab' * 32}"
pytestmark = pytest.mark.usefixtures("bakery")


def said(**fields: Any) -> dict[str, Any]:
    return {
        "name": "pie-api-2",
        "model": "pie@1",
        "environment": "production",
        "live_from": AT,
        **fields,
    }


def test_it_says_that_a_model_is_live(contributor: User, script: Script) -> None:
    more = {
        "endpoint": "https://pie.example/predict",
        "image": f"registry.example/pie@{DIGEST}",
        "replicas": 3,
        "application": "shop-2",
    }
    answer = script(contributor).post(PLACE, said(**more))
    assert answer.status_code == 201, answer.content
    found = Artifact.objects.get(pk=answer.json()["id"])
    assert (found.kind, found.name, found.version) == (
        "deployment",
        "pie-api-2",
        "1+20261001T020000Z",
    )
    live = Deployment.objects.get(artifact=found)
    assert (live.environment, live.replicas, live.live_until) == ("production", 3, None)
    assert live.endpoint == "https://pie.example/predict"
    into = Edge.objects.filter(downstream=found).values_list("upstream__name", "role")
    assert set(into) == {("pie", "deployment"), ("pie", "environment")}
    assert Edge.objects.filter(upstream=found, downstream__name="shop-2", role="serving").exists()


def test_it_is_one_deployment_when_said_twice(contributor: User, script: Script) -> None:
    client = script(contributor)
    first = client.post(PLACE, said()).json()["id"]
    before = graph_hash()
    assert client.post(PLACE, said()).json()["id"] == first
    assert graph_hash() == before


def test_it_replaces_what_was_live(contributor: User, script: Script) -> None:
    client = script(contributor)
    old = client.post(PLACE, said(endpoint="https://a.example")).json()["id"]
    canary = client.post(PLACE, said(live_from="2026-10-02T00:00:00Z", release="canary")).json()
    assert Deployment.objects.get(artifact=old).live_until is None
    client.post(PLACE, said(live_from="2026-10-03T00:00:00Z", release="three", replace=True))
    ended = Deployment.objects.filter(artifact__in=[old, canary["id"]])
    assert {str(one.live_until) for one in ended} == {"2026-10-03 00:00:00+00:00"}
    # What was known of it stays known.
    assert Deployment.objects.get(artifact=old).endpoint == "https://a.example"


def test_it_ends_what_is_live(contributor: User, script: Script) -> None:
    client = script(contributor)
    client.post(PLACE, said(release="one"))
    other = said(release="two", environment="staging")
    client.post(PLACE, other)
    body = {"name": "pie-api-2", "environment": "production", "live_until": "2026-10-05T00:00:00Z"}
    ended = client.post(f"{PLACE}/end", body)
    assert [one["version"] for one in ended.json()] == ["one"]
    assert client.post(f"{PLACE}/end", body).json() == []
    assert Deployment.objects.get(artifact__version="two").live_until is None


def test_it_finds_the_model_by_its_digest_or_uri(contributor: User, script: Script) -> None:
    client = script(contributor)
    by_uri = client.post(PLACE, said(model="models:/tart/2", release="uri"))
    assert by_uri.status_code == 201
    assert Artifact.objects.filter(kind="model", name="tart", version="2").exists()
    again = client.post(PLACE, said(model="tart@2", release="name"))
    assert again.status_code == 201


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"model": "unheard-of@7"}, "$.model"),
        ({"model": "models:/churn@champion"}, "$.model"),
        ({"model": ""}, "$.model"),
        ({"name": ""}, "$.name"),
        ({"environment": ""}, "$.environment"),
        ({"image": "a b"}, "$.image"),
        ({"replicas": -1}, "$.replicas"),
        ({"live_from": "yesterday"}, "$.live_from"),
        ({"replace": "perhaps"}, "$.replace"),
        ({"colour": "red"}, "$.colour"),
    ],
)
def test_it_refuses_what_it_cannot_take(
    contributor: User, script: Script, fields: dict[str, Any], path: str
) -> None:
    before = graph_hash()
    answer = raw(script(contributor), "POST", PLACE, json.dumps(said(**fields)).encode())
    assert (answer.status_code, answer.json()["path"]) == (400, path)
    assert graph_hash() == before


def test_it_asks_which_of_several_models_is_meant(contributor: User, script: Script) -> None:
    client = script(contributor)
    twin = {"namespace": "elsewhere", "kind": "model", "name": "pie", "version": "1"}
    client.post("/api/v1/batches", {"artifacts": [twin]})
    answer = client.post(PLACE, said())
    assert (answer.status_code, answer.json()["path"]) == (400, "$.model")
    assert "elsewhere" in answer.json()["message"]
