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
    """The connector's readings of a file or folder, without the last word that these were all."""
    return lambda path: (
        one for one in read(Access(where=str(path))) if one != Reading(complete="")
    )
