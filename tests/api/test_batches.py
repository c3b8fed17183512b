"""POST /api/v1/batches."""

import gzip
import json
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.catalog.models import Artifact, Edge, Revision
from tests.api.conftest import Script, raw

FLOUR = {"namespace": "shop", "kind": "dataset", "name": "flour", "version": "1"}
PIE = {"namespace": "shop", "kind": "model", "name": "pie", "version": "1"}


def batch(**fields: Any) -> dict[str, Any]:
    edge = {"upstream": FLOUR, "downstream": PIE, "role": "training"}
    return {"artifacts": [FLOUR, PIE], "edges": [edge], **fields}


def test_it_records_and_says_what_was_written(contributor: User, script: Script) -> None:
    answer = script(contributor).post("/api/v1/batches", batch())

    assert answer.status_code == 201
    assert answer.json() == {
        "revision": 1,
        "wrote": True,
        "artifacts_added": 2,
        "artifacts_changed": 0,
        "edges_added": 1,
        "edges_retracted": 0,
        "identifiers_added": 0,
        "aliases_added": 0,
        "conflicts": 0,
        "artifacts_merged": 0,
        "refused": [],
    }
    edge = Edge.objects.get()
    assert (edge.producer, edge.evidence) == ("carl", "api")
    assert Revision.objects.get().actor == contributor


def test_it_answers_200_when_nothing_is_new(contributor: User, script: Script) -> None:
    client = script(contributor)
    client.post("/api/v1/batches", batch())

    answer = client.post("/api/v1/batches", batch())

    assert (answer.status_code, answer.json()["wrote"]) == (200, False)
    assert answer.json()["revision"] == 1


def test_it_keeps_the_producer_that_is_named(contributor: User, script: Script) -> None:
    script(contributor).post("/api/v1/batches", batch(producer="airflow", evidence="dag 7"))

    assert Edge.objects.values_list("producer", "evidence").get() == ("airflow", "dag 7")


def test_it_writes_nothing_of_an_atomic_batch_with_a_bad_value(
    contributor: User, script: Script
) -> None:
    bad = {**FLOUR, "name": "a\0b"}

    answer = script(contributor).post("/api/v1/batches", batch(artifacts=[PIE, bad]))

    assert answer.status_code == 400
    body = answer.json()
    assert (body["error"], body["path"]) == ("refused", "$.artifacts[1].name")
    assert "U+0000" in body["refused"][0]["message"]
    assert not Artifact.objects.exists()


def cyclic() -> dict[str, Any]:
    back = {"upstream": PIE, "downstream": FLOUR, "role": "derived"}
    return {"edges": [*batch()["edges"], back]}


def test_it_answers_409_and_shows_the_cycle(contributor: User, script: Script) -> None:
    answer = script(contributor).post("/api/v1/batches", cyclic())

    assert answer.status_code == 409
    [refusal] = answer.json()["refused"]
    assert (refusal["path"], refusal["code"]) == ("$.edges[1]", "cycle")
    assert refusal["cycle"][0]["name"] == refusal["cycle"][-1]["name"]
    assert not Edge.objects.exists()


def test_it_writes_the_rest_when_not_atomic(contributor: User, script: Script) -> None:
    answer = script(contributor).post("/api/v1/batches?atomic=false", cyclic())

    assert answer.status_code == 207
    assert [one["code"] for one in answer.json()["refused"]] == ["cycle"]
    assert (answer.json()["edges_added"], answer.json()["conflicts"]) == (1, 1)


def test_it_reads_gzip(contributor: User, script: Script) -> None:
    body = gzip.compress(json.dumps(batch()).encode())

    answer = raw(script(contributor), "POST", "/api/v1/batches", body, encoding="gzip")

    assert answer.status_code == 201


def test_it_says_so_in_json_when_gzip_unpacks_to_too_much(
    contributor: User, script: Script, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    answer = raw(
        script(contributor),
        "POST",
        "/api/v1/batches",
        gzip.compress(b" " * 10_001),
        encoding="gzip",
    )

    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_it_says_so_in_json_when_the_body_is_too_large(
    contributor: User, script: Script, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = script(contributor).post("/api/v1/batches", batch())

    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert answer.json()["message"].startswith("The body is larger than 100 bytes")


def test_it_takes_ten_thousand_records_and_no_more(contributor: User, script: Script) -> None:
    many = [{**FLOUR, "version": str(one)} for one in range(10_001)]

    answer = script(contributor).post("/api/v1/batches", {"artifacts": many})

    assert answer.status_code == 400
    assert "at most 10,000" in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"{", "$"),
        (b"[]", "$"),
        (b"null", "$"),
        (b'{"a": 1, "a": 2}', "$"),
        (b'{"artifacts": [{"namespace": 1}]}', "$.artifacts[0].namespace"),
        (b'{"artefacts": []}', "$"),
        (b'{"producer": NaN}', "$"),
        (b'{"producer": "\xff"}', "$"),
        (b'{"producer": "\\ud800"}', "$.producer"),
        (b'{"\\ud800": 1}', "$ (a key)"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "$"),
        (b"[" * 100_000, "$"),
        (b'{"artifacts":' * 50_000, "$"),
        (b'{"producer": 1' + b"0" * 10_000 + b"}", "$"),
        (b'{"producer": 1e999}', "$"),
        (b'{"artifacts": [{"namespace": "a", "kind": "B C", "name": "x"}]}', "$.artifacts[0].kind"),
    ],
)
def test_it_refuses_hostile_bodies_and_names_the_place(
    contributor: User, script: Script, body: bytes, path: str
) -> None:
    answer = raw(script(contributor), "POST", "/api/v1/batches", body)

    assert answer.status_code == 400, answer.content
    assert answer.json()["path"] == path


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", ""])
def test_it_takes_json_only(contributor: User, script: Script, kind: str) -> None:
    answer = raw(script(contributor), "POST", "/api/v1/batches", b"{}", kind=kind)

    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [("br", b"{}", 415), ("gzip", b"{}", 400), ("gzip", gzip.compress(b"{}", mtime=0)[:-9], 400)],
)
def test_it_refuses_what_it_cannot_unpack(
    contributor: User, script: Script, encoding: str, body: bytes, status: int
) -> None:
    answer = raw(script(contributor), "POST", "/api/v1/batches", body, encoding=encoding)

    assert answer.status_code == status


def test_it_refuses_a_misspelt_parameter(contributor: User, script: Script) -> None:
    answer = script(contributor).post("/api/v1/batches?atomc=false", batch())

    assert (answer.status_code, answer.json()["path"]) == (400, "$.atomc")


def test_it_costs_the_same_queries_for_two_records_as_for_twenty(
    contributor: User, script: Script
) -> None:
    client = script(contributor)
    costs = []
    for count in (2, 20):
        names = [{**FLOUR, "version": f"{count}-{one}"} for one in range(count)]
        with CaptureQueriesContext(connection) as queries:
            answer = client.post("/api/v1/batches", {"artifacts": names})
        assert answer.status_code == 201
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 15


def test_it_reads_a_body_that_comes_in_chunks(contributor: User, script: Script) -> None:
    body = json.dumps(batch()).encode()

    answer = chunked(script(contributor), body, terminated=True)

    assert answer.status_code == 201


def test_it_bounds_a_body_that_comes_in_chunks(
    contributor: User, script: Script, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    answer = chunked(script(contributor), b" " * 101, terminated=True)

    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_it_asks_for_the_length_where_chunks_cannot_be_read(
    contributor: User, script: Script
) -> None:
    answer = chunked(script(contributor), b"{}", terminated=False)

    assert (answer.status_code, answer.json()["error"]) == (411, "length_required")


def chunked(client: APIClient, body: bytes, *, terminated: bool) -> Any:
    """The answer where the server has put the chunks together again, or has not."""
    environment: dict[str, Any] = {
        "CONTENT_LENGTH": "",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": terminated,
    }
    return client.generic("POST", "/api/v1/batches", content_type="application/json", **environment)
