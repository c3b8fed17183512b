"""Names that move, on the pages: beside the name, over time, and as a way in."""

import pytest
from django.test import Client

from apps.catalog.models import Artifact
from tests.impact.story import aliased, artifact

CHAMPION = "models:/fraud@champion"
HOSTILE = 'x@<img src=x onerror="alert(1)">'


@pytest.fixture
def _moved(story: None) -> None:
    aliased(
        (CHAMPION, "model:fraud@6", "2026-08-01T07:30:00Z"),
        (CHAMPION, "model:fraud@7", "2026-10-03T09:12:00Z"),
        ("models:/fraud@shadow", "model:fraud@7", "2026-06-01T00:00:00Z"),
        ("models:/fraud@shadow", "model:churn@2", "2026-06-02T00:00:00Z"),
        ("models:/fraud@trial", "model:fraud@7", "2026-06-01T00:00:00Z"),
        ("models:/fraud@trial", "", "2026-06-03T00:00:00Z"),
    )


def text(answer: object) -> str:
    """The page with one space where it has many, without its times' tags."""
    page = answer.content.decode()  # type: ignore[attr-defined]
    for mark in ("<bdi>", "</bdi>", "</time>"):
        page = page.replace(mark, "")
    return " ".join(page.split())


def chip(name: str, whole: str) -> str:
    return f'<span class="word alias" title="mlflow {whole}">{name}</span>'


@pytest.mark.usefixtures("_moved")
def test_a_page_shows_the_aliases_of_now_beside_the_name(browser: Client) -> None:
    page = text(browser.get(f"/artifacts/{artifact('model:fraud@7').pk}"))
    heading = page[page.index("<h1>") : page.index("</h1>")]

    assert chip("champion", CHAMPION) in heading
    assert "shadow" not in heading


@pytest.mark.usefixtures("_moved")
def test_a_page_tells_what_became_of_each(browser: Client) -> None:
    page = text(browser.get(f"/artifacts/{artifact('model:fraud@7').pk}"))
    churn = artifact("model:churn@2").pk

    assert "since <time" in page
    assert "2026-10-03 09:12 UTC" in page
    assert f'then on <a class="link nowrap" href="/artifacts/{churn}">churn 2</a>' in page
    assert "2026-06-03 00:00 UTC, then on nothing" in page
    earlier = text(browser.get(f"/artifacts/{artifact('model:fraud@6').pk}"))
    assert f'href="/artifacts/{artifact("model:fraud@7").pk}">version 7</a>' in earlier


@pytest.mark.usefixtures("_moved")
@pytest.mark.parametrize("path", ["/artifacts?kind=model", "/artifacts/{}/versions"])
def test_rows_show_the_aliases_of_now(browser: Client, path: str) -> None:
    page = text(browser.get(path.format(artifact("model:fraud@7").pk)))

    assert page.count(chip("champion", CHAMPION)) == 1
    assert "trial" not in page


@pytest.mark.usefixtures("_moved")
@pytest.mark.parametrize("said", [CHAMPION, "fraud@champion", "mlflow:fraud@champion"])
def test_the_search_leads_from_an_alias_to_what_it_names(browser: Client, said: str) -> None:
    answer = browser.get("/find", {"q": said})

    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/artifacts/{artifact('model:fraud@7').pk}",
    )


@pytest.mark.usefixtures("story")
def test_many_aliases_are_counted_and_kept_in_the_title(browser: Client) -> None:
    aliased(*((f"n@alias{n}", "model:fraud@7", "2026-06-01T00:00:00Z") for n in range(9)))
    page = text(browser.get(f"/artifacts/{artifact('model:fraud@7').pk}"))
    heading = page[page.index("<h1>") : page.index("</h1>")]

    assert heading.count('class="word alias"') == 4
    assert ">6 more<" in heading
    assert "n@alias8" in heading


@pytest.mark.usefixtures("story")
def test_an_alias_is_shown_as_text_only(browser: Client) -> None:
    aliased((HOSTILE, "model:fraud@7", "2026-06-01T00:00:00Z"))
    for path in ("/artifacts", f"/artifacts/{artifact('model:fraud@7').pk}"):
        page = browser.get(path).content.decode()
        assert "<img" not in page
        assert "&lt;img" in page


@pytest.mark.usefixtures("story")
def test_an_artifact_without_one_says_nothing_of_aliases(browser: Client) -> None:
    page = text(browser.get(f"/artifacts/{Artifact.objects.earliest('pk').pk}"))
    assert "Aliases" not in page
