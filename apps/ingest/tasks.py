"""The jobs as Celery tasks. A message is only a wake-up: losing it loses no work."""

from celery import shared_task

from apps.ingest import jobs
from apps.work import publishing


@shared_task(name="apps.ingest.tasks.run_import")
def run_import(import_id: int) -> None:
    jobs.run_import(import_id=import_id)


@shared_task(name="apps.ingest.tasks.start_due_imports")
def start_due_imports() -> None:
    jobs.start_due_imports(publish=publish)


@shared_task(name="apps.ingest.tasks.sweep_imports")
def sweep_imports() -> None:
    jobs.sweep_imports(publish=publish)


def publish(import_id: int) -> bool:
    """Call a worker for the import; say whether the broker took it, within about a second."""
    return publishing.publish(run_import, import_id)
