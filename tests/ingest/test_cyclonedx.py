"""CycloneDX bills of materials that hold models and data."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.catalog.models import Artifact, Edge
from apps.graph.records import ArtifactRecord, LineageBatch
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.cyclonedx import connector
from apps.ingest.services import import_path
from tests.ingest.shared import SHARED, of_path

read = of_path(connector.read)

PAYLOADS = Path(__file__).parent / "payloads" / "cyclonedx"
BILLS = SHARED / "cyclonedx"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def grove() -> Reading:
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
    return {(one.upstream.name, one.role) for one in every if one.downstream.name == name}


def bill(tmp_path: Path, **parts: Any) -> Reading:
    file = tmp_path / "bom.json"
    file.write_text(json.dumps({"bomFormat": "CycloneDX", **parts}), encoding="utf-8")
    (found,) = read(file)
    return found


def test_it_reads_a_model_with_its_card(grove: Reading) -> None:
    model = named(grove, "oak/acorn-sft")
    assert (model.namespace, model.kind, model.version) == ("huggingface.co", "model", COMMIT)
    assert model.digest.startswith("sha256:5d2c1f6c")
    assert model.facets["model"] == {"license": "MIT, Oak terms", "task": "text-generation"}
    assert model.stated_at is not None
    assert {(one.scheme, one.value) for one in batch(grove).identifiers} >= {
        ("hf_repo", f"oak/acorn-sft@{COMMIT}"),
        ("md5", "9e107d9d372bb6826bd81d3542a419d6"),
        ("git_commit", "a91f3e2" * 5 + "a91f3"),
    }


def test_it_says_what_each_thing_was_made_from(grove: Reading) -> None:
    assert made_from(grove, "oak/acorn-sft") == {
        ("twig", "derived"),
        ("trainer", "code"),
        ("seeds", "input"),
        ("Leaves (eval)", "testing"),
        ("Training notes", "training"),
        ("torch", "dependency"),
        ("make acorn/train", "output"),
    }
    assert made_from(grove, "oak/acorn-sft: performance metrics") == {
        ("oak/acorn-sft", "evaluation"),
        ("Leaves (eval)", "testing"),
    }
    assert made_from(grove, "scorer") == {("oak/acorn-sft", "deployment")}
    assert made_from(grove, "grove") == {("scorer", "serving"), ("lost", "dependency")}
    assert made_from(grove, "trainer") == {("torch", "dependency")}


def test_it_reads_tasks_as_runs_and_keeps_no_values_of_the_environment(grove: Reading) -> None:
    assert made_from(grove, "make acorn/train") == {
        ("make acorn", "orchestration"),
        ("seeds", "input"),
        ("trainer", "environment"),
    }
    assert named(grove, "make acorn/train").facets["run"]["parameters"] == {"epochs": "3"}
    assert "hush" not in repr(grove)


def test_it_says_what_it_could_not_take(grove: Reading) -> None:
    assert {one.code for one in grove.adapted} == {
        *("other_digest", "not_a_digest", "not_in_the_bill", "environment_left_out"),
        "parts_left_out",
    }
    assert {one.code for one in grove.refused} == {"no_commit", "no_metric", "not_a_component"}


def test_it_takes_what_is_listed_for_part_of_the_subject_if_nothing_says_more(
    tmp_path: Path,
) -> None:
    subject = {"type": "application", "name": "a"}
    found = bill(tmp_path, metadata={"component": subject}, components=[{"name": "b"}])
    assert made_from(found, "a") == {("b", "dependency")}


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"components": 5}, "no_list"),
        ({"components": [5, {"name": {}}]}, "not_a_component"),
        ({"components": [{"name": "a\0b"}]}, "invalid"),
        ({"components": [{"name": "a" * 3000}]}, "invalid"),
        ({"components": [{"name": "a"}, {"name": "a", "description": "b"}]}, "stated_twice"),
        ({"services": [5]}, "not_a_service"),
        ({"dependencies": [{"ref": 5, "dependsOn": ["a"]}]}, "no_reference"),
        ({"dependencies": [{"ref": "a", "dependsOn": ["a"]}]}, "own_upstream"),
        ({"formulation": [{"workflows": [5]}]}, "not_a_run"),
        ({"components": [{"name": "a", "pedigree": {"ancestors": [5]}}]}, "not_a_component"),
    ],
)
def test_it_refuses_what_it_cannot_read(tmp_path: Path, parts: dict[str, Any], code: str) -> None:
    assert code in {one.code for one in bill(tmp_path, **parts).refused}


@pytest.mark.parametrize(
    "text",
    ["", "<bom/>", '{"bomFormat": "SPDX"}', "[" * 9000, '{"bomFormat": "CycloneDX", "a": NaN}'],
)
def test_it_refuses_what_is_no_bill(tmp_path: Path, text: str) -> None:
    (tmp_path / "bom.json").write_text(text, encoding="utf-8")
    assert all(one.batch is None for one in read(tmp_path / "bom.json"))


@pytest.mark.django_db
def test_it_says_the_same_twice() -> None:
    assert import_path(kind="cyclonedx", path=PAYLOADS).revision
    assert not any(import_path(kind="cyclonedx", path=PAYLOADS).written.values())


@pytest.mark.skipif(not BILLS.is_dir(), reason="the bills are not beside this repository")
@pytest.mark.django_db
def test_it_reads_the_examples_of_the_specification() -> None:
    assert import_path(kind="cyclonedx", path=BILLS).state == "complete"
    assert Artifact.objects.filter(kind="model", name="stable-diffusion").count() == 1
    assert Edge.objects.filter(role="output", downstream__kind="model").count() == 1
