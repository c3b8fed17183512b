"""Odd and hostile answers: a remark or a clear error, never half of a thing, never a traceback."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from apps.ingest.connectors.contract import Access
from apps.ingest.connectors.errors import ConnectorError
from apps.ingest.connectors.mlflow import connector, rest
from apps.ingest.connectors.mlflow.aliases import aliases_reading
from apps.ingest.connectors.mlflow.history import MAX_POINTS, sampled
from apps.ingest.connectors.mlflow.naming import Names
from apps.ingest.connectors.mlflow.store import Point, Registered
from tests.ingest.mlflow_server import FakeMlflow, serving
from tests.ingest.mlflow_stores import changed, file_store, sqlite_store, told_of


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMlflow]:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    with serving(FakeMlflow(page=50)) as fake:
        yield fake


@pytest.mark.parametrize(
    ("secret", "sent"), [("t0k3n", "Bearer t0k3n"), ("user:word", "Basic dXNlcjp3b3Jk")]
)
def test_it_opens_a_server_with_a_token_or_a_password(
    server: FakeMlflow, secret: str, sent: str
) -> None:
    server.secret = sent
    assert connector.test(Access(where=server.url, secret=secret)).startswith("MLflow 3.17.2")
    with pytest.raises(ConnectorError, match="credentials were not accepted") as caught:
        connector.test(Access(where=server.url, secret="wrong"))
    assert "wrong" not in str(caught.value)
    assert caught.value.permanent


def test_it_asks_a_busy_server_again(server: FakeMlflow) -> None:
    server.first = [(503, {}), (500, {}), (429, {})]
    assert len(told_of(server.url).units) > 20


def test_it_gives_up_for_now_on_a_server_that_stays_busy(server: FakeMlflow) -> None:
    server.first = [(500, {})] * 4
    with pytest.raises(ConnectorError, match="cannot be reached") as caught:
        told_of(server.url)
    assert not caught.value.permanent


def test_it_follows_no_redirect(server: FakeMlflow) -> None:
    server.first = [(302, {})]
    with pytest.raises(ConnectorError, match="redirect"):
        told_of(server.url)


@pytest.mark.parametrize(
    "answer", [b"<html>Welcome", b"[" * 200, b'{"experiments": {"a": 1}}', b"null", b"\xff"]
)
def test_it_says_what_is_no_mlflow(server: FakeMlflow, answer: bytes) -> None:
    server.first = [b"3.17.2", answer]
    with pytest.raises(ConnectorError):
        told_of(server.url)


def test_it_does_not_take_a_page_of_welcome_for_a_version(server: FakeMlflow) -> None:
    server.told["version"] = "<html>Welcome</html>"
    assert "of an unknown version" in connector.test(Access(where=server.url))


def test_it_does_not_go_round_in_circles(
    server: FakeMlflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def paged(_self: object, name: str, every: list[Any], _given: object) -> dict[str, Any]:
        return {name: every, "next_page_token": "same"}

    monkeypatch.setattr(FakeMlflow, "_paged", paged)
    with pytest.raises(ConnectorError, match="again and again"):
        told_of(server.url)


def test_it_reads_on_where_files_cannot_be_had(server: FakeMlflow) -> None:
    server.told["files"] = {
        model["info"]["model_id"]: [{"path": "MLmodel", "is_dir": False, "file_size": 3}]
        for model in server.told["models"]
    }
    server.told["texts"] = {}
    told = told_of(server.url)
    assert "files_not_read" in told.codes()
    assert len([unit for unit in told.units if unit.startswith("model/")]) == 6
    # Three in a row are enough to know.
    tries = [path for path, _ in server.asked if path.endswith("artifacts/files")]
    assert len(tries) == rest.MAX_MISSES


def test_it_lists_no_folder_that_holds_itself(server: FakeMlflow) -> None:
    for model in server.told["models"]:
        server.told["files"][model["info"]["model_id"]] = [{"path": "", "is_dir": True}]
    assert len(told_of(server.url).artifacts) > 20


WRONG: list[Any] = [None, 7, "text", [], {}, [None], {"a": {"b": []}}, "\x00", -1, 10**30, True]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_it_takes_any_value_anywhere(server: FakeMlflow, wrong: Any) -> None:
    final = server.runs[server.run_named("final")]
    onnx = next(one for one in server.told["models"] if one["info"]["name"] == "model-onnx")
    copy = next(one for one in server.told["versions"] if one["name"] == "prod.churn")
    for thing in (final, onnx):
        for part in ("info", "data"):
            for name in thing[part]:
                if name not in {"run_id", "experiment_id", "model_id"}:
                    thing[part][name] = wrong
    final["inputs"] = wrong
    for name in set(copy) - {"name", "version"}:
        copy[name] = wrong
    server.told["registered"][0]["aliases"] = wrong
    told = told_of(server.url)
    assert f"run/{final['info']['run_id']}" in {*told.units, *told.present}
    assert "version/prod.churn/1" in told.units


def test_it_keeps_what_can_be_kept_of_a_run(server: FakeMlflow) -> None:
    final = server.runs[server.run_named("final")]["data"]
    final["params"] += [
        {"key": "colour", "value": "\x1b[31mred"},
        *({"key": f"p{number}", "value": "x" * 6000} for number in range(150)),
    ]
    final["metrics"] += [{"key": "loss", "value": "NaN", "timestamp": 1, "step": 0}]
    told = told_of(server.url)
    run = told.named("run", "final").facets["run"]
    assert run["parameters"]["max_depth"]
    assert "colour" not in run["parameters"]
    assert run["metrics"]["loss"] == "NaN"
    assert {"field_left_out", "too_much"} <= told.codes()


def test_it_keeps_no_secret_of_an_address(server: FakeMlflow) -> None:
    signed = "https://me:hunter2@lake.example/train.csv?X-Amz-Signature=hunter2&versionId=7"
    for run in server.runs.values():
        for one in run.get("inputs", {}).get("dataset_inputs", ()):
            one["dataset"]["source"] = json.dumps({"uri": signed})
    for model in server.told["models"]:
        model["info"]["artifact_uri"] = "s3://key:hunter2@bucket/models"
    told = told_of(server.url)
    assert "hunter2" not in repr(told)
    assert any(one.uri.endswith("train.csv?versionId=7") for one in told.artifacts.values())


def test_it_draws_no_step_from_a_name_that_moves(server: FakeMlflow) -> None:
    copy = next(one for one in server.told["versions"] if one["name"] == "prod.churn")
    copy |= {"source": "models:/churn@champion", "run_id": ""}
    told = told_of(server.url)
    key = told.named("model", "prod.churn").key
    assert not [one for one in told.edges if one.downstream == key]
    assert "moving_source" in told.codes()


def test_it_leaves_prompts_out_and_says_so(server: FakeMlflow) -> None:
    tag = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]
    server.told["versions"].append({"name": "greeting", "version": "1", "tags": tag})
    told = told_of(server.url)
    assert "prompt" in told.codes()
    assert "version/greeting/1" not in told.units


def test_it_draws_no_circle_through_a_run_that_reads_what_it_writes(server: FakeMlflow) -> None:
    run = server.runs[server.run_named("prune")]
    own = run["outputs"]["model_outputs"][0]["model_id"]
    run["inputs"]["model_inputs"].append({"model_id": own})
    told = told_of(server.url)
    assert "read_and_written" in told.codes()
    assert not [one for one in told.edges if one.upstream.version == own and one.role == "input"]


def test_it_names_a_schema_that_it_does_not_know(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    changed(store, "update alembic_version set version_num = 'fffff0000000'")
    told = told_of(store)
    assert [one.code for one in told.adapted if "fffff0000000" in one.message] == ["unknown_schema"]
    assert len(told.artifacts) == 36


def test_it_reads_a_store_of_mlflow_2(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    for table in ("logged_model_metrics", "logged_model_tags", "logged_model_params"):
        changed(store, f"drop table {table}")
    changed(store, "drop table logged_models")
    changed(store, "drop table registered_model_aliases")
    told = told_of(store)
    kinds = {key.kind for key in told.artifacts}
    assert {"run", "dataset", "model", "code"} <= kinds


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"no database", b"\0" * 4096])
def test_it_says_what_is_no_store(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mlflow.db"
    path.write_bytes(content)
    with pytest.raises(ConnectorError, match=r"mlflow\.db"):
        told_of(path)


def test_it_says_what_other_database_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("create table runs (id)")
    connection.close()
    with pytest.raises(ConnectorError, match="has no table experiments"):
        told_of(path)
    with pytest.raises(ConnectorError, match="name the file or"):
        told_of(tmp_path)


def test_it_writes_nothing_into_a_store(tmp_path: Path) -> None:
    path = sqlite_store(tmp_path)
    before = path.read_bytes(), sorted(tmp_path.rglob("*"))
    told_of(path)
    assert (path.read_bytes(), sorted(tmp_path.rglob("*"))) == before


def test_it_refuses_a_run_of_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    root = file_store(tmp_path)
    meta = next(one for one in root.glob("*/*/meta.yaml") if len(one.parent.name) == 32)
    meta.write_text("a: &a [*a]")
    link = meta.parent / "tags" / "leak"
    link.symlink_to("/etc/passwd")
    told = told_of(root)
    assert "unreadable" in told.codes()
    # It is there, though it cannot be read: not to be taken for deleted.
    assert f"run/{meta.parent.name}" in told.present
    assert "root:" not in repr(told.artifacts)


def test_it_keeps_some_hundreds_of_points_of_a_long_history() -> None:
    points = [Point(number, number, float(number % 997)) for number in range(100_001)]
    points[77_777] = Point(77_777, 77_777, -5.0)
    points[50_001] = Point(50_001, 50_001, float("nan"))
    series = sampled(iter(points))
    assert series is not None
    assert series.count == 100_001
    assert MAX_POINTS / 3 < len(series.points) <= MAX_POINTS
    assert (series.points[0], series.points[-1], series.last) == (points[0], *points[-1:] * 2)
    assert series.low == points[77_777]
    assert series.high is not None
    assert series.high.value == 996.0
    assert {series.low, series.high} <= set(series.points)
    assert sampled([]) is None


def test_it_gathers_the_names_that_move() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    registered = Registered(name="churn", aliases={"champion": "2"})
    batch = aliases_reading(registered, Names("mlflow://host"), at=at, place="x").batch
    assert batch is not None
    (alias,) = batch.aliases
    assert (alias.scheme, alias.value, alias.at) == ("mlflow", "models:/churn@champion", at)
    assert str(alias.artifact) == "churn@2"
