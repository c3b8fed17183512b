"""Importing: reading by reading, each recorded whole or not at all, resumed where it broke off."""

import logging
import traceback
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import TYPE_CHECKING

import msgspec
from django.db import transaction
from django.utils import timezone

from apps.graph.errors import LineageError
from apps.ingest.connectors import connector_for
from apps.ingest.connectors.contract import Access, ConnectorError, Reading
from apps.ingest.credentials import masked
from apps.ingest.jobs.ledger import Ledger, storable
from apps.ingest.jobs.receiving import take_in_events
from apps.ingest.jobs.recording import Recorded, record_in_cuts
from apps.ingest.jobs.scheduling import hold
from apps.ingest.jobs.units import Units, digest_of
from apps.ingest.models import ImportRun, Source
from apps.ingest.namespaces import Namespaces
from apps.ingest.opening import access_to
from apps.ingest.selectors import moved_aliases
from apps.work.claiming import Claim, LeaseLostError, claim, hand_back, held, renew
from apps.work.keeping import kept
from apps.work.models import WorkState

if TYPE_CHECKING:
    from apps.graph.records import ArtifactKey, LineageBatch

logger = logging.getLogger(__name__)

# What is recorded at once: so many records or readings, or as many as came in so many seconds.
RECORDS_AT_ONCE = 1000
READINGS_AT_ONCE = 200
SECONDS_AT_ONCE = 1.0
COMMAND_STOPPED = "The command that ran this import was stopped. Run it again."


def run_import(*, import_id: int, access: Access | None = None) -> bool:
    """Do an import that waits; say whether this call brought it to its end.

    Safe to call any number of times and from several workers at once. Killed at any point, it
    leaves whole readings, and goes on behind them when it is claimed again. `access` is for an
    import without a source, which only the command that ordered it can do.
    """
    claimed = claim(ImportRun, import_id)
    if claimed is None:
        return False
    run = ImportRun.objects.select_related("source", "actor").get(pk=import_id)
    if run.source is None and access is None:
        _fail(claimed, COMMAND_STOPPED)
        return False
    return _guarded(claimed, run, access)


def _guarded(claimed: Claim[ImportRun], run: ImportRun, access: Access | None) -> bool:
    secret = ""
    try:
        access = access or access_to(_source(run))
        secret = access.secret
        with kept(claimed):
            _Import(claimed, run, access).do()
    except LeaseLostError:
        logger.info("Import %s was taken over or stopped.", run.pk)
        return False
    except (ConnectorError, LineageError) as error:
        again = isinstance(error, ConnectorError) and not error.permanent and run.source
        words = masked(str(error), secret)
        if again:
            hand_back(claimed, ConnectorError(words))
        else:
            _fail(claimed, words)
        return False
    except KeyboardInterrupt:
        if run.trigger == "command":
            _fail(claimed, COMMAND_STOPPED)
        raise
    except Exception as error:
        # Not logger.exception, which would show the secret if the error does.
        logger.error("Import %s broke off.\n%s", run.pk, masked(traceback.format_exc(), secret))  # noqa: TRY400
        words = masked(f"{type(error).__name__}: {error}", secret)
        if run.source is None:
            _fail(claimed, words)
        else:
            hand_back(claimed, ConnectorError(words))
        return False
    return True


def _source(run: ImportRun) -> Source:
    if run.source is None:
        raise ConnectorError(COMMAND_STOPPED)
    return run.source


def _fail(claimed: Claim[ImportRun], words: str) -> None:
    held(claimed).update(
        state=WorkState.FAILED,
        lease_until=None,
        finished_at=timezone.now(),
        error=storable(words),
    )


class _Import:
    """One import under way."""

    def __init__(self, claimed: Claim[ImportRun], run: ImportRun, access: Access) -> None:
        self._claim = claimed
        self._run = run
        self._access = access
        self._source = run.source
        # Without a cursor all is told again, and counted again; what was written stays counted.
        self._ledger = Ledger.of(run, access.secret, goes_on=bool(access.cursor))
        self._units = Units(run.source, run) if run.source else None
        self._names = Namespaces(run.source.namespaces if run.source else {})
        # Broken off behind the last reading, it finds nothing more.
        self._found = run.records > 0 or run.unchanged > 0

    def do(self) -> None:
        for readings in _grouped(connector_for(self._run.kind)(self._access)):
            with transaction.atomic():
                self._hold()
                self._record(readings)
                renew(self._claim, **self._ledger.columns())
                self._keep_cursor(readings)
        # From a cursor on there may well be nothing new.
        if not self._found and (self._ledger.refused or not self._access.cursor):
            raise ConnectorError(self._nothing())
        self._finish()

    def _hold(self) -> None:
        """Whoever stopped or took over the import is seen before anything is written."""
        if self._source:
            hold(self._source)
        renew(self._claim)

    def _record(self, readings: Sequence[Reading]) -> None:
        if self._units:
            self._units.load(one.unit for one in readings if one.unit)
        for reading in readings:
            self._ledger.readings += 1
            self._ledger.adapt(reading.adapted)
            self._ledger.refuse(reading.refused)
            self._take(reading)
            if self._units:
                self._follow(self._units, reading)

    def _take(self, reading: Reading) -> None:
        # A source that says it is complete may be empty; a file that only held rubbish may not.
        told_all = reading.complete is not None and not self._ledger.refused
        self._found |= bool(reading.present) or told_all
        if reading.events:
            self._found = True
            self._ledger.records += len(reading.events)
            accepted, recorded = take_in_events(events=reading.events, actor=self._run.actor)
            recorded.counts["events_accepted"] += accepted
            recorded.counts["events_known_already"] += len(reading.events) - accepted
            self._ledger.add(recorded)
        if reading.batch is not None:
            self._found |= len(reading.batch) > 0
            self._ledger.records += len(reading.batch)
            self._ledger.kinds.update(one.kind for one in reading.batch.artifacts)
            batch = self._attributed(reading.batch)
            if self._units and reading.unit:
                self._take_unit(self._units, reading, batch)
            elif len(batch):
                self._write(batch)

    def _take_unit(self, units: Units, reading: Reading, batch: "LineageBatch") -> None:
        about = tuple(map(self._names.key, reading.about))
        digest = digest_of(batch, about)
        if units.is_unchanged(reading.unit, digest):
            self._ledger.unchanged += 1
            units.see([reading.unit])
            return
        told = _stated_now(batch, about) if units.is_changed(reading.unit, digest) else batch
        recorded = self._write(
            msgspec.structs.replace(
                told,
                aliases=(*batch.aliases, *units.names_no_more(reading.unit, batch)),
                retractions=(
                    *batch.retractions,
                    *units.no_longer_said(reading.unit, batch.edges),
                ),
            )
        )
        back = units.store(
            reading.unit,
            digest=digest,
            about=about,
            batch=batch,
            has_refusals=bool(recorded.refusals),
        )
        if back is not None:
            self._mark(units.marks([back], deleted=False))

    def _follow(self, units: Units, reading: Reading) -> None:
        """Note what is still there, and what is not."""
        if reading.present:
            self._mark(units.marks(units.see(reading.present), deleted=False))
            self._ledger.unchanged += len(reading.present)
        if reading.complete is not None:
            gone = units.lose(reading.complete)
            self._ledger.written["deleted_at_source"] += len(gone)
            self._mark(units.marks(gone, deleted=True))

    def _mark(self, batch: "LineageBatch") -> None:
        if len(batch):
            self._write(batch)

    def _write(self, batch: "LineageBatch") -> Recorded:
        moved = moved_aliases(records=batch.aliases)
        recorded = record_in_cuts(
            batch=msgspec.structs.replace(batch, aliases=moved), actor=self._run.actor
        )
        self._ledger.add(recorded)
        return recorded

    def _attributed(self, batch: "LineageBatch") -> "LineageBatch":
        producer = self._source.producer if self._source else batch.producer or self._run.kind
        return msgspec.structs.replace(
            self._names.batch(batch),
            producer=producer,
            evidence=batch.evidence or f"import:{self._run.pk}",
        )

    def _keep_cursor(self, readings: Sequence[Reading]) -> None:
        cursors = [one.cursor for one in readings if one.cursor is not None]
        if cursors and self._source:
            Source.objects.filter(pk=self._source.pk).update(cursor=dict(cursors[-1]))

    def _finish(self) -> None:
        with transaction.atomic():
            self._hold()
            held(self._claim).update(
                state=WorkState.COMPLETE,
                lease_until=None,
                finished_at=timezone.now(),
                error="",
                **self._ledger.columns(),
            )
            if self._source:
                Source.objects.filter(pk=self._source.pk).update(synced_at=self._run.requested_at)

    def _nothing(self) -> str:
        first = self._ledger.notes[0] if self._ledger.notes else None
        why = f" The first refused: {first['place']}: {first['message']}" if first else ""
        return f"Nothing in {self._run.where} could be read.{why}"


def _stated_now(batch: "LineageBatch", about: "Sequence[ArtifactKey]") -> "LineageBatch":
    """What a unit says otherwise than before is its later word, though its source moved no time:
    tools do not when a tag is set, or when what was deleted is restored."""
    now, own = timezone.now(), set(about)
    records = (
        msgspec.structs.replace(one, stated_at=max(one.stated_at or now, now))
        if one.key in own
        else one
        for one in batch.artifacts
    )
    return msgspec.structs.replace(batch, artifacts=tuple(records))


def _grouped(readings: Iterator[Reading]) -> Iterator[list[Reading]]:
    """Readings that are recorded together: many small ones, or one large one.

    What was read before the connector gave up comes first, then its error.
    """
    group: list[Reading] = []
    records, since = 0, monotonic()
    try:
        for reading in readings:
            group.append(reading)
            records += len(reading.batch or ()) + len(reading.events)
            full = records >= RECORDS_AT_ONCE or len(group) >= READINGS_AT_ONCE
            if full or monotonic() - since > SECONDS_AT_ONCE:
                yield group
                group, records, since = [], 0, monotonic()
    except ConnectorError as error:
        if group:
            yield group
        raise error from error.__cause__
    if group:
        yield group
