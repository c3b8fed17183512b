"""Calling for a worker without waiting long for a broker that is not there."""

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from celery import Task

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


def publish(task: "Task[Any, Any]", pk: int) -> bool:
    """Call a worker for a row; say whether the broker took it, within about a second."""
    app = task.app
    options = {**app.conf.broker_transport_options, **_PATIENCE}
    try:
        with app.connection_for_write(transport_options=options, connect_timeout=0.5) as link:
            sending: dict[str, Any] = {"connection": link, "retry": False, "expires": _EXPIRES}
            task.apply_async(args=(pk,), **sending)
    except Exception as error:  # Whatever it is, the row stands and the sweep comes by.
        logger.warning("The broker did not take %s %s: %s", task.name, pk, error)
        return False
    return True
