"""`python -m benchmarks --size 100k`: fill a database of its own and time what people wait for.

The database is a temporary SQLite file, or the empty one that `--database URL` names.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

SIZES = ("10k", "100k", "1m")


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="10k")
    parser.add_argument("--database", help="URL of an empty database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        default = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        os.environ["DATABASE_URL"] = options.database or default
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lineage_site.settings")
        os.environ["ALLOWED_HOSTS"] = "testserver"
        os.environ["STATIC_ROOT"] = folder
        # Nobody listens: a report is computed here, not by a worker elsewhere.
        os.environ["CELERY_BROKER_URL"] = "memory://"
        django.setup()
        return run(options.size)


def run(size: str) -> int:
    # Models exist only once Django is set up.
    from apps.catalog.models import Artifact  # noqa: PLC0415
    from benchmarks import measures  # noqa: PLC0415
    from benchmarks.generator import SIZES as COUNTS  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    if Artifact.objects.exists():
        print("The database is not empty; name one that is.", file=sys.stderr)
        return 2
    count = COUNTS[size]
    print(f"{'measure':<26}{'best ms':>12}{'median ms':>12}  of")
    show(measures.fill(count))
    for group in (measures.walks, measures.pages):
        for timing in group(count):
            show(timing)
    show(measures.report(count))
    print(measures.sizes())
    return 0


def show(timing: object) -> None:
    name, note = getattr(timing, "name", ""), getattr(timing, "note", "")
    best, median = getattr(timing, "best", 0.0), getattr(timing, "median", 0.0)
    print(f"{name:<26}{best:>12,.1f}{median:>12,.1f}  {note}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
