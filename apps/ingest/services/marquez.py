"""What clients of Marquez's API record.

Datasets, jobs, runs and tags come in as OpenLineage events and by `receive_events` only. What
OpenLineage has no word for is kept as a `MarquezRecord`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.audit.services import record_entry
from apps.catalog.models import Artifact
from apps.catalog.services import graph_change
from apps.graph.validation import json_value, line
from apps.ingest.jobs.receiving import receive_events
from apps.ingest.marquez import events
from apps.ingest.models import MarquezRecord
from apps.ingest.openlineage import PRODUCER
from apps.ingest.openlineage.masking import mask_event
from apps.ingest.selectors.marquez.datasets import datasets, tag_list, versions_written_by
from apps.ingest.selectors.marquez.jobs import declared
from apps.ingest.selectors.marquez.runs import run_with_id

if TYPE_CHECKING:
    from apps.accounts.models import User

Name = tuple[str, str]
# Marquez's words for what becomes of a run, and OpenLineage's.
TRANSITIONS = {"start": "START", "complete": "COMPLETE", "fail": "FAIL", "abort": "ABORT"}


def record_by_name(
    *, kind: str, name: str, told: Mapping[str, Any], actor: "User | None"
) -> MarquezRecord:
    """Keep what is said of a namespace, a source or a tag; the last to say it wins.

    RecordError if a text cannot be kept. The same again changes nothing.
    """
    body = mask_event(json_value(dict(told), "$"))
    with _under_lock(actor):
        record, new = MarquezRecord.objects.get_or_create(
            kind=kind, name=line(name, "$.name", required=True), defaults={"told": body}
        )
        if not new and record.told != body:
            record.told, record.updated_at = body, timezone.now()
            record.save(update_fields=["told", "updated_at"])
            new = True
        if new:
            subject = f"marquez_record:{record.pk}"
            details = {"kind": kind, "name": record.name, "told": body}
            record_entry(actor=actor, action="marquez.recorded", subject=subject, details=details)
    return record


def record_dataset(*, dataset: Name, told: Mapping[str, Any], actor: "User | None") -> None:
    """`told` is the body of Marquez's PUT. With a `runId` it is of the version this run wrote.

    Until the run is known, the version stands by itself, named by it.
    """
    now, run_id = timezone.now(), told.get("runId") or ""
    with _under_lock(actor):
        added = [events.tag(key) for key in told.get("tags") or ()]
        added += [
            events.tag(key, one["name"])
            for one in told.get("fields") or ()
            for key in one.get("tags") or ()
        ]
        source = MarquezRecord.objects.filter(kind="source", name=told["sourceName"]).first()
        facets = events.dataset_facets(
            told,
            url=source.told.get("connectionUrl", "") if source else "",
            tags=_with_tags(dataset, added),
        )
        run = run_with_id(run_id=run_id) if run_id else None
        event = (
            events.dataset_event(dataset=dataset, facets=facets, at=now, version=run_id)
            if run is None
            else events.run_event(
                run_id=run_id,
                job=(run.namespace, run.name),
                kind="OTHER",
                at=now,
                outputs={dataset: facets},
            )
        )
        _know_tags(added)
        receive_events(payload=event, actor=actor)


def tag_dataset(*, dataset: Name, tag: str, field: str = "", actor: "User | None") -> None:
    """Tag a dataset, or one of its fields."""
    with _under_lock(actor):
        added = [events.tag(tag, field)]
        tags = _with_tags(dataset, added)
        _know_tags(added)
        receive_events(
            payload=events.dataset_event(
                dataset=dataset, facets=events.facet("tags", tags=tags), at=timezone.now()
            ),
            actor=actor,
        )


def record_job(*, job: Name, told: Mapping[str, Any], actor: "User | None") -> None:
    """`told` is the body of Marquez's PUT. With the `runId` of a run of this job that is known,
    the run read and wrote what the job does.
    """
    now, run_id = timezone.now(), told.get("runId") or ""
    inputs, outputs = _names(told.get("inputs")), _names(told.get("outputs"))
    said = [
        events.job_event(
            job=job, facets=events.job_facets(told), inputs=inputs, outputs=outputs, at=now
        )
    ]
    with _under_lock(actor):
        run = run_with_id(run_id=run_id) if run_id else None
        if run is not None and (run.namespace, run.name) == job:
            said.append(
                events.run_event(
                    run_id=run_id,
                    job=job,
                    kind="OTHER",
                    at=now,
                    inputs=inputs,
                    outputs={one: {} for one in outputs},
                )
            )
        receive_events(payload=said, actor=actor)


def create_run(*, job: Name, run_id: str, told: Mapping[str, Any], actor: "User | None") -> None:
    """A run that has not started. It wrote the versions that were recorded under its id before."""
    with _under_lock(actor):
        written = versions_written_by(run_id=run_id)
        event = events.run_event(
            run_id=run_id,
            job=job,
            kind="OTHER",
            at=timezone.now(),
            facets=events.run_facets(told),
            outputs={one: {} for one in written},
        )
        receive_events(payload=event, actor=actor)


def mark_run(*, run: Artifact, transition: str, at: datetime | None, actor: "User | None") -> None:
    """Start, complete, fail or abort a run. It reads what its job reads by design; once complete,
    it has written what the job writes.
    """
    job = (run.namespace, run.name)
    with _under_lock(actor):
        inputs, outputs = declared(name=job)
        done = transition == "complete"
        event = events.run_event(
            run_id=run.version,
            job=job,
            kind=TRANSITIONS[transition],
            at=at or timezone.now(),
            inputs=sorted(inputs) if done or transition == "start" else (),
            outputs={one: {} for one in sorted(outputs)} if done else {},
        )
        receive_events(payload=event, actor=actor)


@contextmanager
def _under_lock(actor: "User | None") -> Iterator[None]:
    """What is read before it is written stays true: writers of the graph queue here."""
    with graph_change(producer=PRODUCER, actor=actor):
        yield


def _with_tags(dataset: Name, added: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tags that the dataset has, and these; a facet is replaced as a whole."""
    found = datasets(names=[dataset]).get(dataset)
    held = tag_list(found.said.facets) if found else []
    known = {(one["key"], one.get("field") or "") for one in held}
    new = {(one["key"], one.get("field") or ""): one for one in added}
    return [*held, *(one for key, one in new.items() if key not in known)]


def _know_tags(tags: Iterable[dict[str, Any]]) -> None:
    """A tag that is put on something is in the list of tags, described or not."""
    keys = {line(one["key"], "$.tag", limit=200, required=True) for one in tags}
    known = MarquezRecord.objects.filter(kind="tag", name__in=keys).values_list("name", flat=True)
    new = sorted(keys - set(known))
    MarquezRecord.objects.bulk_create([MarquezRecord(kind="tag", name=key) for key in new])


def _names(given: Iterable[Mapping[str, str]] | None) -> list[Name]:
    return list(dict.fromkeys((one["namespace"], one["name"]) for one in given or ()))
