"""Lineage of columns, as the `columnLineage` facets of the datasets' current versions state it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.graph.merge import Statements
from apps.ingest.marquez.ids import Reading
from apps.ingest.selectors.marquez.datasets import dataset_version, datasets, said_of
from apps.ingest.selectors.marquez.graph import Place, steps
from apps.ingest.selectors.marquez.jobs import jobs
from apps.ingest.selectors.marquez.names import Name

MAX_COLUMNS = 5000

Column = tuple[str, str, str]  # namespace, dataset, field


@dataclass(frozen=True, slots=True)
class Made:
    """How a column was made. `inputs` are the columns it was made from."""

    inputs: tuple[Column, ...]
    description: str | None
    transformation: str | None
    type: str | None


@dataclass(slots=True)
class Columns:
    """Every column that is made or made use of; none for `made` where nobody says of what."""

    made: dict[Column, Made | None] = field(default_factory=dict)
    truncated: bool = False


def column_lineage(*, reading: Reading, depth: int, downstream: bool) -> Columns | None:
    """What the columns of a dataset, of a job's outputs, or one column were made from; with
    `downstream` also what was made from them. None if the version is not known.
    """
    start = _start(reading)
    if start is None:
        return None
    found = Columns()
    wanted = {one for one in start if reading.field in ("", one[2])}
    _walk_up(found, {one: start[one] for one in wanted}, depth)
    if downstream:
        origins = wanted or (
            {(reading.namespace, reading.name, reading.field)} if reading.field else set()
        )
        _walk_down(found, origins | _columns_of(reading), depth)
    return found


def made_columns(said: Statements) -> dict[str, Made]:
    """How each column was made, by its name."""
    facet, schema = said.facets.get("columnLineage"), said.facets.get("schema")
    fields = facet.get("fields") if isinstance(facet, dict) else None
    types = {
        str(one.get("name")): one.get("type")
        for one in _dicts(schema.get("fields") if isinstance(schema, dict) else None)
    }
    return {
        name: Made(
            tuple(_inputs(told)),
            _text(told.get("transformationDescription")),
            _text(told.get("transformationType")),
            _text(types.get(name)),
        )
        for name, told in (fields.items() if isinstance(fields, dict) else ())
        if isinstance(told, dict)
    }


def _start(reading: Reading) -> dict[Column, Made] | None:
    name = (reading.namespace, reading.name)
    if reading.version and reading.type != "job":
        artifact = dataset_version(name=name, version=reading.version)
        if artifact is None:
            return None
        return {(*name, column): made for column, made in made_columns(said_of(artifact)).items()}
    if reading.type != "job":
        return _made_in([name])
    job = jobs(names=[name]).get(name)
    return _made_in(job.outputs if job else [])


def _made_in(names: Iterable[Name]) -> dict[Column, Made]:
    return {
        (*name, column): made
        for name, dataset in datasets(names=names).items()
        for column, made in made_columns(dataset.said).items()
    }


def _columns_of(reading: Reading) -> set[Column]:
    """The columns that the schema names: something may be made from them, made or not."""
    if reading.type != "dataset":
        return set()
    name = (reading.namespace, reading.name)
    found = datasets(names=[name]).get(name)
    schema = found.said.facets.get("schema") if found else None
    fields = _dicts(schema.get("fields") if isinstance(schema, dict) else None)
    return {(*name, one["name"]) for one in fields if isinstance(one.get("name"), str)}


def _walk_up(found: Columns, layer: dict[Column, Made], depth: int) -> None:
    for step in range(depth + 1):
        for column, made in layer.items():
            found.made[column] = made
            for one in made.inputs:
                found.made.setdefault(one, None)
        if len(found.made) > MAX_COLUMNS:
            found.truncated = True
            return
        wanted = {one for made in layer.values() for one in made.inputs if found.made[one] is None}
        if not wanted or step == depth:
            return
        known = _made_in({one[:2] for one in wanted})
        layer = {one: known[one] for one in wanted if one in known}


def _walk_down(found: Columns, layer: set[Column], depth: int) -> None:
    seen = set(layer)
    for _ in range(depth):
        places = {Place("dataset", *one[:2]) for one in layer}
        near = {link[1] for link in steps(places, backwards=False)}
        jobs_near = {one for one in near if one.type == "job"}
        near |= {link[1] for link in steps(jobs_near, backwards=False)}
        known = _made_in({(one.namespace, one.name) for one in near if one.type == "dataset"})
        made = {one: told for one, told in known.items() if layer.intersection(told.inputs)}
        for column, told in made.items():
            found.made[column] = told
            for one in told.inputs:
                found.made.setdefault(one, None)
        layer = made.keys() - seen
        seen |= layer
        found.truncated |= len(found.made) > MAX_COLUMNS
        if not layer or found.truncated:
            return


def _inputs(told: dict[str, Any]) -> Iterator[Column]:
    for one in _dicts(told.get("inputFields")):
        column = one.get("namespace"), one.get("name"), one.get("field")
        if all(isinstance(part, str) for part in column):
            yield column  # type: ignore[misc]


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
