"""A Kubeflow Pipelines server, read through its API: what its runs did, of either make."""

from collections.abc import Iterator
from typing import Any

import pytest

from apps.catalog.models import Artifact, Conflict
from apps.catalog.selectors import graph_hash
from apps.graph.records import ArtifactRecord
from apps.ingest.connectors.contract import Access, ConnectorError, Reading
from apps.ingest.connectors.kubeflow import connector
from apps.ingest.connectors.reach import Reach
from apps.ingest.services import import_path
from tests.ingest.kubeflow_server import (
    FITTED,
    LATER,
    RUN,
    SPEC,
    TRAIN,
    VERSION,
    Kubeflow,
    native_tasks,
    passed,
    run,
    serving,
    steps,
    task,
)
from tests.ingest.mlmd_stores import artifacts, edges, into, joined


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ingest.connectors.service.PAUSES", (0.0,))


@pytest.fixture
def kubeflow() -> Iterator[Kubeflow]:
    with serving(Kubeflow()) as server:
        yield server


def readings(kubeflow: Kubeflow, more: str = "", **given: Any) -> list[Reading]:
    return list(connector.read(Access(where=kubeflow.url + more, **given)))


def read(kubeflow: Kubeflow, more: str = "") -> Reading:
    return joined(readings(kubeflow, more))


def remarks(found: Reading) -> set[str]:
    return {one.code for one in (*found.adapted, *found.refused)}


def whole(found: Reading) -> ArtifactRecord:
    return artifacts(found)[f"run jam@{RUN}"]


def test_it_reads_what_a_run_is_and_belongs_to(kubeflow: Kubeflow) -> None:
    kubeflow.runs = [run(**steps())]
    found = read(kubeflow)
    one = whole(found)
    assert one.namespace == kubeflow.url.replace("http", "kubeflow")
    assert one.facets["run"] == {
        "state": "completed",
        "started_at": "2026-10-01T02:00:00+00:00",
        "ended_at": "2026-10-01T02:05:00+00:00",
        "seed": 7,
        "parameters": {"depth": 3, "seed": 7},
    }
    kept = one.facets["kubeflow"]
    assert (kept["experiment"]["name"], kept["recurring_run"]["name"]) == ("growth", "each night")
    assert (kept["service_account"], kept["pipeline"]["version_id"]) == ("pipeline-runner", VERSION)
    assert found.batch is not None
    names = {(one.scheme, one.value) for one in found.batch.identifiers}
    assert ("kfp_run", RUN) in names
    assert into(found, f"jam@{RUN}") == {(f"jam@{VERSION}", "code")}


def test_it_reads_tasks_by_the_design_where_artifacts_are_in_ml_metadata(
    kubeflow: Kubeflow,
) -> None:
    kubeflow.runs = [run(**steps())]
    found = read(kubeflow)
    assert into(found, f"jam/cook/trim@{RUN}") == {
        (f"jam/cook@{RUN}", "orchestration"),
        (f"jam/cook/fit/model@{RUN}", "input"),
        (f"jam@{VERSION}", "code"),
        ("python@3.11", "environment"),
    }
    assert into(found, f"jam/taste/score@{RUN}") == {
        (f"jam/taste@{RUN}", "output"),
        (f"jam/cook/trim/model@{RUN}", "evaluation"),
    }
    assert ("jam/importer/artifact", "input") in into(found, f"jam/boil@{RUN}")
    fit = artifacts(found)[f"run jam/cook/fit@{RUN}"]
    assert fit.facets["run"]["ended_at"] == "2026-10-01T02:02:00+00:00"
    assert fit.facets["kubeflow"]["by_design"] is True
    assert remarks(found) == set()


def test_it_lets_a_failed_task_write_nothing_and_names_those_that_did_not_run(
    kubeflow: Kubeflow,
) -> None:
    told = steps(fit="FAILED")
    details = told["run_details"]["task_details"]
    told["run_details"]["task_details"] = [
        one for one in details if one["display_name"] not in {"trim", "taste"}
    ]
    kubeflow.runs = [run(state="FAILED", **told)]
    found = read(kubeflow)
    assert artifacts(found)[f"run jam/cook/fit@{RUN}"].facets["run"]["state"] == "failed"
    assert (f"jam/boil/train@{RUN}", "training") in into(found, f"jam/cook/fit@{RUN}")
    assert into(found, f"jam/cook/fit/model@{RUN}") == set()
    assert f"run jam/taste@{RUN}" not in artifacts(found)
    assert remarks(found) == {"not_run"}


def test_it_lets_tasks_reuse_what_was_cached(kubeflow: Kubeflow) -> None:
    names = ("boil", "fit", "trim", "taste")
    kubeflow.runs = [run(**steps(**{f"{one}_executor": "SKIPPED" for one in names}))]
    found = read(kubeflow)
    assert (f"jam/cook/fit/model@{RUN}", "reuse") in into(found, f"jam/cook/fit@{RUN}")
    assert "output" not in {role for _, _, role in edges(found)}
    assert artifacts(found)[f"run jam/boil@{RUN}"].facets["kubeflow"]["cached"] is True


def test_it_says_when_it_cannot_tell_which_tasks_were_cached(kubeflow: Kubeflow) -> None:
    told = steps(fit_executor="SKIPPED")
    kubeflow.runs = [run(**told)]
    assert remarks(read(kubeflow)) == {"some_reused"}
    # A server that tells the pods tells this too.
    for one in told["run_details"]["task_details"]:
        if one["display_name"] == "executor" and one["state"] == "SKIPPED":
            one["pod_name"] = "jam-x7k-9"
        if one["display_name"] == "fit":
            one["child_tasks"] = [{"pod_name": "jam-x7k-9"}]
    found = read(kubeflow)
    assert remarks(found) == set()
    assert {down for _, down, role in edges(found) if role == "reuse"} == {f"jam/cook/fit@{RUN}"}


def test_it_leaves_tasks_to_ml_metadata_where_it_is_told_to(kubeflow: Kubeflow) -> None:
    kubeflow.runs = [run(**steps())]
    found = read(kubeflow, "?lineage=mlmd")
    runs = [name for name in artifacts(found) if name.startswith("run ")]
    assert runs == [f"run jam@{RUN}"]


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


def test_it_reads_a_pipeline_that_came_with_its_run(kubeflow: Kubeflow) -> None:
    inline = run(**steps(), pipeline_spec={"pipeline_spec": SPEC, "platform_spec": {}})
    del inline["pipeline_version_reference"]
    kubeflow.runs, kubeflow.versions = [inline], []
    found = read(kubeflow)
    ((code, _),) = [one for one in into(found, f"jam@{RUN}") if one[1] == "code"]
    assert ("jam/cook/fit/model", "derived") in into(found, "jam/cook/trim/model")
    assert len(code.removeprefix("jam@")) == 12


@pytest.mark.parametrize(
    "spec",
    [None, {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow"}, {"pipelineInfo": 5}, "x"],
)
def test_it_reads_a_run_whose_pipeline_it_cannot_read(kubeflow: Kubeflow, spec: Any) -> None:
    kubeflow.versions[0]["pipeline_spec"] = spec
    kubeflow.runs = [run(**steps())]
    found = read(kubeflow)
    assert {"not_a_pipeline", "no_tasks"} <= remarks(found)
    assert whole(found).facets["run"]["state"] == "completed"


@pytest.mark.django_db
@pytest.mark.parametrize("told", [steps(), {"tasks": native_tasks()}], ids=["design", "native"])
def test_it_gives_the_same_graph_when_read_again(kubeflow: Kubeflow, told: Any) -> None:
    kubeflow.runs = [run(**told), run(LATER, minute=8, state="RUNNING")]
    first = import_path(kind="kubeflow", path=kubeflow.url, access=Access(where=kubeflow.url))
    before = graph_hash()
    again = import_path(kind="kubeflow", path=kubeflow.url, access=Access(where=kubeflow.url))
    assert (first.state, first.refused, again.revision) == ("complete", {}, None)
    assert graph_hash() == before
    assert Conflict.objects.count() == 0
    assert not Artifact.objects.filter(is_placeholder=True, kind="run").exists()


def test_it_says_what_is_there(kubeflow: Kubeflow) -> None:
    kubeflow.runs = [run(), run(LATER)]
    assert connector.test(Access(where=kubeflow.url)) == (
        f"Kubeflow Pipelines at {kubeflow.url}: 1 experiments, 1 pipelines, 2 runs."
    )


def test_it_asks_with_the_token_it_was_given(kubeflow: Kubeflow) -> None:
    kubeflow.token = "t0ken"
    with pytest.raises(ConnectorError, match="not accepted"):
        connector.test(Access(where=kubeflow.url))
    assert "0 runs" in connector.test(Access(where=kubeflow.url, secret="t0ken"))


def test_it_reads_the_namespaces_that_are_named(kubeflow: Kubeflow) -> None:
    kubeflow.multi_user = True
    kubeflow.runs = [run(namespace="red"), run(LATER, namespace="blue"), run("x", namespace="y")]
    with pytest.raises(ConnectorError, match=r"\?namespace=NAME"):
        read(kubeflow)
    found = read(kubeflow, "/?namespace=red&namespace=blue")
    runs = {name: one.namespace for name, one in artifacts(found).items() if "run jam@" in name}
    base = kubeflow.url.replace("http", "kubeflow")
    assert runs == {f"run jam@{RUN}": f"{base}/red", f"run jam@{LATER}": f"{base}/blue"}


@pytest.mark.parametrize(
    ("more", "given", "message"),
    [
        ("?user=x", {}, "nothing else"),
        ("?lineage=none", {}, "nothing else"),
        ("", {"reach": Reach()}, "not a public address"),
    ],
)
def test_it_refuses_an_address_it_cannot_use(
    kubeflow: Kubeflow, more: str, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConnectorError, match=message):
        readings(kubeflow, more, **given)
