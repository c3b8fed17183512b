"""An artifact with several names: shown, found, sent on to, split."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.catalog.models import Artifact, Merge
from apps.catalog.selectors import current_revision
from apps.catalog.services import merge_artifacts
from tests.impact.story import artifact, record, recorded

CONTENT = "sha256:" + "9f86d081" * 8


@pytest.fixture
def _one(story: None) -> None:
    """raw@1, and the same content under a bucket's name."""
    recorded(artifacts=(record("dataset:raw@1", digest=CONTENT),))
    recorded(
        "dataset:s3/raw > dataset:report derived",
        artifacts=(record("dataset:s3/raw", digest=CONTENT),),
    )


def stored(name: str) -> Artifact:
    return Artifact.objects.get(name=name)


@pytest.mark.usefixtures("_one")
@pytest.mark.parametrize(
    "page",
    ["", "/graph", "/graph?depth=1&view=table", "/downstream", "/versions", "/graph/panel"],
)
def test_the_address_of_the_other_leads_to_the_one(browser: Client, page: str) -> None:
    answer = browser.get(f"/artifacts/{stored('s3/raw').pk}{page}")

    assert (answer.status_code, answer["Location"]) == (
        307,
        f"/artifacts/{artifact('dataset:raw@1').pk}{page}",
    )


def test_a_graph_as_of_before_the_merge_is_of_the_other(story: None, browser: Client) -> None:
    recorded("dataset:s3/raw > dataset:report derived")
    before = current_revision()
    same = ("dataset:raw@1", "dataset:s3/raw")
    recorded(artifacts=tuple(record(name, digest=CONTENT) for name in same))
    page = f"/artifacts/{stored('s3/raw').pk}/graph"

    answer = browser.get(f"{page}?as_of={before}&view=table")

    assert answer.status_code == 200
    assert "report" in answer.content.decode()
    assert "train" not in answer.content.decode()  # That came from raw, which it was not yet.
    assert browser.get(page).status_code == 307


@pytest.mark.usefixtures("_one")
def test_a_page_shows_the_other_names_and_what_proved_them(browser: Client) -> None:
    page = browser.get(f"/artifacts/{artifact('dataset:raw@1').pk}").content.decode()

    assert "Its other names" in page
    assert "s3/raw" in page
    assert CONTENT in page
    assert "report" in page  # What came from the other came from the one.
    assert "Split…" not in page  # Vera only reads.


@pytest.mark.usefixtures("_one")
def test_the_catalogue_has_the_one_once_and_finds_it_by_either_name(browser: Client) -> None:
    page = browser.get("/artifacts?q=s3/raw").content.decode()

    assert f"/artifacts/{artifact('dataset:raw@1').pk}" in page
    assert f"/artifacts/{stored('s3/raw').pk}" not in page


@pytest.mark.usefixtures("_one")
def test_a_reviewer_splits_with_a_reason(
    reviewer: User, client_for: Callable[[User], Client]
) -> None:
    client, merge = client_for(reviewer), Merge.objects.get()
    asked = client.get(f"/merges/{merge.pk}/split")
    assert "They become two artifacts again" in asked.content.decode()
    assert client.post(f"/merges/{merge.pk}/split", {"reason": ""}).status_code == 400

    answer = client.post(f"/merges/{merge.pk}/split", {"reason": "Another export."}, follow=True)

    assert answer.redirect_chain[-1][0] == f"/artifacts/{stored('s3/raw').pk}"
    assert "Split. What was said" in answer.content.decode()
    again = client.get(f"/merges/{merge.pk}/split", follow=True)
    assert "Was split before" in again.content.decode()


@pytest.mark.usefixtures("_one")
def test_only_a_reviewer_splits(contributor: User, client_for: Callable[[User], Client]) -> None:
    path = f"/merges/{Merge.objects.get().pk}/split"
    assert client_for(contributor).post(path, {"reason": "x"}).status_code == 403


def test_a_persons_reason_is_shown(story: None, browser: Client, reviewer: User) -> None:
    recorded("dataset:roh > dataset:bericht derived")
    merge_artifacts(
        artifact=stored("roh"),
        survivor=artifact("dataset:raw@1"),
        reason="The German export.",
        actor=reviewer,
    )
    page = browser.get(f"/artifacts/{artifact('dataset:raw@1').pk}").content.decode()
    assert "The German export." in page
