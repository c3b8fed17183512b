"""The work behind sources. Each job runs without a broker too; a task only calls it."""

from apps.ingest.jobs.importing import run_import
from apps.ingest.jobs.scheduling import start_due_imports, sweep_imports

__all__ = ["run_import", "start_due_imports", "sweep_imports"]
