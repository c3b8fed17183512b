"""The facet `lineage`: only what is stated to have gone into an output reaches it."""

from typing import Any

import pytest

from apps.catalog.models import Artifact, Edge
from apps.catalog.selectors import ancestors
from apps.ingest.services import receive_events
from tests.ingest.events import dataset, run_event

pytestmark = pytest.mark.django_db


def receive(*events: dict[str, Any]) -> None:
    receive_events(payload=list(events))


def party(name: str, sort: str = "DATASET", **more: Any) -> dict[str, Any]:
    return {"namespace": "lake", "name": name, "type": sort, **more}


def exactly(*names: str) -> dict[str, Any]:
    return {"inputs": [party(name) for name in names]}


def behind(name: str) -> set[str]:
    found = Artifact.objects.get(name=name, kind="dataset")
    return {one.artifact.name for one in ancestors(artifact=found).artifacts}


def steps() -> set[tuple[str, str, str]]:
    rows = Edge.objects.filter(retracted_in=None).select_related("upstream", "downstream")
    return {(one.upstream.name, one.role, one.downstream.name) for one in rows}


def test_each_output_has_behind_it_only_what_went_into_it() -> None:
    outputs = [dataset("x", lineage=exactly("a")), dataset("y", lineage=exactly("a", "b"))]
    receive(run_event("COMPLETE", "01:00", inputs=["a", "b"], outputs=[*outputs, "z"]))
    assert behind("x") == {"train", "a"}
    assert behind("y") == {"train", "a", "b"}
    assert behind("z") == {"train", "a", "b"}
    assert ("train", "output", "x") in steps()


def test_no_source_means_none() -> None:
    receive(run_event("COMPLETE", "01:00", inputs=["a"], outputs=[dataset("x", lineage=exactly())]))
    assert behind("x") == {"train"}
    assert Artifact.objects.get(kind="run").facets["run"]["read_apart"] == ["a"]


def test_fields_have_sources_too() -> None:
    facet = {"fields": {"total": {"inputs": [party("a", field="price")]}}}
    receive(
        run_event("COMPLETE", "01:00", inputs=["a", "b"], outputs=[dataset("x", lineage=facet)])
    )
    assert behind("x") == {"train", "a"}


def test_it_reads_the_version_of_a_source_that_was_last_complete() -> None:
    receive(run_event("COMPLETE", "01:00", run="w", job="write", outputs=["a"]))
    outputs = [dataset("x", lineage=exactly("a")), "y"]
    receive(run_event("START", "02:00", inputs=["b"], outputs=outputs))
    edge = Edge.objects.get(upstream__name="a", role="input", retracted_in=None)
    assert edge.upstream.version == "w"


def test_a_facet_of_the_job_describes_outputs_and_jobs() -> None:
    entries = [
        party("x") | {"inputs": [party("a"), party("other", "JOB", runId="r0"), {"type": "JOB"}]},
        party("later", "JOB", runId="r9") | {"inputs": [party("b"), {"type": "JOB"}]},
    ]
    receive(
        run_event(
            "COMPLETE",
            "01:00",
            inputs=["a", "b"],
            outputs=["y"],
            job_facets={"lineage": {"entries": entries}},
        )
    )
    assert steps() == {
        ("train", "output", "x"),
        ("train", "output", "y"),
        ("a", "input", "train"),
        ("other", "derived", "x"),
        ("b", "derived", "y"),
        ("b", "input", "later"),
        ("train", "dependency", "later"),
    }


@pytest.mark.parametrize("latest_first", [False, True])
def test_the_latest_facet_counts_and_a_deleted_one_says_nothing(latest_first: bool) -> None:
    events = [
        run_event("START", "01:00", inputs=["a", "b"], outputs=[dataset("x", lineage=exactly())]),
        run_event("RUNNING", "02:00", outputs=[dataset("x", lineage=exactly("a"))]),
        run_event("COMPLETE", "03:00", outputs=[dataset("x", lineage={"_deleted": True})]),
    ]
    for event in reversed(events[:2]) if latest_first else events[:2]:
        receive(event)
    assert behind("x") == {"train", "a"}
    receive(events[2])
    assert behind("x") == {"train", "a", "b"}
    assert "derived" not in {role for _, role, _ in steps()}


def test_a_job_says_by_design_what_goes_into_what() -> None:
    receive(
        {
            "eventTime": "2026-10-01T01:00:00Z",
            "job": {"namespace": "jobs", "name": "mix"},
            "inputs": [dataset("a"), dataset("b")],
            "outputs": [dataset("x", lineage=exactly("a")), dataset("y")],
        }
    )
    assert steps() == {("a", "derived", "x"), ("a", "derived", "y"), ("b", "derived", "y")}


def test_a_job_says_it_without_naming_inputs_and_outputs() -> None:
    entries = [party("x") | {"inputs": [party("a")]}]
    job = {"namespace": "jobs", "name": "mix", "facets": {"lineage": {"entries": entries}}}
    receive({"eventTime": "2026-10-01T01:00:00Z", "job": job})
    assert steps() == {("a", "derived", "x")}


def test_a_dataset_says_it_of_itself_and_takes_it_back() -> None:
    for clock, facet in (("01", exactly("a")), ("03", exactly("b")), ("02", exactly("c"))):
        told = dataset("x", lineage=facet)
        receive({"eventTime": f"2026-10-01T{clock}:00:00Z", "dataset": told})
    assert steps() == {("b", "derived", "x")}
    gone = dataset("x", lineage={"_deleted": True})
    receive({"eventTime": "2026-10-01T04:00:00Z", "dataset": gone})
    assert steps() == set()


def test_a_run_depends_on_the_runs_that_it_names() -> None:
    def job(name: str, **more: Any) -> dict[str, Any]:
        return {"job": {"namespace": "jobs", "name": name}, **more}

    named = {
        "upstream": [
            job("before", run={"runId": "b1"}),
            job("caller", run={"runId": "c1"}, dependency_type="DIRECT_INVOCATION"),
            job("whichever"),
            "junk",
        ],
        "downstream": [job("after", run={"runId": "a1"})],
    }
    receive(run_event("START", "01:00", run_facets={"jobDependencies": named}))
    assert steps() == {
        ("before", "dependency", "train"),
        ("caller", "orchestration", "train"),
        ("train", "dependency", "after"),
    }


def test_the_root_started_a_run_too() -> None:
    job = {"namespace": "jobs", "name": "app"}
    root = {"run": {"runId": "d"}, "job": {"namespace": "jobs", "name": "dag"}}
    parent = {"run": {"runId": "s"}, "job": job, "root": root}
    receive(run_event("START", "01:00", run_facets={"parent": parent}))
    assert steps() == {("app", "orchestration", "train"), ("dag", "orchestration", "train")}
