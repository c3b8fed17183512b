"""POST /api/v1/lineage/batch: the good events are stored, the others named."""

import gzip
import json
import tracemalloc
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.api import lineage
from apps.ingest.models import OpenLineageEvent
from tests.api.conftest import Script, raw
from tests.ingest.events import run_event

BATCH = "/api/v1/lineage/batch"
BOTH = pytest.mark.parametrize("address", ["/api/v1/lineage", BATCH])


@pytest.mark.parametrize("address", [BATCH, f"{BATCH}/"])
@pytest.mark.parametrize("body", [[], [run_event("START", "01:00")]])
def test_it_answers_204_when_all_were_taken_in(
    contributor: User, script: Script, address: str, body: Any
) -> None:
    answer = script(contributor).post(address, body)

    assert (answer.status_code, answer.content) == (204, b"")
    assert OpenLineageEvent.objects.count() == len(body)


def test_it_stores_the_good_events_and_names_the_others(contributor: User, script: Script) -> None:
    good = [json.dumps(run_event(kind, "01:00")) for kind in ("START", "COMPLETE")]
    nul = json.dumps(run_event("START", "01:00", run="a\0b"))
    twice = '{"run": 1, "run": 2}'
    deep = "[" * 70 + "]" * 70
    body = f"\n[{good[0]}, {nul} ,{twice}, {good[1]}, {deep}]\n".encode()

    answer = raw(script(contributor), "POST", BATCH, body)

    assert answer.status_code == 200
    told = answer.json()
    assert told["status"] == "partial_success"
    assert told["summary"] == {
        "received": 5,
        "successful": 2,
        "failed": 3,
        "retriable": 0,
        "non_retriable": 3,
    }
    assert [(one["index"], one["retriable"]) for one in told["failed_events"]] == [
        (1, False),
        (2, False),
        (4, False),
    ]
    assert [one["reason"].partition(":")[0] for one in told["failed_events"]] == [
        "$[1].run.runId",
        "$[2]",
        "$[4]",
    ]
    assert OpenLineageEvent.objects.count() == 2


def test_it_takes_what_is_known_already_for_taken_in(contributor: User, script: Script) -> None:
    client, body = script(contributor), [run_event("START", "01:00")] * 2

    assert [client.post(BATCH, body).status_code for _ in range(2)] == [204, 204]
    assert OpenLineageEvent.objects.count() == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"[1", b"[1,]", b"[1] 2", b"[" * 100_000, b"\xff[]"])
def test_it_refuses_what_is_no_array(contributor: User, script: Script, body: bytes) -> None:
    answer = raw(script(contributor), "POST", BATCH, body)

    assert answer.status_code == 400
    assert answer.json()["path"] == "$"


@BOTH
def test_it_reads_gzip(contributor: User, script: Script, address: str) -> None:
    body = gzip.compress(json.dumps([run_event("START", "01:00")]).encode())

    answer = raw(script(contributor), "POST", address, body, encoding="gzip")

    assert answer.status_code in {201, 204}
    assert OpenLineageEvent.objects.count() == 1


@BOTH
def test_it_does_not_unpack_a_bomb(contributor: User, script: Script, address: str) -> None:
    client, limit = script(contributor), 2**20
    bomb = gzip.compress(bytes(200 * limit))

    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=limit):
        tracemalloc.start()
        answer = raw(client, "POST", address, bomb, encoding="gzip")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert peak < 10 * limit


@BOTH
def test_it_asks_to_come_again_when_enough_is_being_taken_in(
    contributor: User, script: Script, address: str
) -> None:
    client = script(contributor)
    places = [lineage.GATE.acquire(blocking=False) for _ in range(100)]
    try:
        answer = client.post(address, [run_event("START", "01:00")])
    finally:
        for _ in filter(None, places):
            lineage.GATE.release()

    assert (answer.status_code, answer.json()["error"]) == (503, "busy")
    assert int(answer["Retry-After"]) > 0
    assert client.post(address, [run_event("START", "01:00")]).status_code in {201, 204}


def test_it_waits_for_the_write_lock_no_longer_than_clients_do(
    contributor: User, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit() -> str:
        word = "SHOW lock_timeout" if connection.vendor == "postgresql" else "PRAGMA busy_timeout"
        with connection.cursor() as cursor:
            cursor.execute(word)
            return str(cursor.fetchone()[0])

    client, seen, before = script(contributor), [], limit()
    monkeypatch.setattr(lineage, "receive_events", lambda **_: seen.append(limit()))
    client.post("/api/v1/lineage", [])

    assert seen in (["3000"], ["3s"])
    assert limit() == before


@BOTH
def test_it_asks_to_come_again_when_the_database_is_away(
    contributor: User, script: Script, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    client = script(contributor)

    def away() -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", away)
        answer = client.post(address, [])

    assert (answer.status_code, answer.json()["error"]) == (503, "busy")


@BOTH
def test_it_gives_its_place_back_whatever_happens(
    contributor: User, script: Script, address: str
) -> None:
    client = script(contributor)
    answers = {client.post(address, [{"x": n}]).status_code for n in range(10)}
    answers |= {client.put(address, []).status_code for _ in range(10)}
    answers |= {Client().post(address).status_code for _ in range(10)}

    assert answers <= {200, 400, 401, 403, 405}
    assert client.post(address, []).status_code in {201, 204}


@BOTH
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=20,
        ).map(lambda value: json.dumps([value]).encode()),
    ),
    encoding=st.sampled_from(["", "gzip", "br"]),
)
def test_it_never_answers_500(
    contributor: User, script: Script, address: str, body: bytes, encoding: str
) -> None:
    answer = raw(script(contributor), "POST", address, body, encoding=encoding)

    assert answer.status_code in {200, 201, 204, 400, 413, 415}
