"""Tracing and hashing in the terminal."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.catalog.services import record_batch
from apps.graph.records import ArtifactRecord, LineageBatch
from tests.catalog.lineage import edges, record

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def test_it_traces_downstream_with_counts_and_completeness() -> None:
    record("raw > run:train > model:fraud@7")
    assert run("trace", "raw") == (
        "dataset raw in shop\n"
        "downstream: 1 model, 1 run\n"
        "   1  run          train  (shop)\n"
        "   2  model        fraud@7  (shop)\n"
        "as of revision 1, complete\n"
    )


def test_it_traces_upstream_as_json_with_the_kinds_asked_for() -> None:
    record("raw > run:train > model:fraud@7")
    answer = json.loads(
        run("trace", "fraud@7", "--direction", "upstream", "--kinds", "dataset", "--json")
    )
    assert [(one["name"], one["distance"]) for one in answer["artifacts"]] == [("raw", 2)]
    assert answer["counts"] == {"run": 1, "dataset": 1}
    assert (answer["revision"], answer["truncated"]) == (1, False)


def test_it_tells_not_found_from_nothing_downstream() -> None:
    record("raw > train")
    assert "downstream: nothing" in run("trace", "train")
    with pytest.raises(CommandError, match="Not found: nowhere"):
        run("trace", "nowhere")


def test_it_asks_which_when_a_name_is_not_enough() -> None:
    record("raw@1 > raw@2", "model:raw > x")
    with pytest.raises(CommandError, match="not one artifact"):
        run("trace", "raw")
    assert "model raw in shop" in run("trace", "raw", "--kind", "model")
    assert "dataset raw@2 in shop" in run("trace", "raw@2")


def test_it_finds_by_digest() -> None:
    weights = ArtifactRecord(namespace="shop", kind="model", name="fraud", digest="sha256:9f86")
    record_batch(batch=LineageBatch(producer="test", artifacts=(weights,)))
    assert "model fraud" in run("trace", "sha256:9f86")
    assert "model fraud" in run("trace", "9F86")


def test_it_traces_as_of_a_revision() -> None:
    record("raw > train")
    record("train > model:fraud")
    assert "downstream: 1 dataset\n" in run("trace", "raw", "--as-of", "1")
    with pytest.raises(CommandError, match="at revision 2"):
        run("trace", "raw", "--as-of", "3")


def test_it_hashes_content_not_order_of_arrival() -> None:
    record("a > b > c")
    once = run("graph_hash")
    record_batch(batch=LineageBatch(producer="test", retractions=edges("b > c")))
    assert run("graph_hash") != once
    record("b > c")
    assert run("graph_hash") == once
