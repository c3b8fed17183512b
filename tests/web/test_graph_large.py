"""More than a drawing can hold: folded, then a table, never an error and never a hang."""

import pytest
from django.test import Client

from apps.catalog.services import record_batch
from apps.drawing import DrawingError
from apps.graph.records import EdgeRecord, LineageBatch
from apps.web import graph_drawings, graph_reading
from tests.impact.story import artifact, key

HUB = "model:hub@1"


def fan_out(*names: str) -> None:
    steps = tuple(EdgeRecord(key(HUB), key(name), "input") for name in names)
    record_batch(batch=LineageBatch(producer="story", edges=steps))


def page_of(browser: Client, query: str = "") -> str:
    answer = browser.get(f"/artifacts/{artifact(HUB).pk}/graph{query}")
    assert answer.status_code == 200
    return answer.text


def test_it_folds_versions_above_the_cap(browser: Client) -> None:
    fan_out(*(f"run:scored@{number}" for number in range(450)))
    page = page_of(browser)
    assert "450 versions" in page
    assert "folded into one card each" in page
    assert "<b>450</b> of 450 shown" in page


def test_it_folds_kinds_when_names_are_too_many(browser: Client) -> None:
    fan_out(*(f"run:scored-{number}@1" for number in range(450)))
    assert "450 of this kind" in page_of(browser)


def test_it_falls_back_to_the_table(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_drawings, "MOST_CARDS", 1)
    fan_out(*(f"run:scored-{number}@1" for number in range(60)))
    page = page_of(browser)
    assert "more than a drawing can show" in page
    assert "1 to 50 of 60" in page


def test_it_shows_the_table_when_the_drawing_fails(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_slow(*_: object, **__: object) -> None:
        raise DrawingError("timed_out", "The graph took longer than 8 seconds to lay out.")

    monkeypatch.setattr(graph_drawings, "draw", too_slow)
    fan_out("run:scored@1")
    page = page_of(browser)
    assert "took longer than 8 seconds" in page
    assert "Lineage as a table" in page
    svg = browser.get(f"/artifacts/{artifact(HUB).pk}/graph.svg")
    assert svg.status_code == 422
    assert "took longer" in svg.text


def test_it_says_that_it_was_cut_short(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_reading, "MOST_REACHED", 20)
    fan_out(*(f"run:scored@{number}" for number in range(30)))
    page = page_of(browser, "?view=table")
    assert "more than 20 shown" in page
    assert "cut short, only the nearest artifacts were followed" in page


def test_it_counts_direct_neighbours_of_what_was_cut(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_reading, "MOST_REACHED", 20)
    fan_out(*(f"run:scored@{number}" for number in range(30)))
    assert "+10 more downstream, directly" in page_of(browser)
