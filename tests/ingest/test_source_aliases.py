"""Aliases as a source has them: their moves are kept, not every look at them."""

from datetime import datetime

import pytest
from django.utils import timezone

from apps.catalog.models import AliasStatement
from apps.catalog.selectors import alias_history
from apps.graph.records import AliasRecord, ArtifactKey, ArtifactRecord, LineageBatch
from apps.ingest.connectors.contract import Reading
from apps.ingest.models import Source
from apps.ingest.services import import_source
from tests.ingest.conftest import Play

pytestmark = pytest.mark.django_db


def champion(version: str | None, at: str, unit: str = "model/m") -> Reading:
    model = ArtifactKey("n", "model", "m", version or "1")
    records = (ArtifactRecord(namespace="n", kind="model", name="m", version=model.version),)
    moment = datetime.fromisoformat(at)
    named = (AliasRecord("mlflow", "models:/m@champion", model, moment),) if version else ()
    return Reading(batch=LineageBatch(artifacts=records, aliases=named), unit=unit, about=(model,))


def spans() -> list[str | None]:
    found = alias_history(scheme="mlflow", value="models:/m@champion")
    return [one.artifact.version if one.artifact else None for one in found]


def test_it_keeps_the_moves_of_an_alias_and_not_every_look(source: Source, play: Play) -> None:
    for version, day in (("1", 1), ("1", 2), ("2", 3), ("2", 4)):
        play(champion(version, f"2026-10-0{day}T00:00:00+00:00"))
        import_source(source=source)
    assert spans() == ["2", "1"]
    assert AliasStatement.objects.count() == 2


def test_it_ends_an_alias_that_is_gone(source: Source, play: Play) -> None:
    play(champion("1", "2026-10-01T00:00:00+00:00"), Reading(complete="model/"))
    import_source(source=source)
    play(champion(None, "2026-10-02T00:00:00+00:00"), Reading(complete="model/"))
    import_source(source=source)
    assert spans() == [None, "1"]
    play(champion("1", timezone.now().isoformat()), Reading(complete="model/"))
    import_source(source=source)
    play(Reading(complete="model/"))
    import_source(source=source)
    assert spans() == [None, "1", None, "1"]
