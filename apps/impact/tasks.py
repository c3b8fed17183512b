"""The jobs as Celery tasks. A message is only a wake-up: losing it loses no work."""

from celery import shared_task

from apps.impact import jobs
from apps.work import publishing


@shared_task(name="apps.impact.tasks.compute_report")
def compute_report(report_id: int) -> None:
    jobs.compute_report(report_id=report_id)


@shared_task(name="apps.impact.tasks.sweep_reports")
def sweep_reports() -> None:
    jobs.sweep_reports(publish=publish)


@shared_task(name="apps.impact.tasks.refresh_standing_flags")
def refresh_standing_flags() -> None:
    for report_id in jobs.refresh_standing_flags():
        publish(report_id)


def publish(report_id: int) -> bool:
    """Call a worker for the report; say whether the broker took it, within about a second."""
    return publishing.publish(compute_report, report_id)
