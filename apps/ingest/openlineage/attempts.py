"""A runId used again: the attempts of one run, told apart by the producer's own times.

Airflow names a run by its logical date, so a rerun bears the same id. A START after a terminal
event, by event time, begins another attempt, and each attempt is a run of its own in the graph:
what the first one wrote was made of what the first one read. The first keeps the runId as its
version; a later one adds when it began, so that nothing is renamed when an earlier one turns up.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce

from apps.graph.merge import Statements, stated_by
from apps.graph.records import ArtifactKey, ArtifactRecord, IdentifierRecord
from apps.ingest.openlineage.envelope import Event
from apps.ingest.openlineage.fold import RunFold, fold_attempt
from apps.ingest.openlineage.mapping import run_clock, statements
from apps.ingest.openlineage.telling import Telling, join, told_by

_BEGAN = re.compile(r"~\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")
Statement = ArtifactRecord | IdentifierRecord


def attempt_version(run_id: str, began: datetime) -> str:
    """The version of a later attempt.

    >>> from datetime import UTC
    >>> attempt_version("0199c0de", datetime(2026, 10, 1, 2, tzinfo=UTC))
    '0199c0de~2026-10-01T02:00:00.000000Z'
    """
    return f"{run_id}~{began:%Y-%m-%dT%H:%M:%S.%f}Z"


def run_id_of(version: str) -> str:
    """The runId in the version of any attempt.

    >>> run_id_of("0199c0de~2026-10-01T02:00:00.000000Z"), run_id_of("a~b")
    ('0199c0de', 'a~b')
    """
    return _BEGAN.sub("", version)


def fold_attempts(whole: Telling, events: Sequence[Event]) -> list[RunFold]:
    """The attempts of a run that has several, in their order; `events` are all of the run."""
    folds = []
    for place, (version, own) in enumerate(_parts(whole, events)):
        # A first attempt of which nothing is told but that it must have been: there is none such,
        # because a later one begins only after an event of it.
        telling = reduce(join, map(told_by, own))
        folds.append(fold_attempt(telling, whole=whole, version=version, attempt=place + 1))
    return folds


def attempt_statements(whole: Telling, events: Sequence[Event]) -> Iterator[Statement]:
    """What is said of the attempts' artifacts: of the runs, and of the versions they wrote.

    An event alone does not know its attempt, so what it says was taken down under the runId. Here
    each attempt gets what was said during it, and what was said during another is withdrawn. That
    is dated as the fold is, so it outlasts what was made of fewer events.
    """
    for version, own in _parts(whole, events):
        about = {one.digest for one in own}
        said: dict[ArtifactKey, tuple[Statements, Statements]] = {}
        for event in events:
            for one in _of_run(event, version):
                yield one
                if isinstance(one, ArtifactRecord):
                    every, during = said.setdefault(one.key, (Statements(), Statements()))
                    every.join(stated_by(one))
                    if event.digest in about:
                        during.join(stated_by(one))
        for key, (every, during) in said.items():
            yield _settled(key, every, during, run_clock(whole))


def _of_run(event: Event, version: str) -> Iterator[Statement]:
    """What the event says of the run and of what has the run's version, under this version."""
    otherwise = statements(event, f"{version}~")
    for one, other in zip(statements(event, version), otherwise, strict=True):
        if one != other:
            yield one


def _parts(whole: Telling, events: Sequence[Event]) -> Iterator[tuple[str, list[Event]]]:
    """The version of each attempt, and its events."""
    starts = whole.restarts
    began: list[datetime | None] = [None, *starts]
    ends: list[datetime | None] = [*starts, None]
    for start, end in zip(began, ends, strict=True):
        version = attempt_version(whole.run_id, start) if start else whole.run_id
        yield (
            version,
            [
                one
                for one in events
                if (start is None or one.time >= start) and (end is None or one.time < end)
            ],
        )


def _settled(
    key: ArtifactKey, every: Statements, during: Statements, clock: datetime
) -> ArtifactRecord:
    """What was said during the attempt; what was said only during another is withdrawn."""
    held = {f"facets.{name}" for name in during.facets}
    held |= {
        name for name in ("uri", "owner", "description", "occurred_at") if getattr(during, name)
    }
    return ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        version=key.version,
        uri=during.uri,
        owner=during.owner,
        description=during.description,
        occurred_at=during.occurred_at,
        stated_at=clock,
        facets=during.facets,
        withdrawn=tuple(sorted(every.stamps.keys() - held)),
    )
