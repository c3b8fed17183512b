"""Kubeflow Pipelines. The payload was compiled and run by kfp 2.17.0: `jam` with an importer and a
nested pipeline, run by kfp.local (its folder renamed in the addresses); `shelf` with a loop."""

import copy
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.catalog.models import Artifact, Conflict
from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.kubeflow import connector
from apps.ingest.services import import_path
from tests.ingest.shared import SHARED, of_path

read = of_path(connector.read)

PAYLOADS = Path(__file__).parent / "payloads" / "kubeflow"
REAL = SHARED / "tracking" / "stores" / "kfp"
RUN = "jam-2026-11-24-02-49-46-565639"


def edges(*readings: Reading) -> set[tuple[str, str, str]]:
    return {
        (str(one.upstream), str(one.downstream), one.role)
        for found in readings
        if found.batch is not None
        for one in found.batch.edges
    }


def into(name: str, *readings: Reading) -> set[tuple[str, str]]:
    return {(up, role) for up, down, role in edges(*readings) if down == name}


def remarks(*readings: Reading) -> set[str]:
    return {one.code for found in readings for one in (*found.adapted, *found.refused)}


def test_it_reads_the_design_of_a_pipeline_through_what_is_nested() -> None:
    (found,) = read(PAYLOADS / "jam.yaml")
    assert found.batch is not None
    (code,) = [one for one in found.batch.artifacts if one.kind == "code"]
    assert code.digest.startswith(f"sha256:{code.version}")
    assert into("jam/cook/trim/model", found) == {
        (f"jam@{code.version}", "code"),
        ("python@3.11", "environment"),
        ("jam/cook/fit/model", "derived"),
    }
    assert into("jam/taste/score", found) >= {
        ("jam/cook/trim/model", "evaluation"),
        ("jam/boil/test", "testing"),
    }
    (raw,) = [one for one in found.batch.artifacts if one.name == "jam/importer/artifact"]
    assert (raw.uri, raw.digest) == (
        "s3://garden/berries.csv",
        "md5:9e107d9d372bb6826bd81d3542a419d6",
    )


def test_it_reads_from_outside_what_is_handed_to_a_pipeline() -> None:
    (found,) = read(PAYLOADS / "shelf.yaml")
    assert ("shelf/jar", "training") in into("shelf/for-loop-2/fit/model", found)


def test_it_joins_a_local_run_with_its_pipeline() -> None:
    *_, found = read(PAYLOADS)
    assert into(f"jam/cook/trim@{RUN}", found) >= {
        (f"jam/cook@{RUN}", "orchestration"),
        (f"jam/cook/fit/model@{RUN}", "input"),
        ("python@3.11", "environment"),
        (f"jam@{'b2' * 20}", "code"),
    }
    assert into(f"jam/cook/trim/model@{RUN}", found) == {
        (f"jam/cook/trim@{RUN}", "output"),
        (f"jam/cook/fit/model@{RUN}", "pruning"),
    }
    assert ("jam/importer/artifact", "input") in into(f"jam/boil@{RUN}", found)
    assert found.batch is not None
    (train,) = [one for one in found.batch.artifacts if one.name == "jam/boil/train"]
    assert train.facets["dataset"] == {"rows": 40, "size_bytes": 172}
    assert train.uri == f"/srv/jam/{RUN}/boil/train"
    assert train.digest.startswith("sha256:")


def test_it_reads_a_run_without_its_pipeline_and_says_what_is_unknown() -> None:
    (found,) = read(PAYLOADS / "local_outputs")
    assert remarks(found) == {"no_definition"}
    assert found.batch is not None
    assert Counter(one.kind for one in found.batch.artifacts) == {
        "run": 5,
        "artifact": 6,
        "code": 1,
    }
    assert {role for _, _, role in edges(found)} == {"output", "orchestration", "code"}


@pytest.mark.django_db
def test_it_gives_the_same_graph_when_read_again() -> None:
    first = import_path(kind="kubeflow", path=PAYLOADS)
    assert (first.state, first.refused) == ("complete", {})
    assert import_path(kind="kubeflow", path=PAYLOADS).written == {}
    placeholders = Artifact.objects.filter(is_placeholder=True)
    assert [one.name for one in placeholders] == ["shelf/jar"]
    assert Conflict.objects.count() == 0


def changed(folder: Path, change: Any) -> Path:
    spec = yaml.safe_load((PAYLOADS / "jam.yaml").read_text())
    change(spec)
    path = folder / "jam.yaml"
    path.write_text(yaml.safe_dump(spec))
    return path


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda spec: spec.update(schemaVersion="1.0"), "not_a_pipeline"),
        (lambda spec: spec.pop("root"), "not_a_pipeline"),
        (lambda spec: spec["pipelineInfo"].update(name=["x"]), "not_a_pipeline"),
        (lambda spec: spec["pipelineInfo"].update(name="a\0b"), "not_a_pipeline"),
        (lambda spec: spec.update(deploymentSpec=[1]), "no_executor"),
        (
            lambda spec: spec["components"].update(
                {
                    "comp-cook": {
                        "dag": {"tasks": {"again": {"componentRef": {"name": "comp-cook"}}}}
                    }
                }
            ),
            "not_a_pipeline",
        ),
        (
            lambda spec: spec["root"]["dag"]["tasks"]["taste"]["inputs"]["artifacts"].update(
                model={"runtimeArtifact": {}}
            ),
            "unknown_source",
        ),
    ],
    ids=["version", "root", "name", "text", "executors", "endless", "source"],
)
def test_it_says_what_is_wrong_with_a_pipeline(tmp_path: Path, change: Any, code: str) -> None:
    assert remarks(*read(changed(tmp_path, change))) == {code}


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x\n",
        "!!python/object/apply:os.system [true]\n",
        "[" * 5000,
        "\x00\x01",
        "just: a mapping\n",
        "",
        "--- {pipelineInfo: {}, root: {}}\n--- {pipelineInfo: {}, root: {}}\n",
        "pipelineInfo: 5\nroot: 5\nschemaVersion: 2.1.0\n",
    ],
)
def test_it_refuses_what_is_no_pipeline(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    (found,) = read(tmp_path)
    assert len(found.refused) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"parameterValues": {"auc": NaN}}', "no_definition"),
        ("[]", "not_json"),
        ("{", "not_json"),
        ('"x"', "invalid"),
        ("[" * 5000, "not_json"),
        ('{"artifacts": {"m": {"artifacts": [5, {"uri": 7, "metadata": []}]}}}', "no_definition"),
        ('{"artifacts": {"../../m": {"artifacts": [{"uri": "x"}]}}}', "no_definition"),
        ('{"artifacts": {"a\\u0000b": {"artifacts": [{}]}}}', "invalid"),
    ],
)
def test_it_reads_what_it_can_of_odd_outputs(tmp_path: Path, text: str, code: str) -> None:
    folder = tmp_path / RUN / "fit"
    folder.mkdir(parents=True)
    (folder / "executor_output.json").write_text(text)
    assert code in remarks(*read(tmp_path))


def test_it_hashes_no_file_outside_the_folder(tmp_path: Path) -> None:
    shutil.copytree(PAYLOADS, tmp_path / "in")
    (tmp_path / "secret").write_text("secret" * 20)
    model = tmp_path / "in" / "local_outputs" / RUN / "fit" / "model"
    model.unlink()
    model.symlink_to(tmp_path / "secret")
    (tmp_path / "in" / "local_outputs" / "link").symlink_to(tmp_path)
    *_, found = read(tmp_path / "in")
    assert found.batch is not None
    (fitted,) = [one for one in found.batch.artifacts if one.name == "jam/cook/fit/model"]
    assert fitted.digest == ""


def test_it_says_when_several_tasks_wrote_to_one_folder(tmp_path: Path) -> None:
    shutil.copytree(PAYLOADS, tmp_path / "in")

    def twice(spec: Any) -> None:
        tasks = spec["root"]["dag"]["tasks"]
        tasks["taste-2"] = copy.deepcopy(tasks["taste"])

    shutil.copy(changed(tmp_path, twice), tmp_path / "in" / "jam.yaml")
    assert "overwritten" in remarks(*read(tmp_path / "in"))


@pytest.mark.skipif(not REAL.is_dir(), reason="the recorded stores do not lie in this repository")
def test_it_agrees_with_a_real_run() -> None:
    spec = yaml.safe_load((REAL / "churn-kfp.yaml").read_text())
    outputs = [json.loads(one.read_text()) for one in REAL.rglob("executor_output.json")]
    design, run = read(REAL)
    assert design.batch is not None
    assert run.batch is not None
    written = sum(len(one["artifacts"]) for one in outputs)
    roles = Counter(one.role for one in run.batch.edges)
    assert roles["output"] == written == 9
    assert roles["environment"] == len(outputs) == len(spec["deploymentSpec"]["executors"]) - 1
    read_artifacts = roles["input"] + roles["training"] + roles["testing"]
    assert read_artifacts == 7
    assert roles["quantization"] == 2
    assert len(design.batch.artifacts) == 1 + 1 + 1 + written
