"""What Marquez's own calls say, as OpenLineage events: so there is one way into the graph.

Each function gives one event, a JSON object as a client of OpenLineage would have sent it. Names
of facets and fields are OpenLineage's; what it has no field for (Marquez's types, the physical name
of a table) stands in a facet of its own, `marquez`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

PRODUCER = "urn:model-lineage:marquez-api"
SPEC = "https://openlineage.io/spec"
FACETS = {
    "dataSource": "1-0-1/DatasourceDatasetFacet",
    "documentation": "1-1-0/DocumentationDatasetFacet",
    "executionParameters": "1-0-0/ExecutionParametersRunFacet",
    "jobType": "2-0-4/JobTypeJobFacet",
    "nominalTime": "1-0-1/NominalTimeRunFacet",
    "schema": "1-2-0/SchemaDatasetFacet",
    "sourceCodeLocation": "1-1-0/SourceCodeLocationJobFacet",
    "sql": "1-1-0/SQLJobFacet",
    "tags": "1-0-0/TagsDatasetFacet",
    "version": "1-0-1/DatasetVersionDatasetFacet",
}
PROCESSING = {"BATCH": "BATCH", "STREAM": "STREAMING", "SERVICE": "SERVICE"}

Name = tuple[str, str]
Facets = dict[str, dict[str, Any]]


def facet(name: str, /, **content: Any) -> Facets:
    """One facet under its name; fields that are None are left out."""
    said = {key: value for key, value in content.items() if value is not None}
    schema = f"{SPEC}/facets/{FACETS[name]}.json" if name in FACETS else f"{PRODUCER}:{name}"
    return {name: {"_producer": PRODUCER, "_schemaURL": schema, **said}}


def dataset_event(
    *, dataset: Name, facets: Facets, at: datetime, version: str = ""
) -> dict[str, Any]:
    """Facts of a dataset, or of the version."""
    stated = facet("version", datasetVersion=version) if version else {}
    return _event("DatasetEvent", at) | {"dataset": _dataset(dataset, facets | stated)}


def job_event(
    *,
    job: Name,
    facets: Facets,
    inputs: Iterable[Name],
    outputs: Iterable[Name],
    at: datetime,
) -> dict[str, Any]:
    """What a job reads and writes by design."""
    return _event("JobEvent", at) | {
        "job": _job(job) | {"facets": facets},
        "inputs": [_dataset(one) for one in inputs],
        "outputs": [_dataset(one) for one in outputs],
    }


def run_event(
    *,
    run_id: str,
    job: Name,
    kind: str,
    at: datetime,
    facets: Facets | None = None,
    inputs: Iterable[Name] = (),
    outputs: Mapping[Name, Facets] | None = None,
) -> dict[str, Any]:
    """Something about a run. `kind` is OpenLineage's eventType; OTHER changes no state."""
    return _event("RunEvent", at) | {
        "eventType": kind,
        "run": {"runId": run_id, "facets": facets or {}},
        "job": _job(job) | {"facets": {}},
        "inputs": [_dataset(one) for one in inputs],
        "outputs": [_dataset(name, said) for name, said in (outputs or {}).items()],
    }


def dataset_facets(told: Mapping[str, Any], *, url: str, tags: list[dict[str, Any]]) -> Facets:
    """The body of `PUT /namespaces/{}/datasets/{}`. What it leaves out is said to be empty."""
    fields = [
        {name: value for name, value in one.items() if name != "tags" and value is not None}
        for one in told.get("fields") or ()
    ]
    return {
        **facet("documentation", description=told.get("description") or ""),
        **facet("schema", fields=fields),
        **facet("dataSource", name=told["sourceName"], uri=url or None),
        **facet("tags", tags=tags),
        **facet(
            "marquez",
            type=told["type"],
            physicalName=told["physicalName"],
            schemaLocation=told.get("schemaLocation"),
        ),
    }


def tag(key: str, field: str = "") -> dict[str, Any]:
    """A tag of a dataset, or of one of its fields."""
    said = {"key": key, "value": "true", "source": "MARQUEZ"}
    return said | ({"field": field} if field else {})


def job_facets(told: Mapping[str, Any]) -> Facets:
    """The body of `PUT /namespaces/{}/jobs/{}`."""
    context = told.get("context") or {}
    location, query = told.get("location"), context.get("sql")
    return {
        **facet("documentation", description=told.get("description") or ""),
        **facet("jobType", processingType=PROCESSING[told["type"]], integration="MARQUEZ"),
        **(facet("sourceCodeLocation", type="git", url=location) if location else {}),
        **(facet("sql", query=query) if query else {}),
        **facet("marquez", type=told["type"], location=location or "", context=context),
    }


def run_facets(told: Mapping[str, Any]) -> Facets:
    """The body of `POST /namespaces/{}/jobs/{}/runs`."""
    starts, ends = told.get("nominalStartTime"), told.get("nominalEndTime")
    arguments = told.get("args")
    parameters = [
        {"key": key, "name": key, "value": value} for key, value in (arguments or {}).items()
    ]
    return {
        **(
            facet("nominalTime", nominalStartTime=starts, nominalEndTime=ends)
            if starts or ends
            else {}
        ),
        **(facet("executionParameters", parameters=parameters) if arguments is not None else {}),
    }


def _event(shape: str, at: datetime) -> dict[str, Any]:
    return {
        "eventTime": at.isoformat(),
        "producer": PRODUCER,
        "schemaURL": f"{SPEC}/2-0-2/OpenLineage.json#/$defs/{shape}",
    }


def _job(name: Name) -> dict[str, Any]:
    return {"namespace": name[0], "name": name[1]}


def _dataset(name: Name, facets: Facets | None = None) -> dict[str, Any]:
    return {"namespace": name[0], "name": name[1], "facets": facets or {}}
