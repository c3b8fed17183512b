"""Which of the three an address or a path is, opened for as long as it is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.ingest.connectors.contract import Access, ConnectorError
from apps.ingest.connectors.mlflow.filestore import META, TRASH, FileStore
from apps.ingest.connectors.mlflow.rest import Server
from apps.ingest.connectors.mlflow.sqlite import SqliteStore
from apps.ingest.connectors.mlflow.store import Store
from apps.ingest.connectors.mlflow.tables import opened as tables_in
from apps.ingest.connectors.service import authorization, service

# In a folder that is no store itself, in this order: a store of tables may keep files in `mlruns`.
USUAL = ("mlflow.db", "mlruns")


@contextmanager
def opened(access: Access) -> Iterator[Store]:
    """The store. ConnectorError if there is none; nothing is written, in none of them."""
    if access.is_url:
        headers = authorization(access.secret)
        with service(access.where, reach=access.reach, headers=headers) as api:
            yield Server(api)
        return
    path = _store_in(access)
    if path.is_dir():
        yield FileStore(path)
        return
    with tables_in(path) as tables:
        yield SqliteStore(tables, path)


def _store_in(access: Access) -> Path:
    path = access.path
    if path.is_file() or _is_file_store(path):
        return path
    for name in USUAL:
        if (path / name).exists():
            return access.reach.path(str(path / name))
    raise ConnectorError(
        f"{access.where} holds no {' and no '.join(USUAL)}, and no experiments; name the file or "
        "the folder of an MLflow store."
    )


def _is_file_store(path: Path) -> bool:
    if not path.is_dir():
        return False
    if (path / TRASH).is_dir():
        return True
    return any((one / META).is_file() for one in path.iterdir() if one.is_dir())
