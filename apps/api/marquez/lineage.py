"""`/lineage` and `/column-lineage`: what is connected with a dataset, a job or a column."""

from collections.abc import Iterable, Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.errors import NotFound
from apps.api.lineage import LineageView
from apps.api.marquez.datasets import shape as dataset_shape
from apps.api.marquez.jobs import shape as job_shape
from apps.api.marquez.reading import MarquezView, missing, with_code
from apps.api.reading import asked
from apps.ingest.marquez.ids import Reading, dataset_id, field_id, job_id, readings
from apps.ingest.selectors.marquez.columns import Column, Columns, column_lineage
from apps.ingest.selectors.marquez.datasets import datasets
from apps.ingest.selectors.marquez.graph import Place, known_reading, neighbourhood
from apps.ingest.selectors.marquez.jobs import jobs

MAX_DEPTH = 100


class Where(serializers.Serializer[Any]):
    """From where, and how far."""

    nodeId = serializers.CharField(max_length=6000, trim_whitespace=False)
    depth = serializers.IntegerField(default=20, min_value=0, max_value=MAX_DEPTH)


class WhereColumns(Where):
    """Also whether what is made from the columns is asked for. Python clients write `True`."""

    withDownstream = serializers.BooleanField(default=False)


class LineageAddress(LineageView):
    """OpenLineage is sent to the address at which Marquez is asked."""

    def handle_exception(self, exc: Exception) -> Response:
        return with_code(super().handle_exception(exc))

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        query = asked(Where, request)
        reading = _known(query["nodeId"])
        type_ = "job" if reading.type == "job" else "dataset"
        found = neighbourhood(
            origin=Place(type_, reading.namespace, reading.name), depth=query["depth"]
        )
        by_type: dict[str, list[tuple[str, str]]] = {"dataset": [], "job": []}
        for one in found.places:
            by_type[one.type].append((one.namespace, one.name))
        data = {
            Place("dataset", *name): dataset_shape(one)
            for name, one in datasets(names=by_type["dataset"]).items()
        }
        data |= {
            Place("job", *name): job_shape(one) for name, one in jobs(names=by_type["job"]).items()
        }
        ids = {one: _id(one) for one in found.places}
        shapes = _shapes(
            {ids[one]: (one.type.upper(), data.get(one)) for one in sorted(found.places)},
            [(ids[start], ids[end]) for start, end in sorted(found.links)],
        )
        return Response({"graph": shapes, "truncated": found.truncated})


@extend_schema(exclude=True)
class LineageWithSlash(LineageAddress):
    """The same at /lineage/."""


class ColumnLineageView(MarquezView):
    """What columns were made from and, asked for, what was made from them."""

    def get(self, request: Request) -> Response:
        query = asked(WhereColumns, request)
        reading = _known(query["nodeId"])
        found = column_lineage(
            reading=reading, depth=query["depth"], downstream=query["withDownstream"]
        )
        if found is None:
            raise missing(f"version of {reading.name[:200]!r}", reading.version)
        return Response({"graph": _column_shapes(found), "truncated": found.truncated})


def _known(text: str) -> Reading:
    found = known_reading(readings=readings(text))
    if found is None:
        raise NotFound(f"Nothing is known of {text[:200]!r}.")
    return found


def _id(place: Place) -> str:
    id_ = dataset_id if place.type == "dataset" else job_id
    return id_(place.namespace, place.name)


def _column_shapes(found: Columns) -> list[dict[str, Any]]:
    ids = {one: field_id(*one) for one in found.made}
    links = [
        (ids[one], ids[column])
        for column, made in found.made.items()
        if made
        for one in made.inputs
    ]
    return _shapes({ids[one]: ("DATASET_FIELD", _column(found, one)) for one in found.made}, links)


def _column(found: Columns, column: Column) -> dict[str, Any] | None:
    """None for a column of which nobody says what it was made from, as Marquez has it."""
    made = found.made[column]
    if made is None:
        return None
    return {
        "namespace": column[0],
        "dataset": column[1],
        "field": column[2],
        "fieldType": made.type,
        "transformationDescription": made.description,
        "transformationType": made.transformation,
        "inputFields": [
            dict(zip(("namespace", "dataset", "field"), one, strict=True)) for one in made.inputs
        ],
    }


def _shapes(
    told: Mapping[str, tuple[str, dict[str, Any] | None]], links: Iterable[tuple[str, str]]
) -> list[dict[str, Any]]:
    """A graph as Marquez's JSON: each place with the links into it and out of it."""
    into: dict[str, list[dict[str, str]]] = {}
    out_of: dict[str, list[dict[str, str]]] = {}
    for start, end in links:
        link = {"origin": start, "destination": end}
        out_of.setdefault(start, []).append(link)
        into.setdefault(end, []).append(link)
    return [
        {
            "id": one,
            "type": type_,
            "data": data,
            "inEdges": into.get(one, []),
            "outEdges": out_of.get(one, []),
        }
        for one, (type_, data) in told.items()
    ]
