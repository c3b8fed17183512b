"""Kubeflow Pipelines: its API, compiled pipelines (IR YAML), and the outputs of `kfp.local`."""

from collections.abc import Iterator

from apps.ingest.connectors.contract import Access, Reading
from apps.ingest.connectors.kubeflow.files import read_files
from apps.ingest.connectors.kubeflow.server import read_server, try_server


def read(access: Access) -> Iterator[Reading]:
    """Pipelines and runs: those of a server, or those that lie in a file or a folder."""
    return read_server(access) if access.is_url else read_files(access.path)


def test(access: Access) -> str:
    """What is there, in words. ConnectorError if nothing can be read."""
    if access.is_url:
        return try_server(access)
    place = access.path
    return f"The {'folder' if place.is_dir() else 'file'} {place.name} can be read."
