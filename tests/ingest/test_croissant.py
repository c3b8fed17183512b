"""Croissant descriptions of datasets."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.catalog.models import Artifact
from apps.graph.records import ArtifactRecord, LineageBatch
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.croissant import connector
from apps.ingest.services import import_path
from tests.ingest.shared import SHARED, of_path

read = of_path(connector.read)

PAYLOADS = Path(__file__).parent / "payloads" / "croissant"
DESCRIPTIONS = SHARED / "croissant"


@pytest.fixture(scope="module")
def seeds() -> Reading:
    (found,) = read(PAYLOADS)
    return found


def batch(found: Reading) -> LineageBatch:
    assert found.batch is not None
    return found.batch


def named(found: Reading, name: str) -> ArtifactRecord:
    (one,) = [one for one in batch(found).artifacts if one.name == name]
    return one


def made_from(found: Reading, name: str) -> set[tuple[str, str]]:
    every = batch(found).edges
    return {
        (one.upstream.namespace, one.upstream.name) for one in every if one.downstream.name == name
    }


def description(tmp_path: Path, **parts: Any) -> Reading:
    file = tmp_path / "metadata.json"
    about = {"@type": "sc:Dataset", "name": "a", "url": "https://oak.example/a"}
    file.write_text(json.dumps(about | parts), encoding="utf-8")
    (found,) = read(file)
    return found


def test_it_reads_a_dataset(seeds: Reading) -> None:
    found = named(seeds, "oak/seeds")
    assert (found.namespace, found.version, found.owner) == ("huggingface.co", "1.2.0", "Oak")
    assert (found.description, found.tags) == ("Seeds, counted.", ("acorn", "count"))
    assert str(found.occurred_at) == "2025-05-06 00:00:00+00:00"
    assert str(found.stated_at) == "2025-06-07 08:09:10+00:00"
    assert found.facets["dataset"] == {
        "license": "cc-by-4.0, https://oak.example/terms",
        "format": "application/zip, text/csv",
        "size_bytes": 1500,
        "files": 6,
    }
    assert found.facets["croissant"]["recordSet"] == [
        {"name": "counts", "fields": {"counts/n": ["sc:Integer"]}}
    ]
    assert {(one.scheme, one.value) for one in batch(seeds).identifiers} == {
        ("hf_repo", "oak/seeds"),
        ("hf_repo", "elm/twigs"),
        ("uri", "https://oak.example/seeds"),
        ("uri", "https://ash.example/leaves"),
    }


def test_it_makes_an_artifact_of_each_file_with_a_digest(seeds: Reading) -> None:
    assert named(seeds, "all.zip").digest.startswith("sha256:5d2c1f6c")
    assert named(seeds, "seeds.csv").digest == "md5:9e107d9d372bb6826bd81d3542a419d6"
    assert made_from(seeds, "seeds.csv") == {("huggingface.co/oak/seeds", "all.zip")}
    assert made_from(seeds, "oak/seeds") == {
        ("huggingface.co/oak/seeds", "all.zip"),
        ("huggingface.co/oak/seeds", "seeds.csv"),
        ("huggingface.co", "elm/twigs"),
        ("huggingface.co/oak/seeds", "A walk in the wood"),
        ("ash.example", "https://ash.example/leaves"),
    }


def test_it_says_what_it_could_not_take(seeds: Reading) -> None:
    assert sorted(one.code for one in seeds.adapted) == [
        *("base64", "no_address", "not_a_digest", "not_of_a_file"),
    ]
    assert [one.code for one in seeds.refused] == ["not_a_file"]


@pytest.mark.parametrize(
    "parts",
    [
        {"distribution": 5, "recordSet": 5, "license": 5, "creator": 5, "keywords": 5},
        {"distribution": [{"@type": "cr:FileObject"}], "isBasedOn": 5},
        {"url": "https://[", "isBasedOn": "https://[", "description": {"@value": "x"}},
        {"name": "a\0b", "description": "x" * 200_000},
        {"distribution": [{"@type": "cr:FileObject", "@id": "b", "contentSize": "9" * 19 + " TB"}]},
    ],
)
def test_it_survives_any_value(tmp_path: Path, parts: dict[str, Any]) -> None:
    found = description(tmp_path, **parts)
    assert found.batch or found.refused


@pytest.mark.parametrize("text", ["", "[]", "5", '{"@type": "sc:Person"}', "[" * 9000, "\x00"])
def test_it_refuses_what_is_no_description(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    assert all(one.batch is None for one in read(tmp_path / "a.json"))


@pytest.mark.django_db
def test_it_says_the_same_twice() -> None:
    assert import_path(kind="croissant", path=PAYLOADS).revision
    assert not any(import_path(kind="croissant", path=PAYLOADS).written.values())


@pytest.mark.skipif(not DESCRIPTIONS.is_dir(), reason="the examples are not beside this repository")
@pytest.mark.django_db
def test_it_reads_the_examples_of_the_specification() -> None:
    run = import_path(kind="croissant", path=DESCRIPTIONS)
    assert (run.state, run.refused) == ("complete", {})
    assert Artifact.objects.filter(name="rajpurkar/squad", is_placeholder=True).exists()
