"""The jobs as Celery tasks. A message is only a wake-up: losing it loses no work."""

import logging
from typing import Any

from celery import shared_task

from apps.impact import jobs

logger = logging.getLogger(__name__)

# For one publish, inside a person's request. Left to itself kombu tries for ever: over 40 s.
_PATIENCE = {
    "max_retries": 0,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 1.0,
    "retry_on_timeout": False,
}
# Seconds after which an unread message is dropped; the sweep has sent another by then.
_EXPIRES = 600


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
    app = compute_report.app
    options = {**app.conf.broker_transport_options, **_PATIENCE}
    try:
        with app.connection_for_write(transport_options=options, connect_timeout=0.5) as link:
            sending: dict[str, Any] = {"connection": link, "retry": False, "expires": _EXPIRES}
            compute_report.apply_async(args=(report_id,), **sending)
    except Exception as error:  # Whatever it is, the row stands and the sweep comes by.
        logger.warning("The broker did not take report %s: %s", report_id, error)
        return False
    return True
