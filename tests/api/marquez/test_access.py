"""Who may use Marquez's addresses, and that nothing that is sent there makes them fall over."""

import re
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.api.marquez.urls import ADDRESSES
from tests.api.conftest import Script, raw
from tests.api.marquez.conftest import quoted, sent

METHODS = ("get", "put", "post", "patch", "delete")
EVERY = [re.sub(r"\{\w+\}", "x", one.template) for one in ADDRESSES]
ROOTS = ("/marquez/api/v1/", "/api/v1/")
WRITES = {
    ("put", "namespaces/x"),
    ("put", "sources/x"),
    ("put", "tags/x"),
    ("put", "namespaces/x/datasets/x"),
    ("put", "namespaces/x/jobs/x"),
    ("post", "namespaces/x/jobs/x/runs"),
    ("post", "namespaces/x/datasets/x/tags/x"),
    ("post", "namespaces/x/datasets/x/fields/x/tags/x"),
    ("post", "jobs/runs/x/start"),
    ("post", "jobs/runs/x/complete"),
    ("post", "jobs/runs/x/fail"),
    ("post", "jobs/runs/x/abort"),
    ("post", "lineage"),
}


@pytest.mark.parametrize("root", ROOTS)
def test_it_answers_401_to_nobody(db: None, client: Client, root: str) -> None:
    for address in [*EVERY, "nowhere", "namespaces/x/y/z?a"]:
        for method in METHODS:
            answer = getattr(client, method)(root + address)

            assert answer.status_code == 401, (method, address)
            assert answer.json()["error"] == "not_authenticated"


def test_it_goes_by_scope_and_by_role(viewer: User, contributor: User, script: Script) -> None:
    reads, records = script(contributor, "read"), script(contributor, "record")
    views = script(viewer)
    for address in EVERY:
        for method in METHODS:
            writes = (method, address) in WRITES
            path = f"/marquez/api/v1/{address}"
            body: Any = {} if method in {"put", "post", "patch"} else None
            for client, may in ((reads, not writes), (views, not writes), (records, writes)):
                status = sent(client, method, path, body).status_code

                assert (status != 403) == may, (method, address, status)
                assert status < 500


@pytest.mark.parametrize("root", ROOTS)
def test_it_says_in_json_that_nothing_is_there(
    contributor: User, script: Script, root: str
) -> None:
    client = script(contributor)

    for address in ("nowhere", "jobs/runs", "search/x", "namespaces/x/jobs/x/versions/1"):
        answer = sent(client, "get", root + address)

        assert answer.status_code == 404, address
        assert answer.json()["error"] == "not_found"
    unknown = sent(client, "get", f"{root}namespaces/x").json()
    assert (unknown["code"], unknown["message"]) == (404, "There is no namespace 'x'.")


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("put", "namespaces/x", {}),
        ("put", "namespaces/x", {"ownerName": ["a"]}),
        ("put", "namespaces/x", {"ownerName": "a", "colour": "red"}),
        ("put", quoted("namespaces", "a\x00b"), {"ownerName": "a"}),
        ("put", quoted("namespaces", "n" * 2001), {"ownerName": "a"}),
        ("put", "sources/x", {"type": "A"}),
        ("put", quoted("tags", "t" * 201), {}),
        ("put", quoted("tags", "t"), {"description": "a\x00b"}),
        ("put", "namespaces/x/datasets/y", {"type": "DB_TABLE"}),
        ("put", "namespaces/x/datasets/y", {"type": "CSV", "physicalName": "y", "sourceName": "z"}),
        (
            "put",
            "namespaces/x/datasets/y",
            {"type": "STREAM", "physicalName": "y", "sourceName": "z", "fields": [{}]},
        ),
        (
            "put",
            "namespaces/x/datasets/y",
            {"type": "STREAM", "physicalName": "y", "sourceName": "z", "runId": "1"},
        ),
        ("put", "namespaces/x/jobs/y", {"type": "BATCH", "inputs": [{"name": "a"}]}),
        (
            "put",
            "namespaces/x/jobs/y",
            {"type": "BATCH", "inputs": [{"namespace": "\u2028", "name": "a"}]},
        ),
        ("put", "namespaces/x/jobs/y", {"type": "BATCH", "context": {"a": {}}}),
        ("put", "namespaces/x/jobs/y", []),
        ("post", "namespaces/x/jobs/y/runs", {"id": "not a uuid"}),
        ("post", "namespaces/x/jobs/y/runs", {"nominalStartTime": "yesterday"}),
        ("post", "namespaces/x/jobs/y/runs", {"args": {" ": 1}}),
        ("post", "jobs/runs/x/start?at=soon", None),
        ("post", "jobs/runs/x/start?at=9999-12-31T00:00:00Z", None),
        ("post", "jobs/runs/x/start?when=now", None),
        ("get", "jobs?limit=1001", None),
        ("get", "jobs?limit=-1", None),
        ("get", "jobs?offset=1000001", None),
        ("get", "jobs?limit=ten", None),
        ("get", "jobs/runs/x/facets?type=all", None),
        ("get", "events/lineage?before=then", None),
        ("get", "events/lineage?sortDirection=up", None),
        ("get", "lineage", None),
        ("get", "lineage?nodeId=x", None),
        ("get", "lineage?nodeId=run:x", None),
        ("get", "lineage?nodeId=dataset:" + "a:" * 40, None),
        ("get", "lineage?nodeId=dataset:a:b&depth=101", None),
        ("get", "column-lineage?nodeId=datasetField:a:b", None),
        ("get", "search", None),
        ("get", "search?q=a&filter=model", None),
    ],
)
def test_it_refuses_what_it_cannot_take(
    contributor: User, script: Script, method: str, address: str, body: Any
) -> None:
    answer = sent(script(contributor), method, f"/marquez/api/v1/{address}", body)

    assert answer.status_code == 400, answer.content
    told = answer.json()
    assert told["code"] == 400
    assert told["path"].startswith("$")
    assert told["message"]


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "namespaces/x/datasets"),
        ("get", "namespaces/x/jobs"),
        ("get", "namespaces/x/datasets/y/versions"),
        ("get", "namespaces/x/jobs/y/runs"),
        ("get", "jobs/runs/x/facets"),
        ("get", "lineage?nodeId=dataset:a:b"),
        ("get", "lineage?nodeId=job:a:b:c"),
        ("get", "column-lineage?nodeId=dataset:a:b"),
        ("post", "namespaces/x/jobs/y/runs"),
        ("post", "namespaces/x/datasets/y/tags/z"),
        ("post", "jobs/runs/x/complete"),
    ],
)
def test_it_knows_nothing_of_what_nobody_recorded(
    contributor: User, script: Script, method: str, address: str
) -> None:
    body: Any = {} if method == "post" else None

    answer = sent(script(contributor), method, f"/marquez/api/v1/{address}", body)

    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b'{"a": "\\ud800"}', b"\xff", b"NaN"])
def test_it_refuses_hostile_bodies(contributor: User, script: Script, body: bytes) -> None:
    answer = raw(script(contributor), "PUT", "/marquez/api/v1/namespaces/x", body)

    assert answer.status_code == 400
    assert answer.json()["code"] == 400
