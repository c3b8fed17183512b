"""One MLflow, read three ways: what becomes of it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.graph.records import ArtifactKey
from apps.ingest.connectors.contract import Access
from apps.ingest.connectors.mlflow import connector
from tests.ingest.mlflow_server import FakeMlflow, serving
from tests.ingest.mlflow_stores import (
    Told,
    file_store,
    sqlite_store,
    told_of,
    without_place,
)


@pytest.fixture
def server() -> Iterator[FakeMlflow]:
    with serving(FakeMlflow()) as fake:
        yield fake


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    with serving(FakeMlflow()) as fake:
        yield told_of(fake.url)


def test_it_tells_the_same_by_rest_and_from_the_tables(server: FakeMlflow, tmp_path: Path) -> None:
    by_rest, by_tables = told_of(server.url), told_of(sqlite_store(tmp_path))
    assert len(by_rest.artifacts) == 36
    assert by_rest.steps() == by_tables.steps()
    assert sorted(by_rest.units) == sorted(by_tables.units)
    one, other = (
        {key[1:]: record for key, record in _plain(told).items()} for told in (by_rest, by_tables)
    )
    assert one == other


def _plain(told: Told) -> dict[tuple[str, str, str, str], dict[str, object]]:
    return {
        (key.namespace, key.kind, key.name, key.version): without_place(record)
        for key, record in told.artifacts.items()
    }


def test_it_tells_the_same_from_a_folder_of_another_store_filled_alike(
    told: Told, tmp_path: Path
) -> None:
    """Filled by the same script: ids differ, and a folder takes a version without a run."""
    by_folder = told_of(file_store(tmp_path))

    def shape(one: Told) -> Counter[tuple[str, str, str, str, str]]:
        return Counter(
            (
                edge.upstream.kind,
                _name(edge.upstream),
                edge.role,
                edge.downstream.kind,
                _name(edge.downstream),
            )
            for edge in one.edges
            if edge.role != "environment" and edge.downstream.name != "churn-legacy"
        )

    assert shape(by_folder) == shape(told)
    assert sum(key.name == "churn-legacy" for key in by_folder.artifacts) == 2


def _name(key: ArtifactKey) -> str:
    return "" if key.kind == "environment" else key.name


def test_it_finds_what_is_there_by_an_independent_count(told: Told, server: FakeMlflow) -> None:
    runs, models = server.told["runs"].values(), server.told["models"]
    kinds = Counter(key.kind for key in told.artifacts)
    datasets = {
        (one["dataset"]["name"], one["dataset"]["digest"])
        for run in runs
        for one in run.get("inputs", {}).get("dataset_inputs", ())
    }
    measured = {
        (model["info"]["model_id"], metric["dataset_digest"])
        for model in models
        for metric in model["data"].get("metrics", ())
        if "dataset_digest" in metric
    }
    assert kinds["run"] == len(server.told["runs"]) == 11
    assert kinds["model"] == len(models) + len(server.told["versions"]) == 12
    assert kinds["dataset"] == len(datasets) == 4
    assert kinds["evaluation"] == len(measured) == 5
    roles = Counter(edge.role for edge in told.edges)
    reads = [len(run.get("inputs", {}).get("dataset_inputs", ())) for run in runs]
    assert roles["training"] + roles["validation"] + _into_runs(told, "testing") == sum(reads)
    wrote = sum(1 for model in models if model["info"].get("source_run_id"))
    assert _into(told, "output", "model") == wrote + 1  # and one version of a run's files
    nested = [run for run in runs if "mlflow.parentRunId" in _tags(run)]
    assert roles["orchestration"] == len(nested) == 4


def _into(told: Told, role: str, kind: str) -> int:
    return sum(one.role == role and one.downstream.kind == kind for one in told.edges)


def _into_runs(told: Told, role: str) -> int:
    return _into(told, role, "run")


def _tags(run: dict[str, dict[str, list[dict[str, str]]]]) -> set[str]:
    return {one["key"] for one in run["data"]["tags"]}


def test_it_tells_a_run_with_its_parameters_metrics_and_times(told: Told) -> None:
    run = told.named("run", "depth-3")
    assert run.facets["run"]["state"] == "completed"
    assert run.facets["run"]["seed"] == 7
    assert run.facets["run"]["parameters"]["max_depth"] == "3"
    assert run.facets["run"]["metrics"]["auc"] == pytest.approx(0.905, abs=0.05)
    assert run.owner == "root"
    assert run.facets["mlflow"]["experiment"] == "churn"
    history = run.facets["mlflow"]["history"]["valid_auc"]
    assert [step for step, _, _ in history["points"]] == [10, 20, 30]
    assert history["count"] == 3
    assert history["low"][0] == 10
    assert told.named("run", "search").description == "grid over depth"
    states = {
        key.name: one.facets["run"]["state"]
        for key, one in told.artifacts.items()
        if key.kind == "run"
    }
    assert states["broken"] == "failed"
    assert states["still-running"] == "running"


def test_it_tells_a_model_with_its_files_and_what_it_needs(told: Told) -> None:
    onnx = told.named("model", "model-onnx")
    assert onnx.facets["model"]["framework"] == "onnx"
    assert onnx.facets["model"]["format"] == "onnx"
    sizes = {one["path"]: one["size_bytes"] for one in onnx.facets["mlflow"]["files"]}
    assert sizes["model.onnx"] == 113907
    (environment,) = {
        edge.upstream
        for edge in told.edges
        if edge.downstream == onnx.key and edge.role == "environment"
    }
    facet = told.artifacts[environment].facets["environment"]
    assert facet["python"] == "3.11.7"
    assert facet["packages"]["mlflow"] == "3.17.2"
    assert "onnxruntime" in facet["packages"]


def test_it_draws_the_way_from_data_to_the_copy_in_production(told: Told) -> None:
    upstream: dict[ArtifactKey, set[ArtifactKey]] = {}
    for edge in told.edges:
        upstream.setdefault(edge.downstream, set()).add(edge.upstream)
    waiting, seen = [told.named("model", "prod.churn").key], set()
    while waiting:
        here = waiting.pop()
        seen.add(here)
        waiting += upstream.get(here, set()) - seen
    assert {("run", "final"), ("dataset", "churn_features"), ("model", "churn")} <= {
        (key.kind, key.name) for key in seen
    }


def test_it_takes_the_image_by_its_digest_and_the_code_by_its_commit(told: Told) -> None:
    image = told.named("environment", "registry.example.org/churn-train")
    assert image.facets["environment"]["image_digest"] == "sha256:" + "ab" * 32
    code = told.named("code", "churn")
    assert code.namespace == "git://git.example.org/acme/churn"
    assert code.version == code.facets["code"]["commit"]


def test_it_says_in_words_what_can_be_reached(server: FakeMlflow, tmp_path: Path) -> None:
    assert connector.test(Access(where=server.url)) == (
        f"MLflow 3.17.2 at {server.url}: 3 experiments, 11 runs, 5 registered models."
    )
    said = connector.test(Access(where=str(sqlite_store(tmp_path))))
    assert said.startswith("MLflow's tables in mlflow.db, schema dc11669786a5: 3 experiments")


def test_it_names_a_server_by_host_and_path() -> None:
    with serving(FakeMlflow()) as fake:
        port = fake.url.rpartition(":")[2]
        namespaces = {key.namespace for key in told_of(f"{fake.url}/").artifacts}
    assert f"mlflow://127.0.0.1:{port}" in namespaces


def test_it_finds_the_store_in_a_folder(tmp_path: Path) -> None:
    sqlite_store(tmp_path)
    assert len(told_of(tmp_path).artifacts) == 36
    other = tmp_path / "other"
    other.mkdir()
    file_store(other)
    assert any(key.namespace == "mlflow://mlruns" for key in told_of(other).artifacts)
