"""Kubeflow Pipelines: its API, compiled pipelines (IR YAML), and the outputs of `kfp.local`."""

from collections.abc import Iterator

from apps.ingest.connectors.contract import Access, Reading
from apps.ingest.connectors.kubeflow.files import read_files


def read(access: Access) -> Iterator[Reading]:
    """Pipelines and runs: those of a server, or those that lie in a file or a folder."""
    return read_files(access.path)
