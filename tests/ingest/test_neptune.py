"""Exports of Neptune: what becomes of a run, a model and a model version."""

import hashlib
import math
from pathlib import Path
from typing import Any

import pytest

from apps.catalog.models import Artifact, Edge, Identifier
from apps.ingest.services import import_path
from tests.ingest.neptune_exports import (
    PROJECT,
    adaptations,
    artifacts,
    edges,
    points,
    sanitised,
    scalar,
    system,
    write_export,
    write_part,
)
from tests.ingest.shared import SHARED

STORES = SHARED / "tracking" / "stores" / "neptune"
real_stores = pytest.mark.skipif(not STORES.is_dir(), reason="recorded stores are not here")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    write_export(tmp_path)
    return tmp_path


def run_facets(root: Path, rows: list[dict[str, Any]], run: str = "PIE-9") -> dict[str, Any]:
    write_part(root, run, system(run) + rows)
    found = artifacts(root)
    return next(one.facets for key, one in found.items() if key[0] == "run" and key[2] == run)


def test_it_reads_a_run_with_all_that_it_read_ran_and_wrote(export: Path) -> None:
    commit = "0123456789abcdef" * 2 + "01234567"
    dataset = next(one for kind, one, _ in artifacts(export) if kind == "dataset")
    assert dataset == "data/train"
    assert {(role, down) for _, role, down in edges(export)} == {
        ("code", "PIE-1@PIE-1"),
        ("code", "PIE-2@PIE-2"),
        ("environment", "PIE-1@PIE-1"),
        ("environment", "PIE-2@PIE-2"),
        ("training", "PIE-1@PIE-1"),
        ("training", "PIE-2@PIE-2"),
        ("output", "model/pie@PIE-1"),
        ("output", "model/pie@PIE-2"),
        ("output", "PIE-MOD@PIE-MOD-1"),
        ("derived", "PIE-2@PIE-2"),
    }
    code = artifacts(export)["code", "pies", commit]
    assert code.namespace == "git://forge.example/orchard/pies"
    assert code.facets["code"]["dirty"] is False


def test_it_keeps_parameters_seed_metrics_and_extremes(export: Path) -> None:
    run = artifacts(export)["run", "PIE-1", "PIE-1"]
    assert (run.owner, run.tags) == ("grandmother", ("apple", "autumn"))
    assert run.occurred_at is not None
    assert run.facets["run"]["parameters"] == {"oven/heat": 180.5, "seed": 7, "sugar": 120}
    assert run.facets["run"]["seed"] == 7
    assert run.facets["run"]["metrics"] == {"test/taste": 0.9, "valid/taste": 0.7}
    assert run.facets["neptune"]["series"]["valid/taste"] == {
        "type": "float_series",
        "points": 3,
        "last": 0.7,
        "last_step": 3.0,
        "min": 0.5,
        "min_step": 1.0,
        "max": 0.8,
        "max_step": 2.0,
    }


def test_it_names_one_dataset_by_what_is_listed_in_it(export: Path) -> None:
    (found,) = [one for key, one in artifacts(export).items() if key[0] == "dataset"]
    apples = b"apple,weight\n" + b"boskoop,180\n" * 20
    assert found.digest == "sha1:" + hashlib.sha1(apples).hexdigest()  # noqa: S324
    assert found.uri == "file:///orchard/apples.csv"


def test_it_hashes_the_files_of_models(export: Path) -> None:
    model = artifacts(export)["model", "model/pie", "PIE-1"]
    content = (export / "files" / sanitised(PROJECT) / PROJECT / "PIE-1/model/pie").read_bytes()
    assert model.digest == "sha256:" + hashlib.sha256(content).hexdigest()
    assert model.facets["model"] == {"size_bytes": len(content)}


def test_it_reads_the_registry_with_stages_as_moving_names(export: Path) -> None:
    found = artifacts(export)
    assert ("model", "PIE-MOD", "") in found
    version = found["model", "PIE-MOD", "PIE-MOD-1"]
    assert version.facets["aliases"] == ["production"]
    assert version.facets["model"] == {"metrics": {"validation/taste": 0.8}}
    assert ("PIE-1@PIE-1", "output", "PIE-MOD@PIE-MOD-1") in edges(export)


def test_it_finds_the_parent_of_a_fork_by_the_id_its_user_gave(export: Path) -> None:
    assert ("PIE-1@PIE-1", "derived", "PIE-2@PIE-2") in edges(export)


def test_it_names_a_parent_that_was_not_exported(tmp_path: Path) -> None:
    write_part(tmp_path, "PIE-9", [*system("PIE-9"), scalar("sys/forking/parent", "lost")])
    assert edges(tmp_path) == {("lost@lost", "derived", "PIE-9@PIE-9")}


def test_it_makes_no_edge_of_a_run_to_itself(tmp_path: Path) -> None:
    write_part(tmp_path, "PIE-9", [*system("PIE-9"), scalar("sys/forking/parent", "PIE-9")])
    assert edges(tmp_path) == set()
    assert adaptations(tmp_path) == ["own_parent"]


def test_it_gives_one_series_from_many_parts_and_row_groups(tmp_path: Path) -> None:
    values = [(step, math.sin(step / 500)) for step in range(12_000)]
    write_part(tmp_path, "PIE-9", system("PIE-9") + points("valid/taste", values[:5000]))
    write_part(tmp_path, "PIE-9", points("valid/taste", values[5000:]), part=1)
    (run,) = artifacts(tmp_path).values()
    about = run.facets["neptune"]["series"]["valid/taste"]
    least, greatest = min(values, key=lambda one: one[1]), max(values, key=lambda one: one[1])
    assert about["points"] == 12_000
    assert (about["last_step"], about["last"]) == values[-1]
    assert (about["min_step"], about["min"]) == least
    assert (about["max_step"], about["max"]) == greatest


def test_it_keeps_nan_and_infinity_as_words(tmp_path: Path) -> None:
    values = [(one, 0.5) for one in range(20)] + [(20, math.inf), (21, math.nan)]
    facets = run_facets(tmp_path, [*points("valid/taste", values), scalar("test/loss", math.nan)])
    assert facets["run"]["metrics"] == {"test/loss": "NaN", "valid/taste": "NaN"}
    assert facets["neptune"]["series"]["valid/taste"]["max"] == 0.5


def test_it_tells_the_state(tmp_path: Path) -> None:
    rows = [scalar("sys/failed", True), scalar("sys/trashed", True)]
    facets = run_facets(tmp_path, rows)
    assert facets["run"]["state"] == "failed"
    assert facets["neptune"]["deleted"] is True


def test_it_takes_every_scalar_of_neptune_3_as_configuration(tmp_path: Path) -> None:
    rows = [scalar("sys/custom_run_id", "PIE-9"), scalar("heat", 180.5), scalar("test/taste", 0.9)]
    facets = run_facets(tmp_path, rows)["run"]
    assert (facets["parameters"], facets["metrics"]) == ({"heat": 180.5}, {"test/taste": 0.9})


def test_it_replaces_control_characters_and_cuts_what_is_too_long(tmp_path: Path) -> None:
    rows = [scalar("parameters/a", "\x1b[31mred\0"), scalar("parameters/b", "x" * 30_000)]
    facets = run_facets(tmp_path, [*rows, scalar("bad\nname", 1)])
    assert facets["run"]["parameters"]["a"] == "\ufffd[31mred\ufffd"
    assert len(facets["run"]["parameters"]["b"]) == 20_000
    assert {"control_characters", "cut"} <= set(adaptations(tmp_path))


def test_it_masks_secrets(tmp_path: Path) -> None:
    rows = [
        scalar("parameters/api_key", "hunter2hunter2"),
        scalar("source_code/git/remote", "https://me:hunter2hunter2@forge.example/orchard/pies"),
        scalar("source_code/git/commit", "ab" * 20),
    ]
    run_facets(tmp_path, rows)
    found = artifacts(tmp_path)
    assert "hunter2" not in str(found)
    assert found["code", "pies", "ab" * 20].namespace == "git://forge.example/orchard/pies"
    assert adaptations(tmp_path) == ["secret", "secret"]


def test_it_keeps_what_fits_of_too_many_attributes(tmp_path: Path) -> None:
    rows = [scalar(f"parameters/{one:06}", "x" * 90) for one in range(8000)]
    facets = run_facets(tmp_path, rows)
    assert 1000 < len(facets["run"]["parameters"]) < 8000
    assert "left_out" in adaptations(tmp_path)


@pytest.mark.django_db
@real_stores
def test_it_counts_what_the_real_export_holds() -> None:
    run = import_path(kind="neptune", path=STORES / "exporter")
    assert (run.refused, run.adapted) == ({}, {})
    runs = Artifact.objects.filter(kind="run")
    assert {one.version for one in runs} == {"CH-1", "CH-2"}
    assert Edge.objects.filter(role="derived").count() == 1
    known = "4ec480415df77fe7586974b21f567e066bc7fde15133acd377ef41951a0155b0"
    assert Identifier.objects.filter(scheme="sha256", value=known).exists()


@pytest.mark.django_db
@real_stores
def test_it_reads_the_real_log() -> None:
    run = import_path(kind="neptune", path=STORES / "offline")
    assert run.refused == {}
    assert Artifact.objects.get(kind="run").description == "rf-60"
