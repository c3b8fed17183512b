"""The worker's application. Tasks are found in each app's `tasks.py`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lineage_site.settings")

app = Celery("model_lineage")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
