"""The graph is a function of the set of events: order, duplicates and cuts don't show in it."""

import os
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog.selectors import graph_hash
from apps.graph.strict_json import canonical
from apps.ingest.services import receive_events
from tests.ingest.events import dataset, run_event

RUNS = ("r1", "r2", "r3")
JOBS = ("prepare", "train")
TYPES = ("START", "RUNNING", "OTHER", "COMPLETE", "FAIL", "ABORT", None)
EXAMPLES = int(os.environ.get("ORDER_EXAMPLES", "60"))
NAMES = ("raw", "features", "scores")


def hash_after(batches: list[list[dict[str, Any]]]) -> str:
    """The graph's hash after these requests; what they wrote is taken back."""
    with transaction.atomic():
        for batch in batches:
            receive_events(payload=batch)
        found = graph_hash()
        transaction.set_rollback(True)
    return found


@st.composite
def run_events(draw: st.DrawFn) -> dict[str, Any]:
    run, job = draw(st.sampled_from(RUNS)), draw(st.sampled_from(JOBS))
    names = st.lists(st.sampled_from((*NAMES, '"raw"', "raw_table")), max_size=2, unique=True)
    stated = st.sampled_from(("", "", "from-outside", "snapshot-3"))

    def written(name: str) -> dict[str, Any]:
        # A stated version belongs to one run, as in life: two writers of one version may close a
        # cycle, and which edge is then refused does depend on what came first.
        version = f"{run}-{job}-{name}" if draw(st.booleans()) else ""
        return dataset(name, version, **draw(facets()), **draw(output_facets(name)))

    return run_event(
        draw(st.sampled_from(TYPES)),
        f"{draw(st.integers(0, 9)):02}:00",
        run=run,
        job=job,
        inputs=[
            dataset(name, draw(stated), **draw(facets()), **draw(kinds(name)))
            for name in draw(names)
        ],
        outputs=[written(name) for name in draw(names)],
        run_facets=draw(run_facets()),
        job_facets=draw(facets()) | draw(st.just({}) | st.builds(lambda: {"lineage": FLOWS})),
    )


@st.composite
def kinds(draw: st.DrawFn, name: str) -> dict[str, Any]:
    stated = st.sampled_from(({"datasetType": "MODEL"}, {"datasetType": "TABLE"}))
    optional = {
        "datasetType": stated,
        # Only what may be one: where an edge contradicts a name, the first of two names stands.
        "symlinks": st.just(OTHER_NAMES.get(name, link("hive", f"db.{name}"))),
    }
    return draw(st.fixed_dictionaries({}, optional=optional))


def link(namespace: str, name: str) -> dict[str, Any]:
    return {"identifiers": [{"namespace": namespace, "name": name, "type": "TABLE"}]}


OTHER_NAMES = {
    '"raw"': link("lake", "raw_table"),
    "raw": link("lake", "raw_table"),
    "raw_table": link("lake", "raw"),
}


def party(name: str, sort: str = "DATASET", **more: str) -> dict[str, Any]:
    return {"namespace": "lake", "name": name, "type": sort, **more}


FLOWS = {
    "entries": [
        party("scores") | {"inputs": [party("raw"), party("other", "JOB", runId="r0")]},
        {"type": "JOB", "inputs": [party("labels")]},
    ]
}


@st.composite
def output_facets(draw: st.DrawFn, name: str) -> dict[str, Any]:
    before = {"namespace": "lake", "name": "staging"}
    changes: list[dict[str, Any]] = [
        {"lifecycleStateChange": one} for one in ("DROP", "ALTER", "CREATE")
    ]
    changes.append({"lifecycleStateChange": "RENAME", "previousIdentifier": before})
    sources = [{"inputs": []}, {"inputs": [party("raw")]}, {"_deleted": True}]
    optional = {
        "lifecycleStateChange": st.sampled_from(changes),
        "lineage": st.sampled_from(sources[: 1 if name == "raw" else 3]),
    }
    return draw(kinds(name)) | draw(st.fixed_dictionaries({}, optional=optional))


@st.composite
def facets(draw: st.DrawFn) -> dict[str, Any]:
    return draw(
        st.fixed_dictionaries(
            {},
            optional={
                "documentation": st.sampled_from(
                    [{"description": "one"}, {"description": "two"}, {"_deleted": True}]
                ),
                "ownership": st.just({"owners": [{"name": "growth"}]}),
                "custom": st.fixed_dictionaries({"n": st.integers(0, 2)}),
            },
        )
    )


@st.composite
def run_facets(draw: st.DrawFn) -> dict[str, Any]:
    parent = {"run": {"runId": "dag-1"}, "job": {"namespace": "jobs", "name": "dag"}}
    upstream = {"run": {"runId": "r0"}, "job": {"namespace": "jobs", "name": "earlier"}}
    return draw(
        st.fixed_dictionaries(
            {},
            optional={
                "parent": st.just(parent),
                "jobDependencies": st.just({"upstream": [upstream]}),
                "executionParameters": st.fixed_dictionaries(
                    {"parameters": st.just([{"key": "seed", "value": "7"}])}
                ),
            },
        )
    )


@st.composite
def dataset_events(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(NAMES))
    hour = draw(st.integers(0, 9))
    version = f"snapshot-{hour}" if draw(st.booleans()) else ""
    return {
        "eventTime": f"2026-10-01T{hour:02}:30:00Z",
        "producer": "test",
        "dataset": dataset(name, version, **draw(facets()), **draw(dataset_facets(name))),
    }


@st.composite
def dataset_facets(draw: st.DrawFn, name: str) -> dict[str, Any]:
    exact = {"inputs": [party("labels")]} if name != "raw" else {"_deleted": True}
    dropped = {"lifecycleStateChange": "DROP"}
    optional = {"lineage": st.just(exact), "lifecycleStateChange": st.just(dropped)}
    return draw(st.fixed_dictionaries({}, optional=optional))


@st.composite
def dag_events(draw: st.DrawFn) -> dict[str, Any]:
    """Of the run that started others: it may have several attempts."""
    clock = f"{draw(st.integers(0, 9)):02}:45"
    return run_event(draw(st.sampled_from(TYPES)), clock, run="dag-1", job="dag")


@st.composite
def job_events(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "eventTime": f"2026-10-01T{draw(st.integers(0, 9)):02}:15:00Z",
        "producer": "test",
        "job": {"namespace": "jobs", "name": draw(st.sampled_from(JOBS))},
        "inputs": [dataset(draw(st.sampled_from(("raw", "events"))))],
        "outputs": [dataset(draw(st.sampled_from(("scores", "features"))))],
    }


@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_it_ends_in_one_graph_whatever_the_order_the_cuts_and_the_duplicates(
    data: st.DataObject,
) -> None:
    runs = (run_events(), run_events(), run_events(), dag_events())
    one = st.one_of(*runs, dataset_events(), job_events())
    events = data.draw(st.lists(one, min_size=1, max_size=12, unique_by=canonical))
    expected = hash_after([events])
    again = data.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = data.draw(st.permutations([*events, *again]))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(shuffled)))))
    batches = [
        shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)
    ]
    assert hash_after([batch for batch in batches if batch]) == expected
