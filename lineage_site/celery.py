"""The worker's application. Tasks are found in each app's `tasks.py`."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lineage_site.settings")

app = Celery("model_lineage")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

WORKER_PATIENCE_SECONDS = 15


@celeryd_init.connect
def wait_longer_than_a_request_may(conf: Any, **_: Any) -> None:
    """The limits in settings are for a web request; a worker's empty poll alone lasts a second."""
    conf.broker_transport_options = {
        **conf.broker_transport_options,
        "socket_timeout": WORKER_PATIENCE_SECONDS,
        "socket_connect_timeout": WORKER_PATIENCE_SECONDS,
    }
