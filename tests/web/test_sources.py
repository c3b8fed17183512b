"""The pages of sources, from being added to being retired."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from apps.accounts.models import User
from apps.ingest.connectors import KINDS, SourceKind
from apps.ingest.jobs import run_import
from apps.ingest.models import ImportRun, Source
from apps.ingest.services import SourceSettings, add_source, import_source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.SOURCE_ROOTS = [str(tmp_path)]
    artifact = {"namespace": "n", "kind": "dataset", "name": "a"}
    (tmp_path / "a.json").write_text(json.dumps({"artifacts": [artifact]}))
    return tmp_path


@pytest.fixture
def admin(administrator: User, client_for: Callable[[User], Client]) -> Client:
    return client_for(administrator)


@pytest.fixture
def lab(administrator: User, folder: Path) -> Source:
    said = SourceSettings(where=str(folder), owner="data team", every_minutes=60)
    return add_source(name="lab", kind="batch", settings=said, actor=administrator)


def filled(folder: Path, **fields: Any) -> dict[str, Any]:
    return {"name": "lab", "kind": "batch", "where": str(folder), **fields}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_it_says_what_to_do_when_there_is_none(admin: Client, browser: Client) -> None:
    assert "Add a source…" in text(admin.get("/sources"))
    assert "An administrator can add them." in text(browser.get("/sources"))
    assert "No source is retired" in text(admin.get("/sources?state=retired"))


def test_it_adds_a_source(admin: Client, folder: Path) -> None:
    said = filled(folder, every_minutes="60", namespaces="mlflow://* = team\n\n", owner="ml")
    answer = admin.post("/sources/new", said, follow=True)
    assert "Added lab." in text(answer)
    lab = Source.objects.get()
    assert (lab.namespaces, lab.every_minutes, lab.owner) == ({"mlflow://*": "team"}, 60, "ml")
    assert "mlflow://*" in text(answer)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "Lab"}, "small letters"),
        ({"name": ""}, "Give it a name."),
        ({"kind": "x"}, "valid choice"),
        ({"where": "/etc"}, "may not be read"),
        ({"namespaces": "a=b"}, "Line 1"),
        ({"secret": "x"}, "takes no credentials"),
        ({"secret_variable": "PATH"}, "SOURCE_SECRET_"),
        ({"every_minutes": "7"}, "valid choice"),
        ({"stale_after_minutes": "0"}, "between 1"),
        ({"owner": "a\x00b"}, "Null characters"),
    ],
)
def test_it_says_what_is_wrong(
    wrong: dict[str, str], words: str, admin: Client, folder: Path
) -> None:
    answer = admin.post("/sources/new", filled(folder, **wrong))
    assert answer.status_code == 400
    assert words in text(answer)
    assert not Source.objects.exists()


def test_it_changes_and_keeps_the_credentials(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "lab", SourceKind("batch", "Lab", "a service", "A token"))
    url = "http://127.0.0.1:9"
    # The form's choices are those of the registry when it was loaded.
    source = Source.objects.create(name="lab", kind="lab", where=url, added_at=timezone.now())
    page = f"/sources/{source.pk}/change"
    admin.post(page, {"where": url, "secret": "t0k3n-t0k3n"})
    source.refresh_from_db()
    kept = source.secret
    assert kept
    shown = text(admin.get(page))
    assert "t0k3n" not in shown
    assert "Some are kept." in shown
    admin.post(page, {"where": url, "owner": "ml"})
    source.refresh_from_db()
    assert (source.secret, source.owner) == (kept, "ml")
    admin.post(page, {"where": url, "forget_secret": "on"})
    source.refresh_from_db()
    assert source.secret == ""


def test_it_tries_the_form_out_without_saving(admin: Client, folder: Path) -> None:
    assert "It can be read" in text(admin.post("/sources/try", filled(folder, name="")))
    assert "may not be read" in text(admin.post("/sources/try", filled(folder, where="/etc")))
    assert "Choose what it is" in text(admin.post("/sources/try", filled(folder, kind="")))
    assert 'role="alert"' in text(admin.post("/sources/try", {"source": "1" * 50}))
    assert not Source.objects.exists()


def test_it_tests_the_connection(admin: Client, lab: Source, folder: Path) -> None:
    assert "It can be read" in text(admin.post(f"/sources/{lab.pk}/test", follow=True))
    (folder / "a.json").unlink()
    assert "It cannot be read." in text(admin.post(f"/sources/{lab.pk}/test", follow=True))


def test_it_imports_with_progress_and_stops(
    admin: Client, lab: Source, contributor: User, client_for: Callable[[User], Client]
) -> None:
    somebody = client_for(contributor)
    page = text(somebody.post(f"/sources/{lab.pk}/import", follow=True))
    run = ImportRun.objects.get()
    assert "waits for a worker" in page
    assert f"/imports/{run.pk}/progress" in page
    assert "waits for a worker" in text(somebody.get(f"/imports/{run.pk}/progress"))
    assert "Stopped." in text(somebody.post(f"/imports/{run.pk}/stop", follow=True))
    assert somebody.get(f"/imports/{run.pk}/progress")["HX-Refresh"] == "true"
    somebody.post(f"/sources/{lab.pk}/import", {"everything": "yes"})
    run_import(import_id=ImportRun.objects.latest("pk").pk)
    done = text(somebody.get(f"/sources/{lab.pk}"))
    assert ">Read</span>" in done
    assert "by <bdi>carl</bdi>" in done


def test_it_shows_what_is_stale_and_what_failed(admin: Client, lab: Source) -> None:
    assert ">Never read</span>" in text(admin.get("/sources"))
    past = timezone.now() - timedelta(hours=4)
    Source.objects.update(added_at=past, where="/gone")
    lab.refresh_from_db()
    import_source(source=lab)
    for page in ("/sources", f"/sources/{lab.pk}"):
        shown = text(admin.get(page))
        assert ">Stale</span>" in shown
        assert ">Last import failed</span>" in shown
    assert "Ask <bdi>data team</bdi>" in shown


def test_it_tells_on_the_start_page_what_is_stale(admin: Client, lab: Source, folder: Path) -> None:
    import_source(source=lab)
    assert "Sources that need a look" not in text(admin.get("/"))
    Source.objects.update(synced_at=timezone.now() - timedelta(days=2))
    shown = text(admin.get("/"))
    assert "Sources that need a look" in shown
    assert "Last complete import" in shown


def test_it_retires(admin: Client, lab: Source) -> None:
    assert "Retired lab." in text(admin.post(f"/sources/{lab.pk}/retire", follow=True))
    assert "lab" in text(admin.get("/sources?state=retired"))
    assert admin.get(f"/sources/{lab.pk}/change").status_code == 404
    assert "is retired" in text(admin.post(f"/sources/{lab.pk}/import", follow=True))


@pytest.mark.parametrize("path", ["new", "1/change", "try", "1/test", "1/retire"])
def test_it_is_managed_by_administrators(
    path: str, reviewer: User, client_for: Callable[[User], Client]
) -> None:
    assert client_for(reviewer).post(f"/sources/{path}").status_code == 403


@pytest.mark.parametrize("path", ["sources/1/import", "imports/1/stop"])
def test_it_is_imported_by_contributors(path: str, browser: Client) -> None:
    assert browser.post(f"/{path}").status_code == 403


def test_it_lists_with_a_constant_number_of_queries(
    admin: Client, lab: Source, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()
    Source.objects.bulk_create(
        Source(name=f"lab-{number}", kind="batch", where="/x", added_at=now) for number in range(20)
    )
    with django_assert_max_num_queries(7):
        admin.get("/sources")
    with django_assert_max_num_queries(10):
        admin.get(f"/sources/{lab.pk}")
