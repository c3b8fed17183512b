"""Stores that real tools wrote. They are not ours to pass on, so tests that read them skip where
they are absent.
"""

import os
from pathlib import Path

SHARED = Path(
    os.environ.get("LINEAGE_SHARED_DATA")
    or Path(__file__).resolve().parents[2].parent / "shared" / "data"
)
STORES = SHARED / "tracking" / "stores"
