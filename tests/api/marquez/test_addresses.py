"""Names with slashes in a path, as servers and proxies hand them on."""

from time import perf_counter
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.api.marquez.addresses import address_as_sent, resolve
from apps.api.marquez.urls import ADDRESSES
from tests.api.conftest import Script
from tests.api.marquez.conftest import quoted, sent

SPACE, NAME = "postgres://db:5432", "shop/datasets/x/versions/y ü%"
AS_SENT = quoted("namespaces", SPACE, "datasets", NAME, "versions", "v/1")


@pytest.mark.parametrize("header", ["RAW_URI", "REQUEST_URI", "absolute"])
def test_it_reads_the_path_as_it_was_sent(header: str) -> None:
    path = f"/lineage/api/v1/{AS_SENT}?limit=1"
    said = {"REQUEST_URI": f"http://h{path}"} if header == "absolute" else {header: path}
    request = RequestFactory(SCRIPT_NAME="/lineage").get(f"/api/v1/{AS_SENT}", **said)  # type: ignore[arg-type]
    decoded = request.path_info.removeprefix("/api/v1/")

    found = resolve(ADDRESSES, decoded, address_as_sent(request, decoded))

    assert found is not None
    assert found[1] == {"namespace": SPACE, "dataset": NAME, "version": "v/1"}


def test_it_reads_the_path_of_asgi_servers() -> None:
    request = RequestFactory().get(f"/api/v1/{AS_SENT}")
    request.scope = {"raw_path": f"/api/v1/{AS_SENT}".encode()}  # type: ignore[attr-defined]
    decoded = request.path_info.removeprefix("/api/v1/")

    assert address_as_sent(request, decoded) == AS_SENT


@pytest.mark.parametrize(
    ("decoded", "names"),
    [
        ("namespaces/postgres://db:5432", {"namespace": SPACE}),
        ("namespaces/postgres:/db:5432", {"namespace": SPACE}),
        ("namespaces/a/b/datasets/c/d", {"namespace": "a/b", "dataset": "c/d"}),
        (
            "namespaces/s3://b/datasets/c/d/fields/e/f/tags/g/h",
            {"namespace": "s3://b", "dataset": "c/d", "field": "e/f", "tag": "g/h"},
        ),
        ("namespaces/a/jobs/b/c/runs", {"namespace": "a", "job": "b/c"}),
        ("jobs/runs/a/b/start", {"run": "a/b"}),
        ("events/postgres://db:5432", {"namespace": SPACE}),
        ("events/lineage", {}),
    ],
)
def test_it_goes_by_the_words_between_when_only_the_decoded_path_is_known(
    decoded: str, names: dict[str, str]
) -> None:
    found = resolve(ADDRESSES, decoded, None)

    assert found is not None
    assert found[1] == names


@pytest.mark.parametrize(
    "decoded", ["namespaces/a/b/c", "namespaces//datasets/x", "jobs/runs", "search/x", "tags/"]
)
def test_it_takes_no_raw_path_for_what_it_is_not(decoded: str) -> None:
    """`namespaces/a/b/c` is a namespace with slashes, if nobody says how it was sent."""
    request = RequestFactory().get(f"/api/v1/{decoded}", RAW_URI="/elsewhere")

    assert address_as_sent(request, decoded) is None


def test_it_takes_no_longer_for_an_address_with_many_readings() -> None:
    began = perf_counter()

    found = resolve(ADDRESSES, "namespaces/" + "x/datasets/y/fields/" * 20_000, None)

    assert found is not None
    assert perf_counter() - began < 1


@given(st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=2))
@settings(max_examples=60, deadline=None)
def test_it_gives_back_any_names(names: list[str]) -> None:
    encodable = [name.encode("utf-8", "replace").decode() for name in names]
    address = quoted("namespaces", encodable[0], "jobs", encodable[1])

    found = resolve(ADDRESSES, "", address)

    assert found is not None
    assert list(found[1].values()) == encodable


@pytest.mark.parametrize("raw", [True, False])
def test_it_answers_by_either_way(contributor: User, script: Script, raw: bool) -> None:
    client = script(contributor)
    address = f"/marquez/api/v1/{quoted('namespaces', SPACE)}"

    put: Any = sent(client, "put", address, {"ownerName": "me"}, raw=raw)

    assert (put.status_code, put.json()["name"]) == (200, SPACE)
    assert sent(client, "get", address, raw=raw).json() == put.json()
