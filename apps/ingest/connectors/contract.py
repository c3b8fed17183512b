"""What a connector is.

A connector is a function from an `Access` to `Reading`s: records, and notes on what could not be
taken as it stood. It knows records and the format it reads, not the database. To add one: a file
here, a line in the registry, recorded payloads under `tests/ingest/payloads/<kind>/`.

Nothing may be dropped in silence: what is taken otherwise than it stands is *adapted*, what is not
taken is *refused*, each with its place and the reason. `ConnectorError` ends the reading.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apps.graph.records import ArtifactKey, LineageBatch
from apps.ingest.connectors.errors import ConnectorError
from apps.ingest.connectors.reach import ANYWHERE, Reach
from apps.ingest.openlineage.envelope import Event

__all__ = ["Access", "Connector", "ConnectorError", "Reading", "Remark"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Where (`openai.yaml: GPT-4 > license`), what sort (`blank_date`), and why, in words."""

    place: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Some of what was read: a batch of records, or OpenLineage events, and remarks.

    A reading is recorded whole or not at all. What stands by itself in the source (a run, a
    registered model, a file) is a *unit*: its readings bear its name (`run/4f1c`), one name a unit,
    one reading a unit. When a unit no longer states an edge, the edge is retracted.

    `present` names units that are still there, unchanged and therefore not read again. `complete`
    says that every unit whose name begins so has by now been read or named: the others are gone
    from the source, and the artifacts they were `about` are marked as deleted there.

    `cursor` is where to go on from once this is recorded. It replaces the one before; the next
    reading of the source is handed the last one, also after it was broken off.
    """

    batch: LineageBatch | None = None
    events: tuple[Event, ...] = ()
    adapted: tuple[Remark, ...] = ()
    refused: tuple[Remark, ...] = ()
    unit: str = ""
    about: tuple[ArtifactKey, ...] = ()
    present: tuple[str, ...] = ()
    complete: str | None = None
    cursor: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What to read: a path or a URL, what opens it, and where the last reading got to.

    `secret` is what the kind of source asks for: a token, or `user:password`. `reach` says which
    paths and addresses may be opened at all.
    """

    where: str
    secret: str = field(default="", repr=False)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    reach: Reach = ANYWHERE

    @property
    def is_url(self) -> bool:
        return "://" in self.where

    @property
    def path(self) -> Path:
        """The file or folder, links resolved. ConnectorError if there is none, or it is closed."""
        if self.is_url:
            scheme = urlsplit(self.where).scheme[:40]
            raise ConnectorError(f"This kind of source reads files and folders, not {scheme}://.")
        return self.reach.path(self.where)


Connector = Callable[[Access], Iterator[Reading]]
