"""The site with a connector of the test's own, and with imports that can be slowed or killed.

The product has no hook for this: what it calls is wrapped here, in the process of the test.
"""

import os
import signal
import time
from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lineage_site.settings")
django.setup()

from django.db import connection  # noqa: E402 - the models need the set-up above

from apps.graph.records import ArtifactKey, ArtifactRecord, EdgeRecord, LineageBatch  # noqa: E402
from apps.ingest.connectors import KINDS, SourceKind, connector_for  # noqa: E402
from apps.ingest.connectors.contract import Access, Connector, Reading  # noqa: E402
from apps.ingest.connectors.mlflow import connector as mlflow  # noqa: E402
from apps.ingest.jobs import importing  # noqa: E402

LAB = "lab"
DATA = ArtifactKey(LAB, "dataset", "data")
PAUSE = float(os.environ.get("SLOWLY_SECONDS", "0"))


def read_lab(access: Access) -> Iterator[Reading]:
    """Units with a cursor, which counts the lines that were read."""
    runs = access.path.read_text(encoding="utf-8").split()
    done = access.cursor.get("done", 0)
    yield Reading(present=tuple(f"run/{one}" for one in runs[:done]))
    for number, name in enumerate(runs[done:], start=done + 1):
        run = ArtifactKey(LAB, "run", name)
        batch = LineageBatch(
            artifacts=(ArtifactRecord(namespace=LAB, kind="run", name=name),),
            edges=(EdgeRecord(DATA, run, "training"),),
        )
        yield Reading(batch=batch, unit=f"run/{name}", about=(run,), cursor={"done": number})
    yield Reading(complete="run/", cursor={})


def slowed(kind: str) -> Connector:
    read = read_lab if kind == LAB else connector_for(kind)

    def slow(access: Access) -> Iterator[Reading]:
        for one in read(access):
            time.sleep(PAUSE)
            yield one

    return slow


def killed_at(statement: int) -> Any:
    """For `connection.execute_wrapper`: the process is gone before that statement."""
    numbers = count(1)

    def execute(run: Any, *arguments: Any) -> Any:
        if next(numbers) == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return run(*arguments)

    return connection.execute_wrapper(execute)


def install() -> None:
    """Change the site in this process, which must be one of its own."""
    KINDS[LAB] = SourceKind(LAB, "Lab", "a file with the name of a run on each line")
    # So that an import of a few records is many transactions.
    importing.READINGS_AT_ONCE = 1
    vars(importing)["connector_for"] = slowed
    # MLflow keeps no time of an alias; it is as of the reading, and the graph says so.
    vars(mlflow)["time"] = SimpleNamespace(time=lambda: 1_800_000_000)
