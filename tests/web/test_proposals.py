"""The page of pairs that may be one: read by all, decided by reviewers."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.catalog.models import Artifact, Merge, Proposal
from apps.catalog.services import (
    decide_proposals,
    merge_artifacts,
    record_batch,
    split_artifact,
)
from apps.graph.records import ArtifactKey, ArtifactRecord, IdentifierRecord, LineageBatch
from tests.web.test_query_counts import Counted

pytestmark = pytest.mark.django_db


def claimed(name: str, number: int) -> None:
    artifact = ArtifactKey("shop", "model", name, "")
    said = IdentifierRecord(artifact, "model_uri", f"models:/fraud/{number}")
    record_batch(batch=LineageBatch(producer="test", identifiers=(said,)))


@pytest.fixture
def _pairs(db: None) -> None:
    for number in (1, 2):
        claimed(f"fraud-{number}", number)
        claimed(f"<b>registry</b>/{number}", number)


@pytest.mark.usefixtures("_pairs")
def test_it_shows_both_sides_and_what_they_share(browser: Client) -> None:
    page = browser.get("/proposals").content.decode()

    assert "models:/fraud/1" in page
    assert "fraud-1" in page
    assert "&lt;b&gt;registry" in page
    assert "Make chosen pairs one" not in page  # Vera only reads.
    assert "2 pairs that may be one" in browser.get("/").content.decode()


@pytest.mark.usefixtures("_pairs")
def test_a_reviewer_makes_them_one(reviewer: User, client_for: Callable[[User], Client]) -> None:
    client = client_for(reviewer)
    ids = [one.pk for one in Proposal.objects.all()]
    answer = client.post("/proposals", {"chosen": ids, "decision": "accept"}, follow=True)

    assert "Pairs made one: 2." in answer.content.decode()
    assert "Nothing waits" in answer.content.decode()
    assert Artifact.objects.survivors().count() == 2
    assert "models:/fraud/2" in client.get("/proposals?state=accepted").content.decode()


@pytest.mark.usefixtures("_pairs")
def test_a_reviewer_keeps_them_two_only_with_a_reason(
    reviewer: User, client_for: Callable[[User], Client]
) -> None:
    client, ids = client_for(reviewer), [Proposal.objects.all()[0].pk]
    refused = client.post("/proposals", {"chosen": ids, "decision": "reject", "note": " "})
    assert refused.status_code == 400
    assert "Say why they are two" in refused.content.decode()

    answer = client.post(
        "/proposals", {"chosen": ids, "decision": "reject", "note": "Two teams."}, follow=True
    )

    assert "Pairs kept two: 1." in answer.content.decode()
    assert "Two teams." in client.get("/proposals?state=rejected").content.decode()


@pytest.mark.usefixtures("_pairs")
@pytest.mark.parametrize("chosen", [[], ["x"], ["9" * 30]])
def test_it_asks_for_a_choice(
    reviewer: User, client_for: Callable[[User], Client], chosen: list[str]
) -> None:
    answer = client_for(reviewer).post("/proposals", {"chosen": chosen, "decision": "accept"})
    assert answer.status_code == 400
    assert "Choose at least one pair" in answer.content.decode()


@pytest.mark.usefixtures("_pairs")
def test_only_a_reviewer_decides(contributor: User, client_for: Callable[[User], Client]) -> None:
    ids = [one.pk for one in Proposal.objects.all()]
    answer = client_for(contributor).post("/proposals", {"chosen": ids, "decision": "accept"})
    assert answer.status_code == 403
    assert Artifact.objects.survivors().count() == 4


def test_it_says_when_nothing_waits(browser: Client) -> None:
    assert "Nothing waits" in browser.get("/proposals?state=nonsense").content.decode()


@pytest.mark.usefixtures("_pairs")
@pytest.mark.parametrize("state", ["open", "accepted", "rejected"])
def test_it_takes_few_queries_however_many_pairs(
    state: str, reviewer: User, browser: Client, django_assert_max_num_queries: Counted
) -> None:
    _decided(state, reviewer)
    with django_assert_max_num_queries(9):
        assert browser.get(f"/proposals?state={state}").status_code == 200


@pytest.mark.usefixtures("_pairs")
def test_it_shows_the_name_that_stayed_in_front(reviewer: User, browser: Client) -> None:
    said = ArtifactRecord(namespace="shop", kind="model", name="<b>registry</b>/1", owner="risk")
    record_batch(batch=LineageBatch(producer="test", artifacts=(said,)))
    _decided("accepted", reviewer)
    page = browser.get("/proposals?state=accepted").content.decode()

    assert page.index("&lt;b&gt;registry&lt;/b&gt;/1") < page.index("fraud-1")
    assert "What both bear was reason enough." in page
    assert "Placeholder" not in page


@pytest.mark.usefixtures("_pairs")
def test_it_says_that_a_pair_was_split_again(reviewer: User, browser: Client) -> None:
    _decided("accepted", reviewer)
    assert "split again</span>" not in browser.get("/proposals?state=accepted").content.decode()
    split_artifact(merge=Merge.objects.all()[0], reason="They differ.", actor=reviewer)
    page = browser.get("/proposals?state=accepted").content.decode()
    assert page.count("split again</span>") == 1


@pytest.mark.usefixtures("_pairs")
def test_it_says_that_a_pair_was_made_one_since(reviewer: User, browser: Client) -> None:
    _decided("rejected", reviewer)
    pair = Proposal.objects.all()[0]
    merge_artifacts(artifact=pair.second, survivor=pair.first, reason="One.", actor=reviewer)
    page = browser.get("/proposals?state=rejected").content.decode()
    assert page.count("made one since</span>") == 1


def _decided(state: str, actor: User) -> None:
    if state != "open":
        ids = list(Proposal.objects.values_list("pk", flat=True))
        note = "" if state == "accepted" else "Two teams."
        decide_proposals(ids=ids, accept=state == "accepted", note=note, actor=actor)
