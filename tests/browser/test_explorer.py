"""The explorer in a real browser: moved, zoomed, followed, searched, by mouse and by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Visits
from tests.browser.test_pages import serious
from tests.impact.story import artifact

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("story")]

VIEW_BOX = "document.querySelector('.lineage-svg').getAttribute('viewBox').split(' ').map(Number)"


@pytest.fixture
def visit(visits: Visits) -> Visit:
    visit: Visit = visits()
    visit.open(f"/artifacts/{artifact('model:fraud@7').pk}/graph")
    return visit


def box(page: Page) -> list[float]:
    """Left, top, width and height of what is in sight, in the drawing's units."""
    found: list[float] = page.evaluate(VIEW_BOX)
    return found


def card(text: str) -> str:
    return f'.card[data-key="{artifact(text).pk}"]'


def dimmed(page: Page) -> set[str]:
    return set(
        page.evaluate("[...document.querySelectorAll('.card.is-dimmed')].map(c => c.dataset.key)")
    )


def test_it_zooms_with_buttons_wheel_and_keys(visit: Visit) -> None:
    page = visit.page
    width = box(page)[2]
    page.click("[data-zoom=in]")
    assert box(page)[2] < width
    page.click("[data-zoom=fit]")
    fitted = box(page)[2]
    page.hover(".canvas-view")
    page.mouse.wheel(0, 300)
    assert box(page)[2] > fitted
    page.focus("[data-graph-view]")
    page.keyboard.press("0")
    assert box(page)[2] == pytest.approx(fitted)
    page.keyboard.press("+")
    assert box(page)[2] < fitted
    assert visit.complaints == []


def test_it_keeps_the_point_under_the_pointer(visit: Visit) -> None:
    page = visit.page
    place = page.locator(card("model:fraud@7")).bounding_box()
    assert place
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.wheel(0, -200)
    after = page.locator(card("model:fraud@7")).bounding_box()
    assert after
    assert after["width"] > place["width"]
    assert after["x"] + after["width"] / 2 == pytest.approx(x, abs=2)


def test_it_is_dragged_without_opening_a_card(visit: Visit) -> None:
    page = visit.page
    left, top, *_ = box(page)
    address = page.url
    place = page.locator(card("run:fit")).bounding_box()
    assert place
    page.mouse.move(place["x"] + 30, place["y"] + 20)
    page.mouse.down()
    page.mouse.move(place["x"] + 130, place["y"] + 70, steps=5)
    page.mouse.up()
    assert box(page)[0] < left
    assert box(page)[1] < top
    assert page.url == address


def test_it_pans_with_the_arrows(visit: Visit) -> None:
    page = visit.page
    left = box(page)[0]
    page.focus("[data-graph-view]")
    page.keyboard.press("ArrowRight")
    assert box(page)[0] > left


def test_it_shows_the_ways_through_the_card_under_the_pointer(visit: Visit) -> None:
    page = visit.open(f"/artifacts/{artifact('dataset:raw@1').pk}/graph?depth=all")
    page.hover(card("model:churn@2"))
    assert str(artifact("model:fraud@7").pk) in dimmed(page)
    assert str(artifact("dataset:raw@1").pk) not in dimmed(page)
    assert page.locator(".link.is-on-path").count() == 2
    page.mouse.move(5, 5)
    assert dimmed(page) == set()


def test_it_opens_the_panel_and_keeps_the_address_shareable(visit: Visit) -> None:
    page = visit.page
    page.click(card("deployment:api@3"))
    expect(page.locator("#panel h2")).to_contain_text("api")
    expect(page.locator("#panel")).to_contain_text("Why affected")
    assert page.url.endswith(f"selected={artifact('deployment:api@3').pk}")
    page.reload()
    expect(page.locator("#panel h2")).to_contain_text("api")
    assert visit.complaints == []


def test_it_follows_links_between_cards_with_the_keyboard(visit: Visit) -> None:
    page = visit.page
    page.locator(f"{card('model:fraud@7')} a").focus()
    page.keyboard.press("ArrowRight")
    focused = "document.activeElement.closest('.card').dataset.key"
    assert page.evaluate(focused) == str(artifact("deployment:api@3").pk)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(focused) == str(artifact("run:fit").pk)
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_contain_text("fit")


def test_it_finds_cards_by_their_words(visit: Visit) -> None:
    page = visit.page
    page.focus("[data-graph-view]")
    page.keyboard.press("/")
    page.keyboard.type("deployment api")
    expect(page.locator("[data-graph-found]")).to_have_text("1 of 5")
    assert page.locator(".card.is-found").count() == 1
    assert len(dimmed(page)) == 4
    page.keyboard.press("Escape")
    assert dimmed(page) == set()


def test_it_expands_in_place(visit: Visit) -> None:
    page = visit.open(f"/artifacts/{artifact('dataset:raw@1').pk}/graph?depth=1")
    before = page.locator(".card").count()
    page.click(card("dataset:train@1"))
    page.click("#panel a[data-expand=downstream]")
    page.wait_for_load_state("networkidle")
    assert page.locator(".card").count() == before + 1
    assert page.locator("#panel h2").inner_text().startswith("train")


def test_it_works_without_a_script(visits: Visits) -> None:
    visit: Visit = visits(script=False)
    page = visit.open(f"/artifacts/{artifact('model:fraud@7').pk}/graph")
    assert not page.locator("[data-graph-search]").is_visible()
    page.locator(f"{card('run:fit')} a").click()
    assert "fit" in page.locator("#panel h2").inner_text()
    page.get_by_role("link", name="Table").click()
    assert page.get_by_role("heading", name="Lineage as a table").is_visible()


@pytest.mark.parametrize(
    ("width", "theme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
@pytest.mark.parametrize("query", ["", "?view=table", "?depth=1&hide=run&as_of=1&group=kind"])
def test_it_is_accessible_and_fits(query: str, width: int, theme: str, visits: Visits) -> None:
    visit: Visit = visits(width=width, theme=theme)
    visit.open(f"/artifacts/{artifact('model:fraud@7').pk}/graph{query}")
    assert visit.overflow() <= 0
    assert serious(visit) == []
    assert visit.complaints == []
    visit.keep(f"explorer-{len(query)}-{width}-{theme}")
