"""The graph as a table: the same artifacts as in the drawing, one a row."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from apps.graph.vocabulary import kind_label, role_named
from apps.web.graph_answers import GraphAnswer
from apps.web.graph_reading import Brief
from apps.web.pictures import GRAVITY, STATUS_LABELS

CSV_COLUMNS = (
    "id", "kind", "namespace", "name", "version", "direction", "steps", "in_its_making", "status",
)  # fmt: skip
SIDES = ("upstream", "downstream", "beside")


class GraphRow(NamedTuple):
    """`phrases` say what a direct neighbour was to the origin, read from downstream to upstream."""

    artifact: Brief
    distance: int
    side: str
    phrases: list[str]
    status: str


def graph_rows(answer: GraphAnswer) -> list[GraphRow]:
    """Every shown artifact but the origin, filtered by the search text, in the order asked for."""
    roles = _roles(answer)
    wanted = answer.question.text.casefold()
    rows = [
        GraphRow(
            answer.briefs[pk],
            answer.distance[pk],
            answer.sides.get(pk, "beside"),
            roles.get(pk, []),
            answer.statuses.get(pk, ""),
        )
        for pk in answer.shown
        if pk != answer.origin.pk and (not wanted or _matches(answer.briefs[pk], wanted))
    ]
    return _in_order(rows, answer.question.ordering)


def _matches(one: Brief, wanted: str) -> bool:
    return any(wanted in text.casefold() for text in (one.name, one.version, one.namespace))


def _roles(answer: GraphAnswer) -> dict[int, list[str]]:
    origin = answer.origin.pk
    found: dict[int, list[str]] = {}
    for up, down, role in sorted(answer.links, key=lambda one: one[2]):
        if origin in (up, down):
            found.setdefault(up if down == origin else down, []).append(role_named(role).phrase)
    return found


def _in_order(rows: list[GraphRow], ordering: str) -> list[GraphRow]:
    keys = {
        "distance": lambda row: row.distance,
        "kind": lambda row: row.artifact.kind,
        "name": lambda row: (row.artifact.name.casefold(), row.artifact.version),
        "direction": lambda row: SIDES.index(row.side),
        "status": lambda row: (*GRAVITY, "").index(row.status),
    }
    rows.sort(key=lambda row: (row.distance, row.artifact.name, row.artifact.pk))
    return sorted(rows, key=keys[ordering.removeprefix("-")], reverse=ordering.startswith("-"))


def csv_rows(rows: Iterable[GraphRow]) -> Iterator[list[object]]:
    for row in rows:
        one = row.artifact
        yield [
            one.pk, kind_label(one.kind), one.namespace, one.name, one.version, row.side,
            row.distance, ", ".join(row.phrases), STATUS_LABELS.get(row.status, ""),
        ]  # fmt: skip
