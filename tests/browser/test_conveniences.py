"""What the scripts add, and that the pages do without them."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.impact.story import artifact

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("story")]


def test_it_filters_while_one_types(visits: Visits) -> None:
    visit = visits()
    page = visit.open("/artifacts")
    page.get_by_label("Name, digest, commit").fill("chur")
    expect(page.get_by_text("1 artifact matches")).to_be_visible()
    assert page.url.endswith("/artifacts?q=chur")
    page.get_by_label("Name, digest, commit").fill("")
    page.get_by_label("Kind").select_option("model")
    expect(page.get_by_text("3 artifacts match")).to_be_visible()
    assert page.url.endswith("/artifacts?kind=model")
    page.go_back()
    expect(page.get_by_text("1 artifact matches")).to_be_visible()
    assert visit.complaints == []


def test_it_filters_every_list_alike(visits: Visits) -> None:
    visit = visits()
    page = visit.open("/deployments")
    page.get_by_label("Name, endpoint").fill("batc")
    expect(page.get_by_text("1 to 1 of 1")).to_be_visible()
    page = visit.open("/model-cards")
    page.get_by_label("Name, version").fill("churn")
    expect(page.get_by_text("1 to 1 of 1")).to_be_visible()
    page = visit.open("/flags")
    page.get_by_label("Severity").select_option("low")
    expect(page.get_by_text("No flag matches")).to_be_visible()
    assert visit.complaints == []


def test_it_filters_without_a_script(visits: Visits) -> None:
    page = visits(script=False).open("/artifacts")
    page.get_by_label("Name, digest, commit").fill("chur")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("1 artifact matches")).to_be_visible()


def test_it_goes_to_the_search_with_a_slash(visits: Visits) -> None:
    page = visits().open("/deployments")
    page.keyboard.press("/")
    page.keyboard.type("a/b")
    expect(page.locator("#top-search")).to_have_value("a/b")


def test_it_switches_the_theme_and_keeps_it(visits: Visits) -> None:
    visit = visits()
    page = visit.open("/deployments")
    page.get_by_label("Your menu, nora").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    visit.open("/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 14, 16)"


def test_it_switches_the_theme_without_a_script(visits: Visits) -> None:
    page = visits(script=False).open("/deployments")
    page.locator("details.menu", has_text="nora").locator("summary").click()
    page.get_by_role("button", name="Dark").click()
    page.wait_for_url("**/deployments")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_it_follows_a_row(visits: Visits) -> None:
    page = visits().open("/artifacts?kind=run")
    page.locator("tbody td").last.click()
    page.wait_for_url(f"**/artifacts/{artifact('run:fit').pk}")


def test_it_copies_a_value(visits: Visits) -> None:
    visit = visits()
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit.open("/components")
    page.get_by_role("button", name="Copy the value").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "sha256:7be1"


def test_it_opens_and_closes_the_menu_on_a_phone(visits: Visits) -> None:
    visit = visits(width=390)
    page = visit.open("/")
    menu = page.locator("details.menu.narrow")
    menu.locator("summary").click()
    expect(menu.get_by_role("link", name="Deployments")).to_be_visible()
    assert visit.overflow() == 0
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Deployments")).to_be_hidden()


def test_it_lets_the_keyboard_skip_the_navigation(visits: Visits) -> None:
    page = visits().open("/artifacts")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
