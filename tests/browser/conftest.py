"""Chromium, signed in, against a running server; keeps what the page complained about."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import User
from tests.browser.story_of_sources import sources
from tests.impact.story import aliased, bad_apple, raised, reported

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
# The server and the test share a database connection; Playwright keeps an event loop running.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium on PATH; set CHROMIUM to where it is")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visit:
    """One reader's browser. `complaints` are errors, warnings and violations of the CSP."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        wider: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wider

    def keep(self, name: str) -> None:
        """A picture of the whole page, when SCREENSHOTS says where."""
        if SCREENSHOTS:
            self.page.screenshot(path=f"{SCREENSHOTS}/{name}.png", full_page=True)


Visits = Callable[..., Visit]


@pytest.fixture
def visits(
    chromium: Browser, live_server: LiveServer, person: Callable[[str, str], User]
) -> Iterator[Visits]:
    """`visits(width=390, theme="dark")` opens a window; its reader is a contributor."""
    cookies = Client()
    cookies.force_login(person("nora", "contributor"))
    windows: list[BrowserContext] = []

    def opened(*, width: int = 1440, theme: str = "light", script: bool = True) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=script,
        )
        session = cookies.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        windows.append(context)
        return Visit(context, live_server.url)

    yield opened
    for window in windows:
        window.close()


@pytest.fixture
def story(transactional_db: None, person: Callable[[str, str], User]) -> None:
    """A bad apple, flagged, its report complete."""
    bad_apple()
    aliased(
        ("models:/fraud@champion", "model:fraud@6", "2026-08-01T07:30:00Z"),
        ("models:/fraud@champion", "model:fraud@7", "2026-10-03T09:12:00Z"),
        ("models:/fraud@challenger", "model:fraud@7", "2026-09-12T16:40:00Z"),
        ("models:/fraud@challenger", "", "2026-10-03T09:12:00Z"),
        ("models:/fraud@fallback", "model:fraud@6", "2026-10-03T09:12:00Z"),
        ("models:/fraud@shadow", "model:fraud@7", "2026-06-01T00:00:00Z"),
        ("models:/fraud@shadow", "model:churn@2", "2026-06-02T00:00:00Z"),
    )
    reported(raised("dataset:raw@1", person("carla", "contributor"), detail="Joined twice."))
    sources()
