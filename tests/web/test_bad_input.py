"""Addresses that make no sense get an answer that says so, never a failure."""

import pytest
from django.test import Client

from tests.impact.story import artifact

pytestmark = pytest.mark.usefixtures("story")


@pytest.mark.parametrize("page", ["abc", "-1", "0", "1e9", "9" * 5000, "", "NaN"])
@pytest.mark.parametrize("where", ["/artifacts", "/deployments", "/imports", "/tokens"])
def test_it_brings_a_wrong_page_in_range(where: str, page: str, browser: Client) -> None:
    assert browser.get(where, {"page": page, "per_page": page}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"ordering": "password"},
        {"ordering": "-owner__password"},
        {"status": "evil"},
        {"q": "a\x00b"},
        {"kind": "\x00"},
        {"q": "x" * 1_000_000},
    ],
)
@pytest.mark.parametrize("path", ["/artifacts", "/artifacts.csv"])
def test_it_refuses_a_filter_that_makes_no_sense(
    query: dict[str, str], path: str, browser: Client
) -> None:
    answer = browser.get(path, query)
    assert answer.status_code == 400
    assert "The filter could not be applied" in answer.content.decode()


@pytest.mark.parametrize("query", [{"q": "\x00"}, {"live": "evil"}, {"at": "yesterday"}])
def test_it_refuses_a_deployment_filter_that_makes_no_sense(
    query: dict[str, str], browser: Client
) -> None:
    answer = browser.get("/deployments", query)
    assert answer.status_code == 400
    assert "The filter could not be applied" in answer.content.decode()


@pytest.mark.parametrize("text", ["\x00", "a\x1bb", "x" * 1_000_000, "\ud800"])
def test_it_refuses_to_look_for_what_no_name_contains(text: str, browser: Client) -> None:
    query = text.encode("utf-8", "surrogatepass")
    answer = browser.get("/find", {"q": query})
    assert answer.status_code in {302, 400}
    if answer.status_code == 302:
        assert browser.get(answer["Location"]).status_code in {200, 400}


@pytest.mark.parametrize("pk", ["9" * 30, "9" * 5000, "0", "-1", "abc", "1.5", "%00"])
@pytest.mark.parametrize("path", ["/artifacts/{}", "/artifacts/{}/downstream", "/imports/{}"])
def test_it_says_that_an_unknown_number_is_not_found(path: str, pk: str, browser: Client) -> None:
    answer = browser.get(path.format(pk))
    assert answer.status_code == 404
    assert "Not found" in answer.content.decode()


@pytest.mark.parametrize("as_of", ["abc", "-5", "9" * 400, "1.5", "\x00"])
def test_it_says_that_a_revision_is_none(as_of: str, browser: Client) -> None:
    where = f"/artifacts/{artifact('dataset:raw@1').pk}/downstream"
    answer = browser.get(where, {"as_of": as_of, "kind": "\x00evil"})
    assert answer.status_code == 200
    assert "is not a revision number" in answer.content.decode()


def test_it_names_the_methods_that_a_page_takes(browser: Client) -> None:
    assert browser.post("/artifacts").status_code == 405
    assert browser.get("/tokens/1/revoke").status_code == 405
