"""A source, and a connector that tells what a test has it tell."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from apps.accounts.models import User
from apps.ingest.connectors.contract import Access, Reading
from apps.ingest.models import Source
from apps.ingest.services import SourceSettings, add_source

Play = Callable[..., None]


@pytest.fixture
def source(administrator: User, tmp_path: Path) -> Iterator[Source]:
    with override_settings(SOURCE_ROOTS=[str(tmp_path)]):
        settings = SourceSettings(where=str(tmp_path))
        yield add_source(name="lab", kind="batch", settings=settings, actor=administrator)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Have the connector tell these readings; an exception among them is raised."""

    def playing(*told: Reading | Exception) -> None:
        def read(_access: Access) -> Iterator[Reading]:
            for one in told:
                if isinstance(one, Exception):
                    raise one
                yield one

        monkeypatch.setattr("apps.ingest.jobs.importing.connector_for", lambda _kind: read)

    return playing
