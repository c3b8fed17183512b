"""What proved to be one, over REST: read, decided, undone; the other's address sends on."""

import hashlib

import pytest

from apps.accounts.models import User
from apps.catalog.models import Merge
from apps.catalog.services import record_batch
from apps.graph.records import ArtifactRecord, LineageBatch
from tests.api.conftest import Script
from tests.catalog.lineage import key, record, stored

MERGES = "/api/v1/merges"
CONTENT = hashlib.sha256(b"flour").hexdigest()


def same_content(*names: str) -> None:
    """Each in a batch of its own, all with one content."""
    for name in names:
        one = key(name)
        said = ArtifactRecord(
            namespace=one.namespace, kind=one.kind, name=one.name, digest=f"sha256:{CONTENT}"
        )
        record_batch(batch=LineageBatch(artifacts=(said,)))


@pytest.fixture
def _one(db: None) -> None:
    record("flour > cake")
    same_content("flour", "s3/flour")


@pytest.mark.usefixtures("_one")
def test_it_lists_what_proved_to_be_one(viewer: User, script: Script) -> None:
    client = script(viewer)
    for query in ("", f"?artifact={stored('flour').pk}", f"?value={CONTENT}", "?live=true"):
        [one] = client.get(f"{MERGES}{query}").json()["results"]
        assert (one["artifact"]["name"], one["survivor"]["name"]) == ("s3/flour", "flour")
        assert (one["scheme"], one["value"], one["reason"]) == ("sha256", CONTENT, "")
    assert client.get(f"{MERGES}?live=false").json()["count"] == 0


@pytest.mark.usefixtures("_one")
@pytest.mark.parametrize("action", ["", "/descendants?depth=1", "/graph", "/versions"])
def test_the_address_of_the_other_sends_on(viewer: User, script: Script, action: str) -> None:
    flour, other = stored("flour").pk, stored("s3/flour").pk
    answer = script(viewer).get(f"/api/v1/artifacts/{other}{action}")

    assert (answer.status_code, answer.json()["survivor"]) == (307, flour)
    assert answer["Location"] == f"/api/v1/artifacts/{flour}{action}"
    assert script(viewer).get(answer["Location"]).status_code == 200


@pytest.mark.usefixtures("_one")
def test_a_script_that_follows_gets_the_one(viewer: User, script: Script) -> None:
    other = stored("s3/flour").pk
    client = script(viewer)
    answer = client.get(client.get(f"/api/v1/artifacts/{other}")["Location"]).json()

    assert answer["name"] == "flour"
    assert [(one["id"], one["name"]) for one in answer["also_known_as"]] == [(other, "s3/flour")]
    assert [one["artifact"] for one in answer["identifiers"]] == [stored("flour").pk, other]


@pytest.mark.usefixtures("_one")
def test_an_answer_as_of_before_the_merge_is_as_it_was(viewer: User, script: Script) -> None:
    other = stored("s3/flour").pk
    answer = script(viewer).get(f"/api/v1/artifacts/{other}/descendants?as_of=2")

    assert (answer.status_code, answer.json()["artifact"]["id"]) == (200, other)
    assert answer.json()["results"] == []


@pytest.mark.usefixtures("_one")
@pytest.mark.parametrize(
    "query", ["namespace=shop&kind=dataset&name=s3/flour", f"identifier=sha256:{CONTENT.upper()}"]
)
def test_a_lookup_finds_the_one(viewer: User, script: Script, query: str) -> None:
    answer = script(viewer).get(f"/api/v1/artifacts/lookup?{query}").json()

    assert [one["name"] for one in answer["results"]] == ["flour"]


@pytest.mark.usefixtures("_one")
def test_a_list_has_the_one_under_any_of_its_names(viewer: User, script: Script) -> None:
    client = script(viewer)
    assert client.get("/api/v1/artifacts").json()["count"] == 2
    [one] = client.get("/api/v1/artifacts?name=s3/flour").json()["results"]
    assert one["name"] == "flour"


@pytest.mark.usefixtures("_one")
def test_a_flag_on_the_other_is_on_the_one(contributor: User, script: Script) -> None:
    said = {"artifact": stored("s3/flour").pk, "reason": "leakage", "severity": "low"}
    answer = script(contributor).post("/api/v1/flags", said)

    assert (answer.status_code, answer.json()["artifact"]["name"]) == (201, "flour")


@pytest.mark.usefixtures("_one")
def test_a_reviewer_splits(reviewer: User, script: Script) -> None:
    merge = Merge.objects.get()
    answer = script(reviewer).post(f"{MERGES}/{merge.pk}/split", {"reason": "Another mill."})

    assert answer.status_code == 200
    assert (answer.json()["split_by"], answer.json()["split_reason"]) == (
        reviewer.username,
        "Another mill.",
    )
    again = script(reviewer).post(f"{MERGES}/{merge.pk}/split", {"reason": "Twice."})
    assert (again.status_code, again.json()["error"]) == (409, "conflict")


def test_a_reviewer_merges(reviewer: User, script: Script) -> None:
    record("flour > cake", "mehl > kuchen")
    said = {
        "artifact": stored("mehl").pk,
        "survivor": stored("flour").pk,
        "reason": "The same mill, in German.",
    }
    answer = script(reviewer).post(MERGES, said)

    assert (answer.status_code, answer.json()["merged_by"]) == (201, reviewer.username)
    below = script(reviewer).get(f"/api/v1/artifacts/{stored('flour').pk}/descendants").json()
    assert [one["artifact"]["name"] for one in below["results"]] == ["cake", "kuchen"]


def test_it_refuses_to_merge_what_was_made_from_it(reviewer: User, script: Script) -> None:
    record("flour > dough > cake")
    said = {"artifact": stored("flour").pk, "survivor": stored("cake").pk, "reason": "Same."}
    answer = script(reviewer).post(MERGES, said)

    assert (answer.status_code, answer.json()["error"]) == (409, "cycle")
    assert [step["name"] for step in answer.json()["cycle"]] == ["flour", "dough", "cake"]
    assert not Merge.objects.exists()


@pytest.mark.parametrize(
    ("said", "status", "path"),
    [
        ({"survivor": 1, "reason": "x"}, 400, "$.artifact"),
        ({"artifact": 1, "survivor": 1, "reason": "x"}, 400, "$.survivor"),
        ({"artifact": 1, "survivor": 2, "reason": ""}, 400, "$.reason"),
        ({"artifact": 1, "survivor": 2, "reason": "a\x00b"}, 400, "$.reason"),
        ({"artifact": 999_999, "survivor": 1, "reason": "x"}, 404, None),
        ({"artifact": 10**30, "survivor": 1, "reason": "x"}, 400, "$.artifact"),
    ],
)
def test_it_names_what_is_wrong(
    reviewer: User, script: Script, said: dict[str, object], status: int, path: str | None
) -> None:
    record("flour > cake")
    ids = {1: stored("flour").pk, 2: stored("cake").pk}
    body = {name: ids.get(value, value) for name, value in said.items()}  # type: ignore[call-overload]
    answer = script(reviewer).post(MERGES, body)

    assert (answer.status_code, answer.json().get("path")) == (status, path)
