"""What an import has done so far."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from apps.graph.records import Refusal
from apps.ingest.connectors.contract import Remark
from apps.ingest.credentials import masked
from apps.ingest.jobs.recording import Recorded
from apps.ingest.models import ImportRun

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
MAX_NOTES = 1000
MAX_NOTE_CHARACTERS = 500


@dataclass(slots=True)
class Ledger:
    """The counts and notes of one import, which go on where a broken-off one left them."""

    secret: str = ""
    readings: int = 0
    unchanged: int = 0
    records: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    adapted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    notes: list[dict[str, str]] = field(default_factory=list)
    notes_left_out: int = 0
    revision: int | None = None

    @classmethod
    def of(cls, run: ImportRun, secret: str, *, goes_on: bool) -> Self:
        """As the import stands; what was told is counted from nothing unless it goes on."""
        if not goes_on:
            return cls(secret, written=Counter(run.written), revision=run.revision)
        return cls(
            secret,
            run.readings,
            run.unchanged,
            run.records,
            Counter(run.kinds),
            Counter(run.written),
            Counter(run.adapted),
            Counter(run.refused),
            list(run.notes),
            run.notes_left_out,
            run.revision,
        )

    def adapt(self, remarks: Iterable[Remark]) -> None:
        self._remark("adapted", self.adapted, remarks)

    def refuse(self, remarks: Iterable[Remark]) -> None:
        self._remark("refused", self.refused, remarks)

    def add(self, recorded: Recorded) -> None:
        self.written += recorded.counts
        self.refuse(_remark(one) for one in recorded.refusals)
        if recorded.revision is not None:
            self.revision = recorded.revision

    def columns(self) -> dict[str, Any]:
        """As they stand in the row of the import."""
        return {
            "readings": self.readings,
            "unchanged": self.unchanged,
            "records": self.records,
            "kinds": dict(self.kinds),
            "written": dict(self.written),
            "adapted": dict(self.adapted),
            "refused": dict(self.refused),
            "notes": self.notes,
            "notes_left_out": self.notes_left_out,
            "revision": self.revision,
        }

    def _remark(self, outcome: str, counter: Counter[str], remarks: Iterable[Remark]) -> None:
        for one in remarks:
            counter[one.code] += 1
            if len(self.notes) < MAX_NOTES:
                self.notes.append(self._note(outcome, one))
            else:
                self.notes_left_out += 1

    def _note(self, outcome: str, remark: Remark) -> dict[str, str]:
        def shown(text: str) -> str:
            return storable(masked(text, self.secret))[:MAX_NOTE_CHARACTERS]

        return {
            "outcome": outcome,
            "place": shown(remark.place),
            "code": remark.code,
            "message": shown(remark.message),
        }


def storable(text: str) -> str:
    """Names of files and of JSON fields may hold what no database takes: NUL, lone surrogates."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _remark(refusal: Refusal) -> Remark:
    return Remark(refusal.path, refusal.code, refusal.message)
