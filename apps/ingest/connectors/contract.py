"""What a connector is.

A connector is a function from a path to `Reading`s: records, and notes on what could not be taken
as it stood. It knows records and the format it reads, not the database. To add one: a file here, a
line in the registry, recorded payloads under `tests/ingest/payloads/<kind>/`.

Nothing may be dropped in silence: what is taken otherwise than it stands is *adapted*, what is not
taken is *refused*, each with its place and the reason. `ConnectorError` ends the reading.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.graph.records import LineageBatch
from apps.ingest.openlineage.envelope import Event


class ConnectorError(Exception):
    """Nothing can be read. `permanent` says that trying again will not help."""

    def __init__(self, message: str, *, permanent: bool = True) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Remark:
    """Where (`openai.yaml: GPT-4 > license`), what sort (`blank_date`), and why, in words."""

    place: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Some of what was read: a batch of records, or OpenLineage events, and remarks."""

    batch: LineageBatch | None = None
    events: tuple[Event, ...] = ()
    adapted: tuple[Remark, ...] = ()
    refused: tuple[Remark, ...] = ()


Connector = Callable[[Path], Iterator[Reading]]
