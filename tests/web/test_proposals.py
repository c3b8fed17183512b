"""The page of pairs that may be one: read by all, decided by reviewers."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.catalog.models import Artifact, Proposal
from apps.catalog.services import record_batch
from apps.graph.records import ArtifactKey, IdentifierRecord, LineageBatch

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
    assert "Make the chosen one" not in page  # Vera only reads.
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
