"""The page of connectedness: totals in words, what to mend first, filters, CSV."""

import csv
import io
from contextlib import AbstractContextManager
from typing import Protocol

import pytest
from django.test import Client

from tests.impact.story import artifact, deployed, record, recorded

pytestmark = pytest.mark.usefixtures("story")


class Counted(Protocol):
    def __call__(self, most: int) -> AbstractContextManager[object]: ...


def names(browser: Client, query: str = "") -> list[str]:
    answer = browser.get(f"/connectedness?{query}")
    assert answer.status_code == 200
    return [row.artifact.name for row in answer.context["rows"]]


def page(browser: Client, query: str = "") -> str:
    return browser.get(f"/connectedness?{query}").content.decode()


def test_it_says_how_far_in_words(browser: Client) -> None:
    text = page(browser)
    assert "<b>2 models:</b> 1 reaches data, 0 code, 0 an environment, 1 a run, 2 lead on" in text
    assert "<b>2 deployments:</b> 1 reaches data" in text
    assert "counted exactly" in text


def test_it_shows_what_runs_in_production_first_with_its_break(browser: Client) -> None:
    assert names(browser) == ["api", "fraud", "batch", "churn"]
    text = page(browser)
    assert '<span class="way is-missing" title="Run without code">no</span>' in text
    assert f'Its run <a class="name" href="/artifacts/{artifact("run:fit").pk}">' in text
    assert "Start the run inside a git repository, or under <code>lineage run</code>" in text
    assert f'href="/artifacts/{artifact("deployment:api@3").pk}/graph"' in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=deployment", ["api", "batch"]),
        ("breaks_at=data", ["batch", "churn"]),
        ("breaks_at=only_tested&kind=model", ["churn"]),
        ("production=on", ["api", "fraud"]),
        ("owner=risk", ["fraud"]),
        ("owner=none", ["batch", "churn"]),
        ("environment=staging", ["batch"]),
        ("namespace=elsewhere", []),
        ("status=tombstone", []),
        ("as_of=0", []),
        ("per_page=25&page=99", ["api", "fraud", "batch", "churn"]),
    ],
)
def test_it_filters(query: str, expected: list[str], browser: Client) -> None:
    assert names(browser, query) == expected


def test_it_answers_as_of_a_revision_and_keeps_it_in_links(browser: Client) -> None:
    recorded("code:repo@1 > run:fit code")
    assert "run_without_code" not in str(gaps(browser, "kind=model&owner=risk"))
    assert "run_without_code" in str(gaps(browser, "kind=model&owner=risk&as_of=1"))
    text = page(browser, "as_of=1")
    assert "as of revision 1 of 2" in text
    assert "/graph?as_of=1" in text


def gaps(browser: Client, query: str) -> list[str]:
    rows = browser.get(f"/connectedness?{query}").context["rows"]
    return [one.gap.value for row in rows for one in row.breaks]


def test_it_tells_its_empty_answers_apart(browser: Client) -> None:
    assert "No model or deployment matches" in page(browser, "namespace=elsewhere")
    assert "none breaks there" in page(browser, "breaks_at=nothing_upstream")
    assert "No model or deployment was recorded yet" in page(browser, "as_of=0")


@pytest.mark.parametrize(
    "query",
    ["kind=dataset", "breaks_at=heart", "as_of=9", "as_of=x", "as_of=-1", "namespace=%00",
     f"as_of={'9' * 500}", f"owner={'x' * 5000}", "status=evil"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/connectedness", "/connectedness.csv"])
def test_it_refuses_a_filter_that_makes_no_sense(path: str, query: str, browser: Client) -> None:
    answer = browser.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert "The filter could not be applied" in answer.content.decode()


def test_it_exports_what_is_filtered(browser: Client) -> None:
    recorded(artifacts=(record("model:=evil@1"),))
    rows = list(csv.DictReader(io.StringIO(sent(browser, "kind=model"))))
    assert [row["name"] for row in rows] == ["fraud", "'=evil", "churn"]
    first, evil = rows[0], rows[1]
    answers = ("connected", "missing", "connected")
    assert (first["data"], first["code"], first["deployment"]) == answers
    assert (first["first_break"], first["aspect"]) == ("run_without_code", "code")
    assert (evil["first_break"], evil["in_production"]) == ("nothing_upstream", "no")


def sent(browser: Client, query: str) -> str:
    return browser.get(f"/connectedness.csv?{query}").getvalue().decode()


def test_it_takes_few_queries_whatever_is_listed(
    browser: Client, django_assert_max_num_queries: Counted
) -> None:
    many = [f"run:fit@{one} > model:m@{one} output" for one in range(60)]
    recorded(*many, artifacts=(deployed("deployment:web", "production"),))
    for path in ("/connectedness?per_page=50", "/connectedness.csv"):
        with django_assert_max_num_queries(30):
            assert browser.get(path).getvalue()
        browser.get(path)
    with django_assert_max_num_queries(19):
        assert len(browser.get("/connectedness?per_page=50").context["rows"]) == 50
    with django_assert_max_num_queries(5):
        assert sent(browser, "").count("\n") == 66


def test_it_is_said_on_the_page_of_a_model_and_a_deployment(browser: Client) -> None:
    model = browser.get(f"/artifacts/{artifact('model:fraud@7').pk}").content.decode()
    assert "Connected to data, run, deployment; no code, environment." in model
    assert "names no code." in model
    api = browser.get(f"/artifacts/{artifact('deployment:api@3').pk}").content.decode()
    assert "Connected to data, run; no code, environment." in api
    data = browser.get(f"/artifacts/{artifact('dataset:raw@1').pk}").content.decode()
    assert "Connected to" not in data
