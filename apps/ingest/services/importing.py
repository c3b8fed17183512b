"""Files and folders imported: everything that can be read, in one transaction, with a protocol."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import transaction
from django.utils import timezone

from apps.graph.errors import LineageError
from apps.graph.records import LineageBatch, Refusal
from apps.ingest.connectors import connector_for
from apps.ingest.connectors.contract import Access, ConnectorError, Reading, Remark
from apps.ingest.models import ImportRun, ImportState
from apps.ingest.services.receiving import take_in_events
from apps.ingest.services.recording import Recorded, record_in_cuts

if TYPE_CHECKING:
    from apps.accounts.models import User

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
MAX_NOTES = 1000
MAX_NOTE_CHARACTERS = 500


@dataclass(slots=True)
class _Protocol:
    """What an import has done so far."""

    records: int = 0
    recorded: Recorded = field(default_factory=Recorded)
    adapted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    notes: list[dict[str, str]] = field(default_factory=list)
    left_out: int = 0

    def remark(self, outcome: str, remarks: Iterable[Remark]) -> None:
        counter = self.adapted if outcome == "adapted" else self.refused
        for one in remarks:
            counter[one.code] += 1
            if len(self.notes) < MAX_NOTES:
                self.notes.append(_note(outcome, one))
            else:
                self.left_out += 1


def import_path(*, kind: str, path: str | Path, actor: "User | None" = None) -> ImportRun:
    """Read a file or folder with the connector of that kind and record what it tells.

    All of it is one transaction: an import that fails leaves the graph as it was, and an
    `ImportRun` that says why. Records that are refused by themselves do not fail it.
    """
    started, where = timezone.now(), _storable(str(path))
    try:
        with transaction.atomic():
            run = ImportRun.objects.create(kind=kind[:64], where=where, actor=actor)
            protocol = _read(kind, Path(path), run, actor)
            _finish(run, protocol)
    except (ConnectorError, LineageError) as error:
        return ImportRun.objects.create(
            kind=kind[:64],
            where=where,
            actor=actor,
            state=ImportState.FAILED,
            started_at=started,
            finished_at=timezone.now(),
            error=_storable(str(error)),
        )
    return run


def _read(kind: str, path: Path, run: ImportRun, actor: "User | None") -> _Protocol:
    protocol = _Protocol()
    for reading in connector_for(kind)(Access(where=str(path))):
        protocol.remark("adapted", reading.adapted)
        protocol.remark("refused", reading.refused)
        recorded = _record(reading, f"import:{run.pk}", kind, protocol, actor)
        protocol.recorded.add(recorded)
        protocol.remark("refused", (_refused(one) for one in recorded.refusals))
    if not protocol.records:
        first = protocol.notes[0] if protocol.notes else None
        why = f" The first refused: {first['place']}: {first['message']}" if first else ""
        raise ConnectorError(f"Nothing in {path} could be read.{why}")
    return protocol


def _record(
    reading: Reading, evidence: str, kind: str, protocol: _Protocol, actor: "User | None"
) -> Recorded:
    recorded = Recorded()
    if reading.events:
        protocol.records += len(reading.events)
        accepted, recorded = take_in_events(events=reading.events, actor=actor)
        recorded.counts["events_accepted"] += accepted
        recorded.counts["events_known_already"] += len(reading.events) - accepted
    if reading.batch is not None and len(reading.batch):
        protocol.records += len(reading.batch)
        batch = _attributed(reading.batch, evidence, kind)
        recorded.add(record_in_cuts(batch=batch, actor=actor))
    return recorded


def _attributed(batch: LineageBatch, evidence: str, kind: str) -> LineageBatch:
    return msgspec.structs.replace(
        batch, producer=batch.producer or kind, evidence=batch.evidence or evidence
    )


def _refused(refusal: Refusal) -> Remark:
    return Remark(refusal.path, refusal.code, refusal.message)


def _note(outcome: str, remark: Remark) -> dict[str, str]:
    return {
        "outcome": outcome,
        "place": _storable(remark.place)[:MAX_NOTE_CHARACTERS],
        "code": remark.code,
        "message": _storable(remark.message)[:MAX_NOTE_CHARACTERS],
    }


def _storable(text: str) -> str:
    """Names of files and of JSON fields may hold what no database takes: NUL, lone surrogates."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _finish(run: ImportRun, protocol: _Protocol) -> None:
    outcome: dict[str, Any] = {
        "state": ImportState.COMPLETED,
        "finished_at": timezone.now(),
        "records": protocol.records,
        "written": dict(protocol.recorded.counts),
        "adapted": dict(protocol.adapted),
        "refused": dict(protocol.refused),
        "notes": protocol.notes,
        "notes_left_out": protocol.left_out,
        "revision": protocol.recorded.revision,
    }
    for name, value in outcome.items():
        setattr(run, name, value)
    run.save(update_fields=list(outcome))
