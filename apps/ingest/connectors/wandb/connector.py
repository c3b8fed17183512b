"""Weights & Biases: offline runs from a folder, or an entity's runs from the public API."""

from collections.abc import Iterator

from apps.ingest.connectors.contract import Access, Reading
from apps.ingest.connectors.units import all_told
from apps.ingest.connectors.wandb.offline import logs_in, read_offline
from apps.ingest.connectors.wandb.online import read_online, test_online


def read(access: Access) -> Iterator[Reading]:
    """One reading a run."""
    yield from read_online(access) if access.is_url else all_told(read_offline(access.path))


def test(access: Access) -> str:
    """Who the key is of and how many runs it shows, or how many logs lie in the folder."""
    if access.is_url:
        return test_online(access)
    found = sum(1 for _, file, _ in logs_in(access.path) if file is not None)
    return f"{found:,} logs of offline runs." if found != 1 else "1 log of an offline run."
