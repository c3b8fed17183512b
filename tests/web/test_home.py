"""The start page and the search from anything at hand."""

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.catalog.services import record_batch
from apps.graph.records import IdentifierRecord, LineageBatch
from tests.impact.story import artifact, key, raised, reported

pytestmark = pytest.mark.django_db


def test_it_says_what_to_do_while_nothing_is_recorded(browser: Client) -> None:
    page = browser.get("/").content.decode()
    assert "Nothing is recorded yet" in page
    assert "load_example" in page


@pytest.mark.usefixtures("story")
def test_it_shows_what_is_recorded(browser: Client) -> None:
    page = browser.get("/").content.decode()
    assert "8 artifacts" in page
    assert "Nothing is flagged" in page
    assert "8 artifacts added, 7 edges added" in page


@pytest.mark.usefixtures("story")
def test_it_shows_the_flags_that_reach_production(browser: Client, contributor: User) -> None:
    flag = raised("dataset:raw@1", contributor)
    assert "Its reach is being worked out." in browser.get("/").content.decode()
    reported(flag)
    page = browser.get("/").content.decode()
    assert "1 in production" in page
    assert "High · open" in page
    assert "To settle next" in page
    assert "<bdi>payments</bdi> is to act" in page


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("text", ["sha256:" + "ab" * 32, "https://api.example/v1", "models:/f/7"])
def test_it_goes_straight_to_what_bears_the_text(text: str, browser: Client) -> None:
    scheme, _, value = text.partition(":") if text.startswith("sha256") else ("name", "", text)
    claim = IdentifierRecord(key("model:fraud@7"), scheme, value)
    record_batch(batch=LineageBatch(identifiers=(claim,)))
    answer = browser.get("/find", {"q": f"  {text} "})
    assert answer["Location"] == f"/artifacts/{artifact('model:fraud@7').pk}"


@pytest.mark.usefixtures("story")
def test_it_looks_in_the_catalogue_for_anything_else(browser: Client) -> None:
    assert browser.get("/find", {"q": "chu rn&x"})["Location"] == "/artifacts?q=chu+rn%26x"
    assert browser.get("/find")["Location"] == "/artifacts"


def test_it_marks_where_the_reader_is(browser: Client) -> None:
    page = browser.get("/deployments").content.decode()
    assert '<a href="/deployments" aria-current="page">' in page
