"""What is easily read wrong in MLflow, each seen in a store that the real tool wrote."""

import json
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.graph.identity import proves
from tests.ingest.mlflow_server import FakeMlflow, serving
from tests.ingest.mlflow_stores import (
    WRITTEN_IN,
    Told,
    changed,
    file_store,
    sqlite_store,
    told_of,
)


@pytest.fixture
def server() -> Iterator[FakeMlflow]:
    with serving(FakeMlflow()) as fake:
        yield fake


def reads(told: Told) -> set[tuple[str, str]]:
    return {
        (edge.upstream.name, edge.downstream.name)
        for edge in told.edges
        if (edge.upstream.kind, edge.role, edge.downstream.kind) == ("model", "input", "run")
    }


def test_it_asks_for_each_run_since_a_search_names_no_model_that_was_read(
    server: FakeMlflow,
) -> None:
    listed = server.told["listed"]
    assert not any("model_inputs" in run.get("inputs", {}) for run in listed)
    assert reads(told_of(server.url)) == {("model", "to-onnx"), ("model", "prune")}


def test_it_follows_tags_where_loading_a_model_recorded_nothing(server: FakeMlflow) -> None:
    for run in server.runs.values():
        run.get("inputs", {}).pop("model_inputs", None)
    told = told_of(server.url)
    assert reads(told) == set()
    base = {one.upstream.version for one in told.edges if one.role in {"conversion", "pruning"}}
    made = {one.downstream.name for one in told.edges if one.role in {"conversion", "pruning"}}
    (only,) = base
    assert only.startswith("m-")
    assert made == {"model-onnx", "model"}


def test_it_follows_a_parameter_that_names_the_model_it_came_from(server: FakeMlflow) -> None:
    onnx = next(one for one in server.told["models"] if one["info"]["name"] == "model-onnx")
    onnx["info"]["tags"] = []
    assert "source_model_uri" in {one["key"] for one in onnx["data"]["params"]}
    told = told_of(server.url)
    key = told.named("model", "model-onnx").key
    (edge,) = [one for one in told.edges if one.downstream == key and one.role == "derived"]
    assert edge.upstream.version.startswith("m-")


def test_it_takes_the_step_from_the_run_where_the_model_does_not_name_its_base(
    server: FakeMlflow,
) -> None:
    pruned = server.runs[server.run_named("prune")]["outputs"]["model_outputs"][0]["model_id"]
    model = next(one for one in server.told["models"] if one["info"]["model_id"] == pruned)
    model["info"]["tags"] = []
    told = told_of(server.url)
    (edge,) = [one for one in told.edges if one.role == "pruning"]
    assert edge.downstream.version == pruned


def test_it_does_not_take_a_digest_of_the_first_rows_for_the_content(server: FakeMlflow) -> None:
    told = told_of(server.url)
    splits = {key.version for key in told.artifacts if key.name == "churn_features"}
    # Three splits share one name; only the digest tells them apart.
    assert len(splits) == 3
    for record in told.artifacts.values():
        if record.key.kind == "dataset":
            scheme, _, value = record.digest.partition(":")
            assert scheme == "mlflow"
            assert not proves("dataset", scheme, value)


def test_it_knows_a_dataset_made_in_code_by_name_and_digest_alone(server: FakeMlflow) -> None:
    dataset = told_of(server.url).named("dataset", "churn_test_np")
    assert dataset.uri == ""
    assert dataset.facets["mlflow"]["source_type"] == "code"
    assert "source" not in dataset.facets["mlflow"]


def test_it_does_not_say_that_the_tree_was_clean(server: FakeMlflow) -> None:
    code = told_of(server.url).named("code", "churn")
    assert "dirty" not in code.facets["code"]


def test_it_keeps_changes_on_top_of_a_commit_apart(server: FakeMlflow) -> None:
    tags = server.runs[server.run_named("final")]["data"]["tags"]
    tags += [
        {"key": "mlflow.source.git.dirty", "value": "true"},
        {"key": "mlflow.source.git.diff", "value": "--- a/train.py"},
    ]
    told = told_of(server.url)
    codes = {key.version: one for key, one in told.artifacts.items() if key.kind == "code"}
    (dirty,) = [version for version in codes if "+" in version]
    assert codes[dirty].facets["code"]["dirty"] is True
    assert "a/train.py" not in json.dumps(
        [one.facets for one in told.artifacts.values()], default=str
    )


def test_it_does_not_show_a_version_that_was_deleted(tmp_path: Path) -> None:
    path = sqlite_store(tmp_path)
    assert "Deleted_Internal" in path.read_bytes().decode("latin-1")
    for told in (told_of(path), told_of(file_store(tmp_path))):
        assert "version/churn/2" in told.units
        assert "version/churn/3" not in told.units
        assert "REDACTED" not in str(told.artifacts)


def test_it_follows_a_copy_to_what_was_copied(server: FakeMlflow) -> None:
    told = told_of(server.url)
    copy = told.named("model", "prod.churn")
    (edge,) = [one for one in told.edges if one.downstream == copy.key]
    assert (edge.upstream.name, edge.upstream.version, edge.role) == ("churn", "2", "derived")
    # Tags are copied with it, aliases are its own.
    assert copy.facets["mlflow"]["tags"]["git_tag"] == "v2.0"
    assert told.aliases["models:/prod.churn@champion"] == str(copy.key)


@pytest.mark.parametrize("run", [None, ""])
def test_it_finds_the_run_in_the_source_where_the_version_names_none(
    tmp_path: Path, run: str | None
) -> None:
    path = sqlite_store(tmp_path)
    changed(path, "update model_versions set run_id = ?", run)
    told = told_of(path)
    legacy = told.named("model", "churn-legacy").key
    (edge,) = [one for one in told.edges if one.downstream == legacy and one.role == "output"]
    assert edge.upstream.name == "legacy-artifact"
    pruned = told.named("model", "churn-pruned").key
    assert {one.role for one in told.edges if one.downstream == pruned} == {"derived"}


def test_it_takes_the_run_of_an_input_from_the_folder_it_lies_in(tmp_path: Path) -> None:
    root = file_store(tmp_path)
    inputs = list(root.glob("*/*/inputs/*/meta.yaml"))
    assert inputs
    for path in inputs:
        text = path.read_text()
        assert path.parents[2].name not in text
    told = told_of(root)
    trained = {one.downstream.name for one in told.edges if one.role == "training"}
    assert trained == {"search", "depth-3", "depth-5", "depth-7", "final"}


def test_it_shows_deleted_experiments_and_runs_of_a_folder(tmp_path: Path) -> None:
    root = file_store(tmp_path)
    told = told_of(root)
    assert told.named("run", "mistake").facets["mlflow"]["lifecycle_stage"] == "deleted"
    experiment = next(one for one in (root / ".trash").iterdir() if one.is_dir())
    live = next(one.parent for one in root.glob("*/*/meta.yaml") if len(one.parent.name) == 32)
    shutil.move(live, experiment / live.name)
    assert f"run/{live.name}" in told_of(root).units


def test_it_looks_for_files_in_the_store_and_not_where_they_once_were(tmp_path: Path) -> None:
    root = file_store(tmp_path)
    texts = "".join(path.read_text() for path in root.rglob("meta.yaml"))
    assert WRITTEN_IN in texts
    onnx = told_of(root).named("model", "model-onnx")
    assert {one["path"] for one in onnx.facets["mlflow"]["files"]} >= {"MLmodel", "conda.yaml"}
    store = sqlite_store(tmp_path)
    changed(
        store,
        "update logged_models set artifact_location = replace(artifact_location, "
        "'mlflow-artifacts:/', '/srv/elsewhere/mlartifacts/')",
    )
    assert told_of(store).named("model", "model-onnx").facets["mlflow"]["files"]


def test_it_reads_nothing_outside_the_store(tmp_path: Path) -> None:
    secret = tmp_path / "secret" / "artifacts"
    secret.mkdir(parents=True)
    (secret / "conda.yaml").write_text("dependencies: [python=6.6.6]")
    inside = tmp_path / "inside"
    inside.mkdir()
    store = sqlite_store(inside)
    changed(store, "update logged_models set artifact_location = ?", str(secret))
    assert "6.6.6" not in str(told_of(store).artifacts)
    changed(store, "update logged_models set artifact_location = ?", "../secret/artifacts")
    assert "6.6.6" not in str(told_of(store).artifacts)
    (inside / "artifacts").symlink_to(secret)
    changed(store, "update logged_models set artifact_location = ?", "/x/inside/artifacts")
    assert "6.6.6" not in str(told_of(store).artifacts)


def test_it_keeps_two_servers_apart_though_their_ids_be_equal() -> None:
    with serving(FakeMlflow()) as one, serving(FakeMlflow()) as other:
        first, second = told_of(one.url), told_of(other.url)
    own = {key for key in first.artifacts if not key.namespace.startswith("git://")}
    assert own
    assert own.isdisjoint(second.artifacts)


class _Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_it_hashes_weights_and_never_loads_them(tmp_path: Path) -> None:
    root = file_store(tmp_path)
    touched = tmp_path / "touched"
    folder = next(root.glob("*/models/*/artifacts"))
    (folder / "model.pkl").write_bytes(pickle.dumps(_Bomb(touched)))
    told = told_of(root)
    (model,) = [one for one in told.artifacts.values() if one.digest.startswith("sha256:")]
    assert model.key.version == folder.parent.name
    assert not touched.exists()
    pickle.loads((folder / "model.pkl").read_bytes())  # noqa: S301
    assert touched.exists()
