"""The page of one artifact."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.catalog.services import tombstone_artifact
from tests.impact.story import artifact, raised, record, recorded, reported

pytestmark = pytest.mark.usefixtures("story")


def page_of(browser: Client, text: str, rest: str = "") -> str:
    answer = browser.get(f"/artifacts/{artifact(text).pk}{rest}")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_counts_both_ways_by_kind_and_in_production(browser: Client) -> None:
    page = page_of(browser, "dataset:raw@1")
    assert "2 direct, 7 in all" in page
    assert "<b>2</b> models" in page
    assert "<b>1</b> live in production" in page
    assert "At most 5 steps away" in page


def test_it_says_what_each_neighbour_was(browser: Client) -> None:
    page = page_of(browser, "model:churn@2")
    assert "<bdi>churn</bdi> was tested on <bdi>raw</bdi>" in page
    assert "deploys <bdi>churn</bdi>" in page


def test_it_tells_the_empty_answers_apart(browser: Client) -> None:
    recorded("dataset:ghost > dataset:raw@1 derived")
    assert "Nothing downstream" in page_of(browser, "application:checkout")
    assert "unknown, which is not the same as nothing" in page_of(browser, "dataset:ghost")
    recorded(artifacts=(record("dataset:first"),))
    assert "Nothing upstream recorded" in page_of(browser, "dataset:first")
    assert "Not found" in browser.get("/artifacts/999999").content.decode()


def test_it_shows_known_facets_as_facts_and_others_as_they_are(browser: Client) -> None:
    facets = {
        "model": {"format": "onnx", "size_bytes": 48_120_331, "metrics": {"auc": 0.941}},
        "lab": {"shelf": ["b", 7]},
    }
    recorded(artifacts=(record("model:fraud@7", facets=facets),))
    page = page_of(browser, "model:fraud@7")
    assert "48.1 MB" in page
    assert "0.941" in page
    assert "&quot;shelf&quot;" in page


def test_it_shows_the_flag_on_it_and_the_flags_over_it(browser: Client, contributor: User) -> None:
    reported(raised("dataset:raw@1", contributor, detail="Rows were joined twice."))
    own = page_of(browser, "dataset:raw@1")
    assert "Flagged: label error" in own
    assert "Rows were joined twice." in own
    assert "<b>Affected</b> by the flag on" in page_of(browser, "model:fraud@7")
    assert "<b>Evidence in doubt</b> because of the flag on" in page_of(browser, "model:churn@2")


def test_it_keeps_the_proof_when_the_content_is_deleted(
    browser: Client, administrator: User
) -> None:
    tombstone_artifact(
        artifact=artifact("dataset:train@1"), reason="A person asked for it.", actor=administrator
    )
    page = page_of(browser, "dataset:train@1")
    assert "Its content was deleted" in page
    assert "A person asked for it." in page
    assert "What came from it" in page


def test_it_says_who_said_so(browser: Client) -> None:
    page = page_of(browser, "model:fraud@7")
    assert "Who says so" in page
    assert "<bdi>story</bdi>" in page


def test_it_lists_everything_downstream_and_filters_it(browser: Client) -> None:
    everything = page_of(browser, "dataset:raw@1", "/downstream")
    assert "1 to 7 of 7" in everything
    models = page_of(browser, "dataset:raw@1", "/downstream?kind=model")
    assert "1 to 2 of 2" in models
    running = page_of(browser, "dataset:raw@1", "/downstream?kind=in_production")
    assert "<bdi>api</bdi>" in running
    assert "<bdi>batch</bdi>" not in running


def test_it_answers_as_of_a_revision(browser: Client) -> None:
    recorded("dataset:raw@1 > dataset:late derived")
    assert "<bdi>late</bdi>" in page_of(browser, "dataset:raw@1", "/downstream")
    assert "<bdi>late</bdi>" not in page_of(browser, "dataset:raw@1", "/downstream?as_of=1")


def test_it_lists_versions(browser: Client) -> None:
    recorded("model:fraud@7 > model:fraud@8 fine_tuning")
    assert "<bdi>8</bdi>" in page_of(browser, "model:fraud@7")
    assert "1 to 2 of 2" in page_of(browser, "model:fraud@7", "/versions")


def test_it_lets_a_contributor_describe(
    contributor: User, client_for: Callable[[User], Client]
) -> None:
    pk = artifact("model:churn@2").pk
    theirs = client_for(contributor)
    assert f"/artifacts/{pk}/describe" in theirs.get(f"/artifacts/{pk}").content.decode()
    said = {"owner": "growth", "description": "Who leaves.", "tags": "weekly, gold"}
    assert theirs.post(f"/artifacts/{pk}/describe", said).status_code == 302
    page = theirs.get(f"/artifacts/{pk}").content.decode()
    assert "growth" in page
    assert "Who leaves." in page
    assert AuditEntry.objects.filter(subject=f"artifact:{pk}", actor=contributor).exists()


def test_it_does_not_let_a_viewer_describe(browser: Client) -> None:
    pk = artifact("model:churn@2").pk
    assert "/describe" not in browser.get(f"/artifacts/{pk}").content.decode()
    refused = browser.post(f"/artifacts/{pk}/describe", {"owner": "me"})
    assert refused.status_code == 403
    assert "This needs the role contributor; yours is viewer." in refused.content.decode()
    assert artifact("model:churn@2").owner == ""


def test_it_refuses_a_description_that_cannot_be_kept(
    contributor: User, client_for: Callable[[User], Client]
) -> None:
    pk = artifact("model:churn@2").pk
    answer = client_for(contributor).post(f"/artifacts/{pk}/describe", {"owner": "a\x07b"})
    assert answer.status_code == 400
    assert "U+0007" in answer.content.decode()
