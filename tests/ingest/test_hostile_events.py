"""Real events with one value made hostile: taken in, or refused with its place; never an error."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.graph import strict_json
from apps.graph.errors import RecordError
from apps.ingest.services import receive_events

RECORDED = Path(__file__).parent / "payloads" / "openlineage" / "client.jsonl"
EVENTS = [strict_json.loads(line) for line in RECORDED.read_text().splitlines()]
HOSTILE: list[Any] = [
    *(None, True, -1, 2**63, 10**99, 1e300, 0.1, "", " ", "x" * 5000, "a\x00b", "\ud800", "a\nb"),
    *("\u2060", "cafe\u0301", "=1+1", [], {}, [None], {"": {}}, {"_deleted": True}, [[[[]]]]),
    *("9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
    *({"run": {"runId": "x"}, "job": {"namespace": "a", "name": "b"}}, {"$ref": "#"}),
]


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if here:
        yield here
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*here, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*here, index))


@st.composite
def spoiled_events(draw: st.DrawFn) -> Any:
    event = copy.deepcopy(draw(st.sampled_from(EVENTS)))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(places(event))))
        holder = event
        for step in way:
            holder = holder[step]
        holder[last] = copy.deepcopy(draw(st.sampled_from(HOSTILE)))
    return event


@pytest.mark.django_db
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=st.lists(spoiled_events(), min_size=1, max_size=3))
def test_it_takes_a_spoiled_event_or_names_the_fault(events: list[Any]) -> None:
    with transaction.atomic():
        try:
            received = receive_events(payload=copy.deepcopy(events))
            assert {one.code for one in received.refusals} <= {"cycle"}
        except RecordError as error:
            assert error.path.startswith("$[")  # noqa: PT017
        transaction.set_rollback(True)
