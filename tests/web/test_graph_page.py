"""The graph page: what it shows for each choice, and how it says what it does not show."""

import re

import pytest
from django.test import Client

from tests.impact.story import artifact, recorded

pytestmark = pytest.mark.usefixtures("story")


def shown(page: str) -> list[str]:
    """The names on the cards, in order of their keys."""
    cards = re.findall(r'<g class="card [^"]*" data-key="[^"]*"><title>([^<\n]*)', page)
    return sorted(re.sub(r"^(Dataset|Run|Model|Deployment|Application) ", "", one) for one in cards)


def graph(browser: Client, text: str, query: str = "") -> str:
    answer = browser.get(f"/artifacts/{artifact(text).pk}/graph{query}")
    assert answer.status_code == 200
    return answer.text


def test_it_shows_two_steps_both_ways_at_first(browser: Client) -> None:
    page = graph(browser, "model:fraud@7")
    assert shown(page) == ["api 3", "checkout", "fit", "fraud 7", "train 1"]
    assert "<b>4</b> of 5 shown" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?direction=upstream&depth=1", ["fit", "fraud 7"]),
        ("?direction=downstream&depth=1", ["api 3", "fraud 7"]),
        ("?direction=upstream&depth=all", ["fit", "fraud 7", "raw 1", "train 1"]),
        ("?hide=run", ["api 3", "checkout", "fraud 7", "train 1"]),
        ("?direction=upstream&depth=3&only=production", ["fraud 7"]),
        ("?depth=all&only=production", ["api 3", "fraud 7"]),
    ],
)
def test_it_shows_what_is_asked_for(query: str, expected: list[str], browser: Client) -> None:
    assert shown(graph(browser, "model:fraud@7", query)) == expected


def test_it_leads_a_line_past_what_is_hidden(browser: Client) -> None:
    page = graph(browser, "model:fraud@7", "?hide=run")
    train, fraud = artifact("dataset:train@1").pk, artifact("model:fraud@7").pk
    assert f'data-upstream="{train}" data-downstream="{fraud}" data-role="training"' in page


def test_it_counts_what_lies_beyond_the_border(browser: Client) -> None:
    page = graph(browser, "dataset:raw@1", "?depth=2&direction=downstream")
    assert "+3 downstream, 1 in production" in page


def test_it_expands_in_place_and_collapses_again(browser: Client) -> None:
    train = artifact("dataset:train@1").pk
    first = graph(browser, "dataset:raw@1", f"?depth=1&selected={train}")
    assert "fit" not in shown(first)
    assert f"depth=1&amp;expand={train}d&amp;selected={train}" in first
    further = graph(browser, "dataset:raw@1", f"?depth=1&expand={train}d&selected={train}")
    assert "fit" in shown(further)
    assert "Collapse" in further


def test_it_expands_beside_the_way_to_the_origin(browser: Client) -> None:
    raw = artifact("dataset:raw@1").pk
    page = graph(browser, "model:fraud@7", f"?depth=3&direction=upstream&expand={raw}d")
    assert "churn 2" in shown(page)
    assert "+1 more downstream, directly" in page


def test_it_shows_the_path_to_another_beyond_the_steps_asked_for(browser: Client) -> None:
    page = graph(browser, "dataset:raw@1", f"?depth=1&path_to={artifact('deployment:api@3').pk}")
    assert {"train 1", "fit", "fraud 7", "api 3"} <= set(shown(page))
    assert page.count("is-highlighted") == 4


def test_it_says_that_there_is_no_path(browser: Client) -> None:
    page = graph(browser, "model:fraud@7", f"?path_to={artifact('model:churn@2').pk}")
    assert "No path:" in page


def test_it_shows_the_graph_as_of_a_revision(browser: Client) -> None:
    recorded("model:fraud@7 > model:small@1 quantization")
    assert "small 1" in shown(graph(browser, "model:fraud@7"))
    page = graph(browser, "model:fraud@7", "?as_of=1")
    assert "small 1" not in shown(page)
    assert "As of revision 1 of 2" in page


def test_it_folds_the_versions_of_a_name(browser: Client) -> None:
    recorded(*(f"model:fraud@7 > run:scored@{number} input" for number in range(9)))
    page = graph(browser, "model:fraud@7", "?depth=1&group=name")
    assert "scored" in shown(page)
    assert "9 versions" in page
    assert "is-folded" in page


def test_it_is_a_table_too_with_the_same_artifacts(browser: Client) -> None:
    page = graph(browser, "model:fraud@7", "?view=table&ordering=-distance")
    assert re.findall(r'class="name"[^>]*><bdi>([^<]*)', page) == [
        "checkout",
        "train",
        "api",
        "fit",
    ]
    assert "deploys this" in page


def test_it_finds_in_the_table(browser: Client) -> None:
    page = graph(browser, "model:fraud@7", "?view=table&q=API")
    assert re.findall(r'class="name"[^>]*><bdi>([^<]*)', page) == ["api"]


def test_it_says_when_nothing_is_recorded(browser: Client) -> None:
    page = graph(browser, "application:checkout", "?direction=downstream")
    assert "Nothing downstream" in page
    assert "a tool that reports nothing leaves no trace here" in page
