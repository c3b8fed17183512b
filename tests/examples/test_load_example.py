"""Loading the worked example from the command line."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.catalog.models import Artifact, Conflict, Edge, Revision
from tests.examples.conftest import Example

pytestmark = pytest.mark.django_db


def load(*arguments: str) -> str:
    out = StringIO()
    call_command("load_example", *arguments, stdout=out)
    return out.getvalue()


def test_it_loads_everything_and_says_what_to_try(example: Example) -> None:
    said = load()
    described = Artifact.objects.filter(is_placeholder=False).count()
    assert described == len(example.artifacts)
    assert Edge.objects.count() == len(example.edges)
    assert not Conflict.objects.exists()
    assert "warehouse-loads: 41 artifacts added" in said
    assert "raw_transactions" in said


def test_it_changes_nothing_the_second_time() -> None:
    load()
    before = Revision.objects.count()
    said = load()
    assert Revision.objects.count() == before
    assert f"Nothing new: the graph stays at revision {before}." in said


def test_it_takes_another_file_of_one_batch(tmp_path: Path) -> None:
    file = tmp_path / "batch.json"
    file.write_text(
        '{"producer": "me", "artifacts": [{"namespace": "n", "kind": "model", "name": "m"}]}'
    )
    said = load("--file", str(file))
    assert "me: 1 artifacts added" in said
    assert "raw_transactions" not in said


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("not json", "Not JSON"),
        ('{"artifacts": [{"namespace": "n"}]}', "missing required field"),
        ('{"artifacts": [{"namespace": "", "kind": "model", "name": "m"}]}', "must not be empty"),
        ("[]", "holds no batch"),
        ("7", "Expected `object`"),
    ],
)
def test_it_says_why_a_file_cannot_be_loaded(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "batch.json"
    file.write_text(content)
    with pytest.raises(CommandError, match=rf"(?i){reason}"):
        load("--file", str(file))
    assert not Artifact.objects.exists()


def test_it_says_that_a_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        load("--file", str(tmp_path / "none.json"))


def test_it_loads_all_batches_or_none(tmp_path: Path) -> None:
    file = tmp_path / "batches.json"
    good = '{"artifacts": [{"namespace": "n", "kind": "model", "name": "m"}]}'
    bad = '{"artifacts": [{"namespace": "n", "kind": "Not a word", "name": "m"}]}'
    file.write_text(f"[{good}, {bad}]")
    with pytest.raises(CommandError):
        load("--file", str(file))
    assert not Artifact.objects.exists()
