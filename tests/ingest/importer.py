"""Imports in processes of their own: `python -m tests.ingest.importer`.

Reads a command a line, as JSON, from standard input: what to do, in which database, with what. Each
is done by a fork of this process, which answers with a line of JSON or is killed at it; -9 follows
then. Set up once, it forks in milliseconds.
"""

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lineage_site.settings")
django.setup()

from django.db import connection, connections  # noqa: E402 - the models need the set-up above

from apps.accounts.models import User  # noqa: E402
from apps.catalog.models import Artifact, Edge, Revision  # noqa: E402
from apps.catalog.selectors import graph_hash  # noqa: E402
from apps.ingest.jobs import run_import  # noqa: E402
from apps.ingest.models import ImportRun, OpenLineageEvent, Source, SourceUnit  # noqa: E402
from apps.ingest.services import SourceSettings, add_source, start_import, stop_import  # noqa: E402
from tests.ingest.slowly import install, killed_at  # noqa: E402


def order(kind: str, where: str) -> int:
    """The id of an import that waits; the source is added if there is none."""
    actor, _ = User.objects.get_or_create(username="ada", defaults={"role": "admin"})
    source = Source.objects.first() or add_source(
        name="tested", kind=kind, settings=SourceSettings(where=where), actor=actor
    )
    return start_import(source=source, actor=actor).pk


def perform(import_id: int, kill_at: int = 0) -> dict[str, Any]:
    """Do the import; how many statements it took."""
    statements = 0

    def counted(run: Any, *arguments: Any) -> Any:
        nonlocal statements
        statements += 1
        return run(*arguments)

    with connection.execute_wrapper(counted), killed_at(kill_at):
        done = run_import(import_id=import_id)
    return {"done": done, "statements": statements}


def stop(import_id: int) -> str:
    run = ImportRun.objects.get(pk=import_id)
    return stop_import(run=run, actor=User.objects.get(username="ada")).state


def found(import_id: int) -> dict[str, Any]:
    """What is in the graph, and what the import says that it wrote."""
    run = ImportRun.objects.get(pk=import_id)
    live = Edge.objects.filter(retracted_in__isnull=True)
    return {
        "hash": graph_hash(),
        "state": run.state,
        "error": run.error,
        "attempts": run.attempts,
        "revision": run.revision,
        "newest": max(Revision.objects.values_list("number", flat=True), default=None),
        "written": {name: amount for name, amount in run.written.items() if amount},
        "told": [run.records, run.unchanged, run.kinds, run.adapted, run.refused],
        "artifacts": Artifact.objects.count(),
        "edges": Edge.objects.count(),
        "events": OpenLineageEvent.objects.count(),
        "cursor": Source.objects.get().cursor,
        "units": sorted(SourceUnit.objects.values_list("name", flat=True)),
        "runs": sorted(Artifact.objects.filter(kind="run").values_list("name", flat=True)),
        "ends": sorted(live.values_list("downstream__name", flat=True)),
    }


COMMANDS = {one.__name__: one for one in (order, perform, stop, found)}


def main() -> None:
    install()
    for line in sys.stdin:
        name, database, arguments = json.loads(line)
        if child := os.fork():
            _, status = os.waitpid(child, 0)
            if os.WIFSIGNALED(status):
                print(-os.WTERMSIG(status), flush=True)  # noqa: T201 - read by the test
            continue
        connections.settings["default"]["NAME"] = database
        print(json.dumps(COMMANDS[name](**arguments)), flush=True)  # noqa: T201
        connection.close()
        os._exit(0)


if __name__ == "__main__":
    main()
