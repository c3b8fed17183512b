"""What Marquez's lists tell, as OpenLineage events dated by Marquez's own times: so the same list
read again gives the same events.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from apps.graph.errors import RecordError
from apps.ingest.connectors.contract import ConnectorError, Reading, Remark
from apps.ingest.marquez import events
from apps.ingest.openlineage.envelope import Event, read_event
from apps.ingest.openlineage.moments import read_moment

Get = Callable[[str, Mapping[str, Any]], Any]
Told = Mapping[str, Any]

PAGE = 100
# More pages than this of one list are no list but a server that does not page.
MAX_PAGES = 100_000
ENDS = {"COMPLETED": "COMPLETE", "FAILED": "FAIL", "ABORTED": "ABORT"}
TYPES = ("BATCH", "STREAM", "SERVICE")


def listed(get: Get, *, in_full: bool) -> Iterator[Reading]:
    """Datasets with tags or that no run wrote, and jobs that never ran: events of runs are silent
    about them. `in_full`: every dataset, every job and every run.
    """
    for space in _every(get, "/api/v1/namespaces", "namespaces"):
        name = space.get("name")
        if not isinstance(name, str) or not name:
            yield _refused("namespaces", "A namespace without a name.")
            continue
        place = f"/api/v1/namespaces/{quote(name, safe='')}"
        for one in _every(get, f"{place}/datasets", "datasets"):
            if in_full or _says_more(one):
                yield _reading(f"{place}/datasets", [one], _of_dataset)
        for one in _every(get, f"{place}/jobs", "jobs"):
            if in_full or not one.get("latestRun"):
                yield _reading(f"{place}/jobs", [one], _of_job)
            if in_full and one.get("latestRun"):
                address = f"{place}/jobs/{quote(str(one.get('name')), safe='')}/runs"
                for run in _every(get, address, "runs"):
                    yield _reading(address, [one, run], _of_run)


def _every(get: Get, path: str, name: str) -> Iterator[dict[str, Any]]:
    for page in range(MAX_PAGES):
        answer = get(path, {"limit": PAGE, "offset": page * PAGE})
        rows = answer.get(name) if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise ConnectorError(f"{path} did not answer with {name}; is this Marquez?")
        yield from (one for one in rows if isinstance(one, dict))
        if len(rows) < PAGE:
            return
    raise ConnectorError(f"{path} answers with page after page without an end.")


def _reading(
    place: str, told: list[dict[str, Any]], of: Callable[..., Iterator[dict[str, Any]]]
) -> Reading:
    where = f"{place}: {str(told[-1].get('name') or told[-1].get('id'))[:200]}"
    found: list[Event] = []
    try:
        found = [read_event(one)[0] for one in of(*told)]
    except RecordError as error:
        return _refused(f"{where} {error.path}", error.message)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return _refused(where, f"Is not as Marquez describes it: {type(error).__name__} {error}.")
    return Reading(events=tuple(found))


def _refused(place: str, why: str) -> Reading:
    return Reading(refused=(Remark(place, "not_as_described", why),))


def _says_more(dataset: Told) -> bool:
    """Than the events of the runs that wrote it."""
    fields = dataset.get("fields")
    tagged = any(
        isinstance(one, dict) and one.get("tags")
        for one in (fields if isinstance(fields, list) else [])
    )
    return bool(dataset.get("tags") or tagged or not dataset.get("lastModifiedAt"))


def _of_dataset(dataset: Told) -> Iterator[dict[str, Any]]:
    tags = [events.tag(str(key)) for key in dataset.get("tags") or ()]
    fields = dataset.get("fields") or []
    tags += [
        events.tag(str(key), str(one["name"])) for one in fields for key in one.get("tags") or ()
    ]
    told = {
        "type": dataset.get("type") or "DB_TABLE",
        "physicalName": dataset.get("physicalName") or dataset["name"],
        "sourceName": dataset.get("sourceName") or "default",
        "schemaLocation": dataset.get("schemaLocation"),
        "description": dataset.get("description"),
        "fields": [
            {name: one[name] for name in ("name", "type", "description") if one.get(name)}
            for one in fields
        ],
    }
    given = dataset.get("facets") or {}
    said = events.dataset_facets(told, url="", tags=tags)
    yield events.dataset_event(
        dataset=(dataset["namespace"], dataset["name"]),
        facets={**given, **said},
        at=_time(dataset, "updatedAt", "createdAt"),
    )


def _of_job(job: Told) -> Iterator[dict[str, Any]]:
    yield events.job_event(
        job=(job["namespace"], job["name"]),
        facets=_job_facets(job),
        inputs=_names(job.get("inputs")),
        outputs=_names(job.get("outputs")),
        at=_time(job, "updatedAt", "createdAt"),
    )


def _of_run(job: Told, run: Told) -> Iterator[dict[str, Any]]:
    """START and the end, with the versions that Marquez knows the run to have read and written."""
    name, state = (job["namespace"], job["name"]), str(run.get("state") or "")
    facets = run.get("facets") or events.run_facets(run)
    begun = state not in ("", "NEW")
    start = events.run_event(
        run_id=run["id"],
        job=name,
        kind="START" if begun else "OTHER",
        at=_time(run, "startedAt", "createdAt"),
        facets=facets,
    )
    start["job"]["facets"] = _job_facets(job)
    start["inputs"] = _versions(run, "input")
    yield start
    if state in ENDS:
        end = events.run_event(
            run_id=run["id"], job=name, kind=ENDS[state], at=_time(run, "endedAt", "updatedAt")
        )
        yield end | {"outputs": _versions(run, "output")}


def _job_facets(job: Told) -> events.Facets:
    type_ = job.get("type")
    told = {**job, "type": type_ if type_ in TYPES else "BATCH"}
    return {**events.job_facets(told), **(job.get("facets") or {})}


def _versions(run: Told, side: str) -> list[dict[str, Any]]:
    """Newer servers say `inputDatasetVersions`, older ones `inputVersions`."""
    given = [one["datasetVersionId"] for one in run.get(f"{side}DatasetVersions") or ()]
    return [
        {
            "namespace": one["namespace"],
            "name": one["name"],
            "facets": events.facet("version", datasetVersion=one["version"]),
        }
        for one in given or run.get(f"{side}Versions") or ()
    ]


def _names(given: Any) -> list[events.Name]:
    return [(one["namespace"], one["name"]) for one in given or ()]


def _time(told: Told, *names: str) -> datetime:
    first = next((told[name] for name in names if told.get(name)), None)
    return read_moment(first, f"$.{names[0]}")[0]
