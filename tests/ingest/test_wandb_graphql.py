"""Exchanges with the public API of Weights & Biases; the answers are made by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.ingest.connectors.contract import Reading
from apps.ingest.connectors.wandb import graphql
from apps.ingest.services import import_path
from tests.ingest.shared import SHARED, of_path

read = of_path(graphql.read)

EXCHANGES = Path(__file__).parent / "payloads" / "wandb-graphql" / "exchanges.jsonl"
CHURN = SHARED / "tracking" / "stores" / "wandb" / "graphql"


def exchanges() -> list[dict[str, Any]]:
    return [json.loads(line) for line in EXCHANGES.read_text().splitlines()]


def readings(tmp_path: Path, *found: object) -> list[Reading]:
    path = tmp_path / "e.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in found))
    return list(read(path))


def edges() -> set[tuple[str, str, str]]:
    return {
        (one.upstream.name, one.role, one.downstream.name)
        for reading in read(EXCHANGES)
        for one in (reading.batch.edges if reading.batch else ())
    }


def test_it_maps_runs_as_those_of_a_folder() -> None:
    assert edges() == {
        ("apples", "code", "grow-tree"),
        ("oak/train", "environment", "grow-tree"),
        ("apples", "training", "grow-tree"),
        ("grow-tree", "output", "tree"),
        ("apples", "code", "prune-tree"),
        ("tree", "input", "prune-tree"),
        ("prune-tree", "output", "small-tree"),
        ("tree", "pruning", "small-tree"),
    }


def test_it_reads_what_stands_as_text_within_the_answer() -> None:
    remarks, crashed, trained = read(EXCHANGES)
    assert remarks == Reading()
    assert crashed.batch is not None
    assert crashed.batch.artifacts[0].facets["run"]["state"] == "failed"
    assert trained.batch is not None
    run, *others = trained.batch.artifacts
    assert run.owner == "pip"
    assert run.facets["run"] == {
        "state": "completed",
        "started_at": "2026-10-01T02:00:00+00:00",
        "ended_at": "2026-10-01T02:05:00+00:00",
        "parameters": {"depth": 3},
        "metrics": {"auc": 0.9},
    }
    (tree,) = [one for one in others if one.name == "tree"]
    assert (tree.version, tree.facets["aliases"]) == ("v0", ["latest"])


def test_it_says_which_pages_and_runs_are_missing(tmp_path: Path) -> None:
    first, *_ = readings(tmp_path, *exchanges()[:2], exchanges()[5])
    assert [one.code for one in first.refused] == ["page_missing", "no_run"]


@pytest.mark.parametrize(
    ("exchange", "code"),
    [
        ("words", "not_an_exchange"),
        (5, "not_an_exchange"),
        ({"request": {"operationName": "Runs"}, "response": {"errors": [5]}}, "answered_error"),
        (
            {
                "request": {"operationName": "RunInputArtifacts", "variables": {"run": []}},
                "response": {"data": {"project": {"run": {"artifacts": {"edges": [1, {}]}}}}},
            },
            "no_version",
        ),
    ],
)
def test_it_refuses_what_is_no_answer(tmp_path: Path, exchange: object, code: str) -> None:
    found = readings(tmp_path, exchange, {"request": {"operationName": "Viewer"}})
    assert code in {one.code for one in found[0].refused}


@pytest.mark.skipif(not CHURN.is_dir(), reason="the recorded exchanges are not here")
@pytest.mark.django_db
def test_it_finds_the_runs_and_artifacts_of_the_recorded_exchanges() -> None:
    run = import_path(kind="wandb-graphql", path=CHURN)
    assert run.refused == {}
    assert run.written["artifacts_added"] == 4 + 3 + 1
    assert run.written["edges_added"] == 10
