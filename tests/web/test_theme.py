"""Light, dark or as the system has it."""

import pytest
from django.test import Client


def test_it_follows_the_system_until_told(browser: Client) -> None:
    assert "data-theme=" not in browser.get("/").content.decode()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_keeps_the_theme_that_was_chosen(theme: str, browser: Client) -> None:
    answer = browser.post("/theme", {"theme": theme, "next": "/deployments"})
    assert answer["Location"] == "/deployments"
    assert f'<html lang="en" data-theme="{theme}">' in browser.get("/").content.decode()
    browser.post("/theme", {"theme": ""})
    assert "data-theme=" not in browser.get("/").content.decode()


def test_it_takes_no_other_theme_and_leads_nowhere_else(browser: Client) -> None:
    answer = browser.post("/theme", {"theme": '"><script>', "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    browser.cookies["theme"] = "evil"
    assert "data-theme=" not in browser.get("/").content.decode()
