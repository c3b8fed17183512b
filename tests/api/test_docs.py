"""The page on which the API can be read about."""

import re
from collections.abc import Callable
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import URLPattern

from apps.accounts.models import User
from apps.api.urls import router, urlpatterns

TOLD = Path(__file__).parents[2] / "docs" / "api.md"


def test_it_holds_to_the_sites_policy(viewer: User, client_for: Callable[[User], Client]) -> None:
    answer = client_for(viewer).get("/api/docs")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*src=)|<style|style=|\son\w+=", page)


def test_it_brings_every_file_it_needs(viewer: User, client_for: Callable[[User], Client]) -> None:
    page = client_for(viewer).get("/api/docs").content.decode()
    files = re.findall(r'(?:src|href)="/static/([^"]+)"', page)

    assert len(files) == 4
    assert all(finders.find(one) for one in files)


def test_it_is_told_of_every_address_in_the_manual() -> None:
    told = TOLD.read_text()
    families = {prefix.partition("/")[0] for prefix, _, _ in router.registry}
    families |= {
        str(one.pattern).removeprefix("v1/").rstrip("/")
        for one in urlpatterns
        if isinstance(one, URLPattern) and str(one.pattern).startswith("v1/")
    }

    # What stands for many addresses of Marquez's is told of in docs/marquez.md.
    families = {name for name in families if not name.startswith("<")}

    assert [name for name in sorted(families) if f"/api/v1/{name}" not in told] == []
