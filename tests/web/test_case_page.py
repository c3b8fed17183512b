"""The case of a flag: the answer in words, what proves it, how whole it is, what is to be done."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.catalog.models import Artifact
from apps.impact.models import Flag
from apps.impact.services import confirm_flag, dismiss_flag, request_report
from tests.impact.story import artifact, raised, recorded, reported

pytestmark = pytest.mark.usefixtures("story")


@pytest.fixture
def flag(story: None, contributor: User) -> Flag:
    flag = raised("dataset:raw@1", contributor, detail="Joined <b>twice</b>.")
    reported(flag)
    return flag


def found(page: str) -> list[str]:
    table = page[page.index('id="findings"') :]
    return re.findall(r'class="name"[^>]*><bdi>([^<]*)', table[: table.index("<aside")])


def test_it_answers_in_words_and_says_how_whole_the_answer_is(flag: Flag, browser: Client) -> None:
    page = browser.get(f"/flags/{flag.pk}").text
    assert (
        "<b>1 model</b> was trained on it and <b>1 deployment in production</b> serves it" in page
    )
    assert "1 more model" in page
    assert "Complete at revision 1." in page
    assert "Last heard:" in page
    assert "Joined &lt;b&gt;twice&lt;/b&gt;." in page


def test_it_shows_what_runs_first_and_the_path_that_proves_it(flag: Flag, browser: Client) -> None:
    page = browser.get(f"/flags/{flag.pk}").text
    assert found(page)[0] == "api"
    words = re.sub(r"<[^>]+>|\s+", " ", page)
    assert re.sub(r"\s+", " ", "deploys fraud 7 , which was written by fit") in re.sub(
        r"\s+", " ", words
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("consequence=evidence", ["churn", "batch"]),
        ("kind=run", ["fit"]),
        ("production=true", ["api"]),
        ("owner=risk", ["fraud"]),
        ("q=CHECK", ["checkout"]),
        ("ordering=-distance&kind=model", ["fraud", "churn"]),
        ("kind=dataset&q=zzz", []),
    ],
)
def test_it_filters_and_sorts_the_affected(
    query: str, expected: list[str], flag: Flag, browser: Client
) -> None:
    assert found(browser.get(f"/flags/{flag.pk}?{query}").text) == expected


def test_it_answers_a_live_filter_with_the_findings_only(flag: Flag, browser: Client) -> None:
    live = browser.get(f"/flags/{flag.pk}?kind=run", headers={"HX-Target": "findings"})
    assert "<html" not in live.text
    assert "1 of 7 match" in live.text


@pytest.mark.parametrize("query", ["consequence=mad", "production=maybe&ordering=password"])
def test_it_says_that_a_filter_makes_no_sense(query: str, flag: Flag, browser: Client) -> None:
    answer = browser.get(f"/flags/{flag.pk}?{query}")
    assert answer.status_code == 200
    assert "filter could not be applied" in answer.text or found(answer.text)


def test_it_draws_how_it_spread(flag: Flag, browser: Client) -> None:
    page = browser.get(f"/flags/{flag.pk}").text
    assert "7 of 7 shown" in page
    assert page.count('<g class="card ') == 8
    only = browser.get(f"/flags/{flag.pk}?to=production").text
    assert only.count('<g class="card ') == 5


def test_it_says_since_the_report_before(flag: Flag, browser: Client, contributor: User) -> None:
    assert "This is the first report" in browser.get(f"/flags/{flag.pk}").text
    recorded("model:fraud@7 > model:small@1 quantization")
    request_report(flag=flag, actor=contributor)
    reported(flag)
    page = browser.get(f"/flags/{flag.pk}").text
    since = page[page.index("Since the report before") : page.index("How complete this is")]
    assert "small" in since
    older = browser.get(f"/flags/{flag.pk}?report=1").text
    assert "a later one is complete" in older
    assert "small" not in older[older.index('id="findings"') :][:20_000].split("<aside")[0]


@pytest.mark.parametrize("number", ["2", "abc", "-1", "9" * 40])
def test_it_knows_no_such_report(number: str, flag: Flag, browser: Client) -> None:
    assert browser.get(f"/flags/{flag.pk}?report={number}").status_code == 404


def test_it_shows_that_a_flag_was_dismissed(flag: Flag, browser: Client, reviewer: User) -> None:
    dismiss_flag(flag=flag, reason="The rows were right.", actor=reviewer)
    page = browser.get(f"/flags/{flag.pk}").text
    assert "<b>Dismissed</b>" in page
    assert "The rows were right." in page
    assert 'class="headline bad"' not in page


def test_it_names_who_confirmed(flag: Flag, browser: Client, reviewer: User) -> None:
    confirm_flag(flag=flag, actor=reviewer)
    page = browser.get(f"/flags/{flag.pk}").text
    assert "Confirmed · high" in page
    assert "by <bdi>rita</bdi>" in page


def test_it_exports_the_report_with_its_hash(flag: Flag, browser: Client) -> None:
    said = json.loads(browser.get(f"/flags/{flag.pk}/report.json").getvalue())
    report = flag.reports.get()
    assert said["content_hash"] == report.content_hash
    assert len(said["findings"]) == 7
    lines = browser.get(f"/flags/{flag.pk}/findings.csv").getvalue().decode().splitlines()
    assert len(lines) == 8
    svg = browser.get(f"/flags/{flag.pk}/spread.svg")
    assert f"Case {flag.pk}, report 1" in svg.getvalue().decode()


@pytest.mark.parametrize("page", ["findings.csv", "report.json", "spread.svg"])
def test_it_exports_no_report_that_is_not_complete(
    page: str, contributor: User, browser: Client
) -> None:
    flag = raised("run:fit", contributor)
    assert browser.get(f"/flags/{flag.pk}/{page}").status_code == 404
    assert browser.get(f"/flags/999/{page}").status_code == 404


def test_it_says_what_to_roll_back_to(
    contributor: User, browser: Client, client_for: Callable[[User], Client]
) -> None:
    recorded("dataset:old@1 > model:fraud@6 training")
    Artifact.objects.filter(pk=artifact("model:fraud@6").pk).update(
        is_placeholder=False, occurred_at="2026-01-01T00:00Z"
    )
    Artifact.objects.filter(pk=artifact("model:fraud@7").pk).update(occurred_at="2026-02-01T00:00Z")
    flag = raised("dataset:raw@1", contributor)
    reported(flag)
    page = browser.get(f"/flags/{flag.pk}").text
    advice = page[page.index("What to do first") : page.index("To settle")]
    assert "<b>Roll back</b>" in advice
    assert "<bdi>6</bdi>" in advice


def test_it_shows_what_does_not_stand_any_more_without_red(
    flag: Flag, reviewer: User, browser: Client
) -> None:
    assert 'class="cols is-over"' not in browser.get(f"/flags/{flag.pk}").text
    dismiss_flag(flag=flag, reason="Counted wrongly.", actor=reviewer)
    page = browser.get(f"/flags/{flag.pk}").text
    assert 'class="cols is-over"' in page
    assert "nothing more: the flag does not stand" in page
