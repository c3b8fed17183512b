"""The pages of what was imported."""

import pytest
from django.test import Client

from apps.ingest.models import ImportRun
from apps.work.models import WorkState

pytestmark = pytest.mark.django_db


def imported(**said: object) -> ImportRun:
    return ImportRun.objects.create(kind="mlflow", where="/srv/<mlruns>", **said)


def test_it_says_when_nothing_was_imported(browser: Client) -> None:
    assert "Nothing was imported yet" in browser.get("/imports").content.decode()


def test_it_lists_and_filters_imports(browser: Client) -> None:
    imported(state=WorkState.COMPLETE, records=1234, refused={"cycle": 2})
    imported(state=WorkState.FAILED)
    page = browser.get("/imports").content.decode()
    assert "1,234" in page
    assert "/srv/&lt;mlruns&gt;" in page
    assert "1 to 1 of 1" in browser.get("/imports?state=failed").content.decode()
    assert "1 to 2 of 2" in browser.get("/imports?state=evil").content.decode()


def test_it_shows_what_was_refused_and_why(browser: Client) -> None:
    notes = [{"code": "cycle", "where": "runs/7", "why": "<b>It closes a circle.</b>"}]
    run = imported(state=WorkState.COMPLETE, notes=notes, written={"artifacts_added": 3})
    page = browser.get(f"/imports/{run.pk}").content.decode()
    assert "&lt;b&gt;It closes a circle.&lt;/b&gt;" in page
    assert "Artifacts added" in page


def test_it_shows_a_note_as_a_sentence_and_where(browser: Client) -> None:
    note = {"outcome": "refused", "place": "events.ndjson:7 $", "code": "x", "message": "No run."}
    run = imported(state=WorkState.COMPLETE, notes=[note])
    page = browser.get(f"/imports/{run.pk}").content.decode()
    assert "<bdi>No run.</bdi>" in page
    assert "<bdi>events.ndjson:7</bdi>" in page
    assert "Refused</span>" in page


def test_it_says_that_a_failed_import_wrote_nothing(browser: Client) -> None:
    run = imported(state=WorkState.FAILED, error="The file ends in the middle.")
    page = browser.get(f"/imports/{run.pk}").content.decode()
    assert "Nothing was written." in page
    assert "The file ends in the middle." in page
