"""The panel beside the graph: facts, why affected, and where to go from there."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import User
from tests.impact.story import artifact, raised, reported

pytestmark = pytest.mark.usefixtures("story")


def panel(browser: Client, origin: str, selected: str, query: str = "") -> str:
    chosen = artifact(selected).pk
    answer = browser.get(f"/artifacts/{artifact(origin).pk}/graph/panel?selected={chosen}{query}")
    assert answer.status_code == 200
    assert "<html" not in answer.text
    return answer.text


def test_it_says_why_the_artifact_is_affected(contributor: User, browser: Client) -> None:
    flag = raised("dataset:raw@1", contributor)
    reported(flag)
    page = panel(browser, "dataset:raw@1", "model:fraud@7")
    assert "Contaminated" in page
    steps = page.index("was written by"), page.index("was trained on"), page.index("was derived")
    assert steps == tuple(sorted(steps))
    assert f"/flags/{flag.pk}" in page


def test_it_says_that_the_artifact_is_flagged(contributor: User, browser: Client) -> None:
    flag = raised("dataset:raw@1", contributor)
    page = panel(browser, "model:fraud@7", "dataset:raw@1")
    assert "High: Label error" in page
    assert f"/flags/{flag.pk}" in page


def test_it_forgets_a_withdrawn_flag(contributor: User, browser: Client) -> None:
    flag = raised("dataset:raw@1", contributor)
    reported(flag)
    type(flag).objects.filter(pk=flag.pk).update(state="withdrawn")
    assert "Contaminated" not in panel(browser, "dataset:raw@1", "model:fraud@7")


def test_it_keeps_the_state_of_the_graph_in_its_links(browser: Client) -> None:
    page = panel(browser, "dataset:raw@1", "model:fraud@7", "&depth=all&hide=run")
    chosen = artifact("model:fraud@7").pk
    assert f"depth=all&amp;hide=run&amp;expand={chosen}d" in page
    assert f"path_to={chosen}" in page


def test_it_offers_to_flag_only_to_who_may(
    browser: Client, contributor: User, client_for: Callable[[User], Client]
) -> None:
    pk = artifact("model:fraud@7").pk
    assert f"/artifacts/{pk}/flag" not in panel(browser, "dataset:raw@1", "model:fraud@7")
    theirs = panel(client_for(contributor), "dataset:raw@1", "model:fraud@7")
    assert f"/artifacts/{pk}/flag" in theirs
