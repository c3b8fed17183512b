"""The catalogue: filters, live and not, pages and CSV."""

import csv
import io

import pytest
from django.test import Client

from apps.accounts.models import User
from tests.impact.story import raised, recorded, reported

pytestmark = pytest.mark.usefixtures("story")
LIVE = {"HX-Request": "true"}


def test_it_shows_everything_unfiltered(browser: Client) -> None:
    page = browser.get("/artifacts").content.decode()
    assert "8 artifacts" in page
    assert "checkout" in page


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("kind=model", "churn", "checkout"),
        ("owner=risk", "fraud", "churn"),
        ("q=chur", "churn", "checkout"),
        ("q=fraud%407", "fraud", "churn"),
        ("namespace=shop&kind=run", "fit", "fraud"),
    ],
)
def test_it_filters(query: str, there: str, not_there: str, browser: Client) -> None:
    results = browser.get(f"/artifacts?{query}", headers=LIVE).content.decode()
    assert f"<bdi>{there}</bdi>" in results
    assert f"<bdi>{not_there}</bdi>" not in results


def test_it_sends_only_the_results_to_a_live_filter(browser: Client) -> None:
    answer = browser.get("/artifacts?q=fraud&kind=&owner=", headers=LIVE)
    assert b"<html" not in answer.content
    assert answer["HX-Push-Url"] == "/artifacts?q=fraud"
    assert "HX-Request" in answer["Vary"]


def test_it_sends_the_whole_page_when_the_browser_goes_back(browser: Client) -> None:
    headers = {**LIVE, "HX-History-Restore-Request": "true"}
    assert b"<html" in browser.get("/artifacts", headers=headers).content


def test_it_keeps_the_filter_in_the_form(browser: Client) -> None:
    page = browser.get("/artifacts?kind=model&q=f").content.decode()
    assert '<option value="model" selected>' in page
    assert 'name="q" value="f"' in page


def test_it_filters_by_what_flags_say(browser: Client, contributor: User) -> None:
    reported(raised("dataset:raw@1", contributor))
    own = browser.get("/artifacts?status=flagged", headers=LIVE).content.decode()
    assert "1 artifact match" in own
    assert "Flagged" in own
    spoiled = browser.get("/artifacts?status=affected", headers=LIVE).content.decode()
    assert "Evidence in doubt" in spoiled
    assert "<bdi>raw</bdi>" not in spoiled


def test_it_sorts_by_a_heading(browser: Client) -> None:
    up = browser.get("/artifacts?ordering=name", headers=LIVE).content.decode()
    assert up.index("<bdi>api</bdi>") < up.index("<bdi>train</bdi>")
    assert 'aria-sort="ascending"' in up
    down = browser.get("/artifacts?ordering=-name", headers=LIVE).content.decode()
    assert down.index("<bdi>train</bdi>") < down.index("<bdi>api</bdi>")


def test_it_pages(browser: Client) -> None:
    recorded(*(f"dataset:raw@1 > run:many@{number} input" for number in range(30)))
    first = browser.get("/artifacts?kind=run").content.decode()
    assert "1 to 25 of 31" in first
    assert "?kind=run&amp;page=2" in first
    assert "26 to 31 of 31" in browser.get("/artifacts?kind=run&page=2").content.decode()
    assert "1 to 31 of 31" in browser.get("/artifacts?kind=run&per_page=50").content.decode()


def test_it_says_when_nothing_matches(browser: Client) -> None:
    page = browser.get("/artifacts?q=no-such-thing").content.decode()
    assert "No artifact matches" in page


def test_it_exports_what_is_filtered(browser: Client) -> None:
    answer = browser.get("/artifacts.csv?kind=model&ordering=name")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [row["name"] for row in rows] == ["churn", "fraud"]
    assert answer["Content-Disposition"] == 'attachment; filename="artifacts.csv"'


def test_it_gives_a_spreadsheet_no_formula(browser: Client) -> None:
    recorded("dataset:=cmd() > run:fit input")
    rows = browser.get("/artifacts.csv?q=cmd").getvalue().decode()
    assert "'=cmd()" in rows
