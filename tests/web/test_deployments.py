"""What runs where, and what ran there at a time."""

import pytest
from django.test import Client

from tests.impact.story import record, recorded

DAYS = {
    "first": ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
    "second": ("2026-02-01T00:00:00Z", None),
}


@pytest.fixture(autouse=True)
def _two_in_a_row(db: None) -> None:
    for name, (begun, ended) in DAYS.items():
        facet = {"environment": "production", "endpoint": f"https://{name}.example/v1"}
        facet |= {"live_from": begun} | ({"live_until": ended} if ended else {})
        recorded(artifacts=(record(f"deployment:{name}", facets={"deployment": facet}),))
    recorded(artifacts=(record("deployment:lab", facets={"deployment": {"environment": "lab"}}),))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"first", "second", "lab"}),
        ("environment=production", {"first", "second"}),
        ("live=now", {"second", "lab"}),
        ("live=ended", {"first"}),
        ("at=2026-01-15T12:00", {"first", "lab"}),
        ("at=2026-02-01T00:00", {"second", "lab"}),
        ("q=second.example", {"second"}),
    ],
)
def test_it_answers_what_ran(query: str, expected: set[str], browser: Client) -> None:
    page = browser.get(f"/deployments?{query}")
    assert {row.artifact.name for row in page.context["page"]} == expected


def test_it_says_when_nothing_ran(browser: Client) -> None:
    page = browser.get("/deployments?environment=moon").content.decode()
    assert "No deployment matches" in page


def test_it_names_the_field_that_makes_no_sense(browser: Client) -> None:
    answer = browser.get("/deployments?at=yesterday")
    assert answer.status_code == 400
    assert "Live at, in UTC: This is no date and time." in answer.content.decode()
