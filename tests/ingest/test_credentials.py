"""Credentials: encrypted, replaced, and never shown."""

from pathlib import Path

import pytest
from django.test import override_settings

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.credentials import encrypted, masked, secret_of
from apps.ingest.models import Source
from apps.ingest.services import SourceSettings, add_source, change_source, import_source

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:9"


@pytest.fixture
def source(administrator: User, monkeypatch: pytest.MonkeyPatch) -> Source:
    kinds = __import__("apps.ingest.connectors", fromlist=["KINDS"])
    taking = kinds.SourceKind("batch", "Lab", "a service", secret="A token")
    monkeypatch.setitem(kinds.KINDS, "lab", taking)
    settings = SourceSettings(where=URL, secret="ada:hunter22")
    return add_source(name="lab", kind="lab", settings=settings, actor=administrator)


def test_it_stores_them_encrypted(source: Source) -> None:
    source.refresh_from_db()
    assert "hunter22" not in source.secret
    assert secret_of(source) == "ada:hunter22"
    assert "hunter22" not in str(list(AuditEntry.objects.values_list("details", flat=True)))


def test_it_keeps_them_when_the_rest_is_changed(source: Source, administrator: User) -> None:
    change_source(
        source=source, settings=SourceSettings(where=URL, owner="team"), actor=administrator
    )
    assert secret_of(source) == "ada:hunter22"
    emptied = SourceSettings(where=URL, secret="")
    change_source(source=source, settings=emptied, actor=administrator)
    assert secret_of(source) == ""


def test_it_takes_them_from_the_environment(
    source: Source, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = SourceSettings(where=URL, secret_variable="SOURCE_SECRET_LAB")
    change_source(source=source, settings=named, actor=administrator)
    assert source.secret == ""
    with pytest.raises(ConnectorError, match="SOURCE_SECRET_LAB is not set"):
        secret_of(source)
    monkeypatch.setenv("SOURCE_SECRET_LAB", "t0k3n")
    assert secret_of(source) == "t0k3n"


def test_it_reads_them_with_any_of_its_keys() -> None:
    with override_settings(CREDENTIALS_KEYS=["old"]):
        source = Source(secret=encrypted("t0k3n"))
    with override_settings(CREDENTIALS_KEYS=["new", "old"]):
        assert secret_of(source) == "t0k3n"
    with (
        override_settings(CREDENTIALS_KEYS=["new"]),
        pytest.raises(ConnectorError, match="Give them again"),
    ):
        secret_of(source)


def test_it_masks_them_in_errors_and_notes(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(access: object) -> object:
        raise ConnectorError(f"Refused: {access.secret} or YWRhOmh1bnRlcjIy")  # type: ignore[attr-defined]

    monkeypatch.setattr("apps.ingest.jobs.importing.connector_for", lambda _kind: read)
    run = import_source(source=source)
    assert run.error == "Refused: ••• or •••"


def test_it_masks_no_more_than_the_secret(tmp_path: Path) -> None:
    assert masked("a token: abcd", "abcd") == "a token: •••"
    assert masked("user ada, pw hunter2", "ada:hunter2") == "user ada, pw •••"
    assert masked(f"in {tmp_path}", "in") == f"in {tmp_path}"
