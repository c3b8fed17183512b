"""`python -m benchmarks.imports mlflow --runs 10000`: how fast a kind of source is read and
recorded, and how much memory that takes at a tenth of the size and at the whole.

Each figure comes from a process of its own, so that one does not bear the memory of another. To
measure another kind: a function that writes a made-up store of so many runs, one line in `STORES`.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

from apps.ingest.connectors import connector_for
from apps.ingest.connectors.contract import Access, Reading
from benchmarks.mlflow_store import write_store

STORES: dict[str, Callable[[Path, int], Path]] = {"mlflow": write_store}
MEASURES = ("read", "traced", "record", "again")
MEGABYTE = 1024 * 1024


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.imports", description=__doc__)
    parser.add_argument("kind", choices=sorted(STORES))
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    parser.add_argument("--where", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measured(options.kind, options.where, options.measure)))
        return 0
    print(f"{'measure':<22}{'runs':>8}{'records':>10}{'seconds':>9}{'a second':>10}{'MB peak':>9}")
    for runs in (options.runs // 10, options.runs):
        with tempfile.TemporaryDirectory() as folder:
            where = STORES[options.kind](Path(folder), runs)
            for measure, words in (
                ("read", "reading alone"),
                ("traced", "reading, traced heap"),
                ("record", "reading and recording"),
                ("again", "a second import"),
            ):
                show(words, runs, in_a_process_of_its_own(options.kind, where, measure))
    return 0


def show(words: str, runs: int, told: dict[str, float]) -> None:
    seconds, records = told["seconds"], told["records"]
    rate = records / seconds if seconds else 0
    print(
        f"{words:<22}{runs:>8,}{records:>10,.0f}{seconds:>9.1f}{rate:>10,.0f}{told['peak']:>9.1f}",
        flush=True,
    )


def in_a_process_of_its_own(kind: str, where: Path, measure: str) -> dict[str, float]:
    database = where.with_name("bench.sqlite3")
    variables = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "lineage_site.settings",
        "STATIC_ROOT": str(where.parent),
        "SOURCE_ROOTS": str(where.parent),
        "CELERY_BROKER_URL": "memory://",
    }
    command = [sys.executable, "-m", "benchmarks.imports", kind, "--measure", measure]
    done = subprocess.run(  # noqa: S603 - this very module
        [*command, "--where", str(where)], env=variables, check=True, capture_output=True
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def measured(kind: str, where: str, measure: str) -> dict[str, Any]:
    """Seconds, records, and the peak: of the Python heap if traced, else of the whole process."""
    if measure in {"record", "again"}:
        return recorded(kind, where)
    if measure == "traced":
        tracemalloc.start()
    started = time.perf_counter()
    records = sum(len(one.batch or ()) for one in readings(kind, where))
    seconds = time.perf_counter() - started
    traced = tracemalloc.get_traced_memory()[1] / MEGABYTE if measure == "traced" else None
    return {"records": records, "seconds": seconds, "peak": traced or resident()}


def readings(kind: str, where: str) -> Iterator[Reading]:
    return connector_for(kind)(Access(where=where))


def recorded(kind: str, where: str) -> dict[str, Any]:
    """An import of a source, as a worker does it; the second finds the cursor of the first."""
    django.setup()
    # Models exist only once Django is set up.
    from apps.accounts.models import User  # noqa: PLC0415
    from apps.ingest.models import Source  # noqa: PLC0415
    from apps.ingest.services import (  # noqa: PLC0415
        SourceSettings,
        add_source,
        import_source,
    )

    call_command("migrate", verbosity=0)
    source = Source.objects.filter(kind=kind).first()
    if source is None:
        actor = User.objects.create_user("bench")
        settings = SourceSettings(where=where)
        source = add_source(name="bench", kind=kind, settings=settings, actor=actor)
    started = time.perf_counter()
    run = import_source(source=source)
    seconds = time.perf_counter() - started
    if run.error:
        raise SystemExit(run.error)
    return {"records": run.records, "seconds": seconds, "peak": resident()}


def resident() -> float:
    """The most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
