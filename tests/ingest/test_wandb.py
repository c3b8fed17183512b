"""Offline runs of Weights & Biases, recorded with its own client."""

import shutil
from pathlib import Path

import pytest

from apps.catalog.models import Artifact, Edge, Identifier
from apps.graph.records import ArtifactRecord
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.wandb import connector
from apps.ingest.services import import_path
from tests.ingest.shared import SHARED, of_path
from tests.ingest.wandb_logs import a_run, artifact, finished, folder_with, message, settings

read = of_path(connector.read)

ORCHARD = Path(__file__).parent / "payloads" / "wandb" / "orchard"
CHURN = SHARED / "tracking" / "stores" / "wandb" / "offline"
whole_store = pytest.mark.skipif(
    not CHURN.is_dir(), reason="the store with other tools' traces of one model is not here"
)


def by_run(folder: Path) -> dict[str, Reading]:
    found = {}
    for reading in read(folder.resolve()):
        assert reading.batch is not None
        found[reading.batch.artifacts[0].version] = reading
    return found


def artifacts(reading: Reading, kind: str) -> list[ArtifactRecord]:
    assert reading.batch is not None
    return [one for one in reading.batch.artifacts if one.kind == kind]


def edges(reading: Reading) -> set[tuple[str, str, str]]:
    assert reading.batch is not None
    return {(one.upstream.name, one.role, one.downstream.name) for one in reading.batch.edges}


def identifiers(reading: Reading, scheme: str) -> set[tuple[str, str]]:
    assert reading.batch is not None
    return {
        (one.artifact.name, one.value) for one in reading.batch.identifiers if one.scheme == scheme
    }


def codes(reading: Reading) -> set[str]:
    return {one.code for one in (*reading.adapted, *reading.refused)}


def test_it_tells_each_run_once_though_the_newest_is_linked() -> None:
    assert list(by_run(ORCHARD)) == [
        *("prepare1", "train001", "prune001", "judge001", "failing1", "killed01"),
        *("dirty001", "dirty002"),
    ]


def test_it_joins_a_resumed_run_and_keeps_what_only_the_first_folder_says() -> None:
    (run,) = artifacts(by_run(ORCHARD)["train001"], "run")
    facet = run.facets["run"]
    assert len(run.facets["wandb"]["folders"]) == 2
    assert (run.name, run.description) == ("train001", "grow-tree\n\nfirst tree")
    assert facet["name"] == "grow-tree"
    assert facet["parameters"]["depth"] == 3
    assert facet["parameters"]["more"] == 1
    assert facet["seed"] == 11
    assert facet["metrics"] == {
        "valid/auc": pytest.approx(0.9),
        "loss": "NaN",
        "best.auc": 0.9,
        "late/auc": 0.95,
    }
    assert facet["state"] == "completed"


def test_it_reads_what_a_run_read_and_wrote() -> None:
    assert edges(by_run(ORCHARD)["train001"]) == {
        ("apples", "code", "train001"),
        ("registry.orchard.example/train", "environment", "train001"),
        ("apples", "training", "train001"),
        ("train001", "output", "tree"),
    }


def test_it_links_a_model_to_its_base_where_the_metadata_names_the_relation() -> None:
    assert ("tree", "pruning", "small-tree") in edges(by_run(ORCHARD)["prune001"])


def test_it_takes_the_metrics_of_a_judging_run_for_an_evaluation() -> None:
    reading = by_run(ORCHARD)["judge001"]
    (evaluation,) = artifacts(reading, "evaluation")
    assert evaluation.facets == {"evaluation": {"metrics": {"auc": 0.88}}}
    assert {
        ("tree", "evaluation", "judge001"),
        ("judge001", "output", "judge001"),
        ("apples", "testing", "judge001"),
    } <= edges(reading)


def test_it_takes_the_md5_only_of_the_bytes_of_one_file() -> None:
    found = {one.name: one for one in artifacts(by_run(ORCHARD)["prepare1"], "dataset")}
    assert found["apples"].digest == "md5:8bb2fc6b4a89e91ea1dce7d13df21506"
    assert found["apples-remote"].digest == ""
    # A reference that was not checked bears the md5 of its address.
    assert found["apples-by-address"].digest == ""
    (basket,) = artifacts(by_run(ORCHARD)["prepare1"], "raw_data")
    assert basket.digest == ""
    assert [(one["path"], one["md5"]) for one in basket.facets["wandb"]["files"]] == [
        ("apples.csv", "8bb2fc6b4a89e91ea1dce7d13df21506"),
        ("tree.bin", "e2c865db4162bed963bfaa9ef6ac18f0"),
    ]


def test_it_names_what_stitching_can_find() -> None:
    reading = by_run(ORCHARD)["train001"]
    assert identifiers(reading, "wandb_artifact") == {("apples", "orchard/apples/apples:v0")}
    assert identifiers(reading, "wandb_run") == {("train001", "orchard/apples/train001")}
    assert {name for name, _ in identifiers(reading, "wandb_digest")} == {"apples", "tree"}
    (environment,) = artifacts(reading, "environment")
    assert environment.facets["environment"]["image_digest"] == "sha256:" + "c4" * 32


def test_it_keeps_moving_names_apart() -> None:
    (tree,) = artifacts(by_run(ORCHARD)["train001"], "model")
    assert tree.facets["aliases"] == ["candidate", "latest"]


@pytest.mark.parametrize(
    ("run_id", "state", "remarks"),
    [
        ("prepare1", "completed", set()),
        ("failing1", "failed", set()),
        ("killed01", "running", {"no_exit", "truncated"}),
    ],
)
def test_it_says_how_a_run_ended(run_id: str, state: str, remarks: set[str]) -> None:
    reading = by_run(ORCHARD)[run_id]
    (run,) = artifacts(reading, "run")
    assert run.facets["run"]["state"] == state
    assert ("ended_at" in run.facets["run"]) == (state != "running")
    assert codes(reading) == remarks


def test_it_keeps_the_last_values_of_a_killed_run() -> None:
    (run,) = artifacts(by_run(ORCHARD)["killed01"], "run")
    assert run.facets["run"]["parameters"] == {"epochs": 9}
    assert 0 < run.facets["run"]["metrics"]["loss"] < 1


def test_it_tells_code_with_changes_from_its_commit() -> None:
    reading = by_run(ORCHARD)["dirty002"]
    clean, dirty = artifacts(reading, "code")
    assert clean.namespace == "git://git.orchard.example/orchard/apples"
    assert dirty.version.startswith(f"{clean.version}+")
    assert dirty.facets["code"]["dirty"] is True
    assert "dirty" not in clean.facets["code"]
    assert ("apples", "derived", "apples") in edges(reading)


def test_it_says_when_no_entity_is_known_and_when_text_cannot_be_kept() -> None:
    reading = by_run(ORCHARD)["dirty001"]
    assert codes(reading) == {"no_entity", "control_character"}
    (run,) = artifacts(reading, "run")
    assert run.namespace == "wandb:///apples"
    assert run.facets["run"]["parameters"]["note"] == "\ufffd[31mred\ufffd[0m"
    assert identifiers(reading, "wandb_run") == set()


@pytest.mark.parametrize("part", ["", "run-prune001.wandb"])
def test_it_reads_one_run_alone(part: str) -> None:
    (folder,) = ORCHARD.glob("*-prune001")
    assert list(by_run(folder / part)) == ["prune001"]


def test_it_does_not_lead_back_to_what_was_read(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path, a_run(), artifact("tree", "d1", used=True), artifact("tree", "d1"), finished()
    )
    (reading,) = read(folder)
    assert edges(reading) == {("tree", "input", "r1")}
    assert codes(reading) == {"read_and_logged"}


def test_it_asks_older_clients_files_for_what_they_did_not_record(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, a_run(), finished())
    (folder / "files" / "wandb-metadata.json").write_text(
        '{"python": "3.8.1", "docker": "oak/train", "git": {"remote": "git@h.example:o/r.git",'
        ' "commit": "' + "ab" * 20 + '"}, "codePath": "t.py", "gpu": 5}'
    )
    (reading,) = read(folder)
    assert edges(reading) == {("r", "code", "r1"), ("oak/train", "environment", "r1")}


def test_it_links_a_forked_run_to_its_origin(tmp_path: Path) -> None:
    folder_with(tmp_path, a_run("r0"), finished(), name="a")
    folder_with(tmp_path, a_run("r1", 1_790_000_009, (23, message((1, "r0")))), name="b")
    found = by_run(tmp_path)
    assert found["r1"].batch is not None
    (edge,) = found["r1"].batch.edges
    assert (edge.upstream.version, edge.role, edge.upstream.name) == ("r0", "derived", "r0")


def test_it_unsets_what_was_removed(tmp_path: Path) -> None:
    removed = message((5, message((2, message((1, "depth"))))))
    folder = folder_with(tmp_path, a_run(), settings(depth="3", kind='"oak"'), removed, finished(7))
    (reading,) = read(folder)
    (run,) = artifacts(reading, "run")
    assert run.facets["run"]["parameters"] == {"kind": "oak"}
    assert run.facets["run"]["state"] == "failed"


@pytest.mark.django_db
def test_it_ends_in_the_same_graph_whichever_folder_comes_first(tmp_path: Path) -> None:
    for place, folder in enumerate(sorted(ORCHARD.glob("offline-run-*"), reverse=True)):
        shutil.copytree(folder, tmp_path / f"renamed-{place}")
    first = import_path(kind="wandb", path=ORCHARD)
    assert first.refused == {"truncated": 1}
    counts = Artifact.objects.count(), Edge.objects.count()
    import_path(kind="wandb", path=tmp_path)
    assert (Artifact.objects.count(), Edge.objects.count()) == counts


@whole_store
@pytest.mark.django_db
def test_it_finds_what_the_clients_own_reader_counts() -> None:
    run = import_path(kind="wandb", path=CHURN)
    assert run.refused == {}
    kinds = ("run", "dataset", "model", "code", "environment")
    assert [Artifact.objects.filter(kind=kind).count() for kind in kinds] == [4, 2, 2, 2, 2]
    assert Edge.objects.filter(role="output").count() == 4
    # The files that DVC, MLflow and git LFS know by the same md5.
    assert set(Identifier.objects.filter(scheme="md5").values_list("value", flat=True)) == {
        "ae31c5714c4d3ae38ccab4bc67a43ec9",
        "2e94ec26ade8ce3af68c8cfc9f426167",
        "5a5e098ad19f0b9588cadeb32b58e604",
    }
