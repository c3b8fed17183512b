"""An OpenLineage event as received: what must be there, and nothing more.

Real producers break the schema (Feast's `producer` is "feast", eventType is often missing), so
only what the graph needs is asked for. The shape of the event decides what it is; `schemaURL` is
consulted only where the shape does not.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from apps.graph.errors import RecordError
from apps.graph.hashing import sha256
from apps.graph.strict_json import canonical
from apps.graph.validation import MAX_VERSION_BYTES, json_value, line
from apps.ingest.openlineage.kinds import kind_of
from apps.ingest.openlineage.masking import mask_event
from apps.ingest.openlineage.moments import read_moment
from apps.ingest.openlineage.spelling import plain_name

# The facets of one artifact may be this large; no event needs to be larger.
MAX_EVENT_BYTES = 2_000_000
MAX_EXACT_FLOAT = 1e16
# Behind it stands when an attempt began, and together they are a version.
MAX_RUN_ID_BYTES = MAX_VERSION_BYTES - 40

Facets = dict[str, dict[str, Any] | None]
RUN, JOB, DATASET = "run", "job", "dataset"


class Dataset(msgspec.Struct, kw_only=True):
    namespace: str
    spelled: str = msgspec.field(name="name")
    facets: Facets | None = None
    input_facets: Facets | None = msgspec.field(name="inputFacets", default=None)
    output_facets: Facets | None = msgspec.field(name="outputFacets", default=None)

    @property
    def name(self) -> str:
        """Without the quotes of SQL, with which it may be spelled."""
        return plain_name(self.namespace, self.spelled)

    @property
    def kind(self) -> str:
        return kind_of(self.facets)

    @property
    def version(self) -> str:
        """The version that the producer states; empty if it states none."""
        stated = ((self.facets or {}).get("version") or {}).get("datasetVersion")
        return str(stated) if isinstance(stated, str | int) else ""


class Job(msgspec.Struct, kw_only=True):
    namespace: str
    name: str
    facets: Facets | None = None


class Run(msgspec.Struct, kw_only=True):
    run_id: str = msgspec.field(name="runId")
    facets: Facets | None = None


class Envelope(msgspec.Struct, kw_only=True):
    event_time: Any = msgspec.field(name="eventTime", default=None)
    event_type: str | None = msgspec.field(name="eventType", default=None)
    schema_url: Any = msgspec.field(name="schemaURL", default=None)
    producer: Any = None
    run: Run | None = None
    job: Job | None = None
    dataset: Dataset | None = None
    inputs: list[Dataset] | None = None
    outputs: list[Dataset] | None = None


@dataclass(frozen=True)
class Event:
    """One event, checked, masked and normalised. `digest` is of the canonical body."""

    body: dict[str, Any]
    envelope: Envelope
    shape: str
    time: datetime
    nanoseconds: int
    digest: str

    @property
    def type(self) -> str:
        return (self.envelope.event_type or "").upper()

    @property
    def run_id(self) -> str:
        return self.envelope.run.run_id if self.shape == RUN and self.envelope.run else ""

    @property
    def job(self) -> Job | None:
        return self.envelope.job if self.shape != DATASET else None

    @cached_property
    def key(self) -> str:
        """What is folded together: a run of one job, a job, or what dataset events say went into
        one version. Empty for a dataset event that says nothing of that.
        """
        dataset = self.envelope.dataset
        if self.job is not None:
            return fold_key(self.job.namespace, self.job.name, self.run_id)
        if dataset is None or not (
            {"lineage", "lifecycleStateChange"} & (dataset.facets or {}).keys()
        ):
            return ""
        return sha256(canonical([DATASET, dataset.namespace, dataset.name, dataset.version]))

    @property
    def order(self) -> tuple[datetime, int, int, str]:
        """By event time; events of one time by their place in a run's life."""
        return (self.time, self.nanoseconds, RANKS.get(self.type, 1), self.digest)


RANKS = {"START": 0, "COMPLETE": 2, "FAIL": 2, "ABORT": 2}


def fold_key(namespace: str, name: str, run_id: str) -> str:
    """One runId may be shared by several jobs, so the job is part of the key."""
    return sha256(canonical([run_id, namespace, name]))


@dataclass(frozen=True, slots=True)
class Note:
    """Something taken in otherwise than it was sent: where, what sort, and why."""

    path: str
    code: str
    message: str


def read_event(data: object, path: str = "$") -> tuple[Event, list[Note]]:
    """The event in a parsed JSON value. Raise `RecordError` naming the place of the fault."""
    if not isinstance(data, dict):
        raise RecordError(path, "Must be an OpenLineage event, a JSON object.")
    body = mask_event(_plain_numbers(json_value(data, path)))
    envelope = _envelope(body, path)
    shape = _shape(envelope, path)
    moment, nanoseconds, zoned = read_moment(envelope.event_time, f"{path}.eventTime")
    _check_names(envelope, path)
    text = canonical(body)
    if len(text.encode()) > MAX_EVENT_BYTES:
        raise RecordError(path, f"Is larger than {MAX_EVENT_BYTES:,} bytes.")
    return Event(body, envelope, shape, moment, nanoseconds, sha256(text)), _notes(
        envelope, shape, path, zoned=zoned
    )


def _notes(envelope: Envelope, shape: str, path: str, *, zoned: bool) -> list[Note]:
    notes = []
    if not zoned:
        notes.append(
            Note(f"{path}.eventTime", "no_offset", "Has no offset from UTC; taken as UTC.")
        )
    if envelope.schema_url is None:
        notes.append(
            Note(f"{path}.schemaURL", "no_schema", f"Is missing; taken as a {shape} event.")
        )
    if ":" not in str(envelope.producer or ""):
        notes.append(
            Note(
                f"{path}.producer", "no_producer_uri", "Is no URI; the event is taken all the same."
            )
        )
    return notes


def stored_event(body: dict[str, Any], digest: str, shape: str) -> Event:
    """The event in a body that `read_event` made before."""
    envelope = msgspec.convert(body, Envelope)
    moment, nanoseconds, _ = read_moment(envelope.event_time, "$.eventTime")
    return Event(body, envelope, shape, moment, nanoseconds, digest)


def _envelope(body: dict[str, Any], path: str) -> Envelope:
    try:
        return msgspec.convert(body, Envelope)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        raise RecordError(path + place.rstrip("`"), f"{message}.") from error


def _shape(envelope: Envelope, path: str) -> str:
    if envelope.run is not None:
        if envelope.job is None:
            raise RecordError(f"{path}.job", "Is missing; a run event names the job that ran.")
        return RUN
    hint = str(envelope.schema_url or "").rpartition("/")[2]
    if envelope.dataset is not None:
        return JOB if envelope.job is not None and hint != "DatasetEvent" else DATASET
    if envelope.job is not None:
        if envelope.event_type and hint != "JobEvent":
            raise RecordError(f"{path}.run", "Is missing; an event with an eventType is of a run.")
        return JOB
    raise RecordError(path, "Has no run, no job and no dataset; it is no OpenLineage event.")


def _check_names(envelope: Envelope, path: str) -> None:
    if envelope.run is not None:
        line(envelope.run.run_id, f"{path}.run.runId", limit=MAX_RUN_ID_BYTES, required=True)
    datasets = _datasets(envelope, path)
    named = [(place, one.namespace, one.spelled) for place, one in datasets]
    if envelope.job is not None:
        named.append((f"{path}.job", envelope.job.namespace, envelope.job.name))
    for place, namespace, name in named:
        line(namespace, f"{place}.namespace", required=True)
        line(name, f"{place}.name", required=True)
    for place, dataset in datasets:
        where = f"{place}.facets.version.datasetVersion"
        line(dataset.version, where, limit=MAX_VERSION_BYTES)


def _datasets(envelope: Envelope, path: str) -> list[tuple[str, Dataset]]:
    found = [(f"{path}.inputs[{i}]", one) for i, one in enumerate(envelope.inputs or [])]
    found += [(f"{path}.outputs[{i}]", one) for i, one in enumerate(envelope.outputs or [])]
    if envelope.dataset is not None:
        found.append((f"{path}.dataset", envelope.dataset))
    return found


def _plain_numbers(value: Any) -> Any:
    """Numbers spelled so that every database gives back what was stored.

    PostgreSQL's jsonb returns 1e22 as an integer and minus zero as zero.
    """
    match value:
        case float() if math.isfinite(value) and abs(value) >= MAX_EXACT_FLOAT:
            return int(value)
        case float() if value == 0:
            return 0.0
        case list():
            return [_plain_numbers(one) for one in value]
        case dict():
            return {name: _plain_numbers(inner) for name, inner in value.items()}
        case _:
            return value
