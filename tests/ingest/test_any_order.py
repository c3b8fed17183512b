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
    names = st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
    stated = st.sampled_from(("", "", "from-outside", "snapshot-3"))

    def written(name: str) -> dict[str, Any]:
        # A stated version belongs to one run, as in life: two writers of one version may close a
        # cycle, and which edge is then refused does depend on what came first.
        version = f"{run}-{job}-{name}" if draw(st.booleans()) else ""
        return dataset(name, version, **draw(facets()))

    return run_event(
        draw(st.sampled_from(TYPES)),
        f"{draw(st.integers(0, 9)):02}:00",
        run=run,
        job=job,
        inputs=[dataset(name, draw(stated), **draw(facets())) for name in draw(names)],
        outputs=[written(name) for name in draw(names)],
        run_facets=draw(run_facets()),
        job_facets=draw(facets()),
    )


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
    return draw(
        st.fixed_dictionaries(
            {},
            optional={
                "parent": st.just(parent),
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
        "dataset": dataset(name, version, **draw(facets())),
    }


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
    one = st.one_of(run_events(), run_events(), run_events(), dataset_events(), job_events())
    events = data.draw(st.lists(one, min_size=1, max_size=12, unique_by=canonical))
    expected = hash_after([events])
    again = data.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = data.draw(st.permutations([*events, *again]))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(shuffled)))))
    batches = [
        shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)
    ]
    assert hash_after([batch for batch in batches if batch]) == expected
