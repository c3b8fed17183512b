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
from tests.ingest.kubeflow_answers import (
    LATER,
    RUN,
    SPEC,
    VERSION,
    native_tasks,
    run,
    steps,
)
from tests.ingest.kubeflow_server import Kubeflow, serving
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
