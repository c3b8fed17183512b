"""Proposals over REST: listed, decided on in bulk, each on its own."""

import pytest

from apps.accounts.models import User
from apps.catalog.models import Proposal
from apps.catalog.services import record_batch
from apps.graph.records import IdentifierRecord, LineageBatch
from tests.api.conftest import Script
from tests.catalog.lineage import key, record

PROPOSALS = "/api/v1/proposals"


@pytest.fixture
def _pair(db: None) -> None:
    said = tuple(
        IdentifierRecord(key(f"model:{name}"), "model_uri", "models:/pie/3") for name in "ab"
    )
    record_batch(batch=LineageBatch(identifiers=said))


@pytest.mark.usefixtures("_pair")
def test_it_lists_what_waits(viewer: User, script: Script) -> None:
    [one] = script(viewer).get(PROPOSALS).json()["results"]

    assert (one["first"]["name"], one["second"]["name"], one["state"]) == ("a", "b", "open")
    assert (one["scheme"], one["value"]) == ("model_uri", "models:/pie/3")
    assert script(viewer).get(f"{PROPOSALS}?state=accepted").json()["count"] == 0
    assert script(viewer).get(f"{PROPOSALS}?state=any&kind=model").json()["count"] == 1


@pytest.mark.usefixtures("_pair")
def test_a_reviewer_accepts(reviewer: User, script: Script) -> None:
    said = {"ids": [Proposal.objects.get().pk], "accept": True}
    answer = script(reviewer).post(f"{PROPOSALS}/decide", said)

    assert (answer.status_code, answer.json()) == (200, {"decided": 1, "failed": []})
    assert script(reviewer).get(PROPOSALS).json()["count"] == 0
    again = script(reviewer).post(f"{PROPOSALS}/decide", said)
    assert again.json() == {"decided": 0, "failed": []}


@pytest.mark.usefixtures("_pair")
def test_it_says_which_cannot_be_one(reviewer: User, script: Script) -> None:
    record("model:a > model:b [fine_tuning]")
    pk = Proposal.objects.get().pk
    answer = script(reviewer).post(f"{PROPOSALS}/decide", {"ids": [pk], "accept": True}).json()

    assert answer["decided"] == 0
    [failed] = answer["failed"]
    assert failed["id"] == pk
    assert failed["message"].startswith("One was made from the other")


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"accept": True}, "$.ids"),
        ({"ids": [], "accept": True}, "$.ids"),
        ({"ids": [1]}, "$.accept"),
        ({"ids": ["x"], "accept": True}, "$.ids[0]"),
        ({"ids": [1], "accept": False}, "$.note"),
    ],
)
def test_it_names_what_is_wrong(
    reviewer: User, script: Script, said: dict[str, object], path: str
) -> None:
    answer = script(reviewer).post(f"{PROPOSALS}/decide", said)

    assert (answer.status_code, answer.json()["path"]) == (400, path)
