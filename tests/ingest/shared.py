"""Stores that real tools wrote. They are not ours to pass on, so tests that read them skip where
they are absent.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from apps.ingest.connectors.contract import Access, Connector, Reading

SHARED = Path(
    os.environ.get("LINEAGE_SHARED_DATA")
    or Path(__file__).resolve().parents[2].parent / "shared" / "data"
)
STORES = SHARED / "tracking" / "stores"


def of_path(read: Connector) -> Callable[[Path], Iterator[Reading]]:
    """The connector's reading of a file or folder."""
    return lambda path: read(Access(where=str(path)))
