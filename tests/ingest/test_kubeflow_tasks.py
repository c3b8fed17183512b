"""Tasks of a Kubeflow Pipelines server that keeps what they read and wrote itself."""

from collections.abc import Iterator

import pytest

from apps.ingest.connectors.contract import Access, Reading
from apps.ingest.connectors.kubeflow import connector
from tests.ingest.kubeflow_answers import (
    FITTED,
    LATER,
    RUN,
    TRAIN,
    VERSION,
    native_tasks,
    passed,
    run,
    task,
)
from tests.ingest.kubeflow_server import Kubeflow, serving
from tests.ingest.mlmd_stores import artifacts, edges, into, joined


@pytest.fixture
def kubeflow() -> Iterator[Kubeflow]:
    with serving(Kubeflow()) as server:
        yield server


def read(kubeflow: Kubeflow) -> Reading:
    return joined(connector.read(Access(where=kubeflow.url)))


def remarks(found: Reading) -> set[str]:
    return {one.code for one in (*found.adapted, *found.refused)}


def test_it_reads_what_tasks_read_and_wrote_where_the_server_keeps_it(kubeflow: Kubeflow) -> None:
    kubeflow.runs = [run(tasks=native_tasks())]
    found = read(kubeflow)
    assert into(found, f"jam/cook/trim@{RUN}") == {
        (f"jam/cook@{RUN}", "orchestration"),
        ("jam/cook/fit/model@a-fitted", "input"),
        (f"jam@{VERSION}", "code"),
        ("python@3.11", "environment"),
    }
    assert into(found, "jam/cook/trim/model@a-trimmed") == {
        (f"jam/cook/trim@{RUN}", "output"),
        ("jam/cook/fit/model@a-fitted", "pruning"),
    }
    assert into(found, "jam/taste/score@a-score") == {
        (f"jam/taste@{RUN}", "output"),
        ("jam/cook/trim/model@a-trimmed", "evaluation"),
    }
    assert ("jam/boil/test@a-test", "testing") in into(found, f"jam/taste@{RUN}")
    raw = artifacts(found)["dataset jam/importer/artifact@a-raw"]
    assert (raw.uri, raw.digest) == (
        "s3://garden/berries.csv",
        "md5:9e107d9d372bb6826bd81d3542a419d6",
    )
    score = artifacts(found)["evaluation jam/taste/score@a-score"]
    assert score.facets["evaluation"] == {"metrics": {"auc": 0.5}}
    fit = artifacts(found)[f"run jam/cook/fit@{RUN}"]
    assert (fit.facets["run"]["parameters"], fit.facets["run"]["seed"]) == (
        {"depth": 3, "seed": 7},
        7,
    )
    assert remarks(found) == set()


def test_it_gives_a_scope_no_artifacts_of_its_own(kubeflow: Kubeflow) -> None:
    kubeflow.runs = [run(tasks=native_tasks())]
    found = read(kubeflow)
    assert {role for _, down, role in edges(found) if down == f"jam/cook@{RUN}"} == {
        "code",
        "orchestration",
    }
    assert not [one for one in edges(found) if one[0] == f"jam/cook@{RUN}" and one[2] == "output"]


def test_it_names_each_turn_of_a_loop_by_its_task(kubeflow: Kubeflow) -> None:
    tasks = [
        *native_tasks()[:3],
        task("t-loop", "for-loop-2", "LOOP", type_attributes={"iteration_count": "2"}),
    ]
    for turn in ("0", "1"):
        model = {**FITTED, "artifact_id": f"a-fitted-{turn}"}
        tasks += [
            task(
                f"t-turn-{turn}",
                "for-loop-2",
                "LOOP",
                "t-loop",
                type_attributes={"iteration_index": turn},
            ),
            task(
                f"t-fit-{turn}",
                "fit",
                above=f"t-turn-{turn}",
                reads=[passed("train", TRAIN)],
                writes=[passed("model", model, sort="ITERATOR_OUTPUT")],
            ),
        ]
    kubeflow.runs = [run(tasks=tasks)]
    found = read(kubeflow)
    for turn in "01":
        one = f"jam/for-loop-2/fit@{RUN}#t-fit-{turn}"
        assert (f"jam/for-loop-2@{RUN}", "orchestration") in into(found, one)
        assert into(found, f"jam/for-loop-2/fit/model@a-fitted-{turn}") == {(one, "output")}


def test_it_takes_a_cached_artifact_from_the_run_that_wrote_it(kubeflow: Kubeflow) -> None:
    again = native_tasks()
    again[2] |= {"state": "CACHED", "task_id": "u-boil"}
    again[1] |= {"task_id": "u-import", "create_time": "2026-10-01T02:09:00Z"}
    del again[3:]
    kubeflow.runs = [run(tasks=native_tasks()), run(LATER, minute=8, tasks=again)]
    found = read(kubeflow)
    assert ("jam/boil/train@a-train", "reuse") in into(found, f"jam/boil@{LATER}")
    assert into(found, "jam/boil/train@a-train") == {(f"jam/boil@{RUN}", "output")}
    # Nor does an importer make again what an earlier one brought in.
    assert ("jam/importer/artifact@a-raw", "reuse") in into(found, f"jam/importer@{LATER}")
    assert into(found, "jam/importer/artifact@a-raw") == {(f"jam/importer@{RUN}", "output")}
    kubeflow.runs.pop(0)
    assert remarks(read(kubeflow)) == {"maker_unknown"}


def test_it_reads_drafts_of_the_newer_answers(kubeflow: Kubeflow) -> None:
    tasks = native_tasks()
    for one in tasks:
        one["status"] = one.pop("state")
        for io in (*one["inputs"]["artifacts"], *one["outputs"]["artifacts"]):
            io["parameter_name"] = io["artifact_key"]
    kubeflow.runs = [run(tasks=tasks)]
    expected = read(kubeflow)
    for one in tasks:
        for io in (*one["inputs"]["artifacts"], *one["outputs"]["artifacts"]):
            del io["artifact_key"]
    assert edges(read(kubeflow)) == edges(expected)
