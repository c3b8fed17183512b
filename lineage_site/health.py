"""Two questions a machine asks: does the process live, and can it serve."""

import logging
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from apps.impact.models import Report
from apps.work.models import WorkState
from lineage_site.celery import app as celery_app

logger = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all; asks nothing of any other."""
    return JsonResponse({"status": "alive"})


@login_not_required
@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when pages can be served, else 503.

    A broker out of reach is told and fails nothing: flags and reports are kept in the database and
    are worked on when it is back.
    """
    found: dict[str, Any] = {"status": "ready", "database": "reachable"}
    try:
        found["migrations"] = "applied" if _migrated() else "missing"
        if found["migrations"] == "applied":
            found["oldest_pending_report_seconds"] = _oldest_pending_seconds()
    except DatabaseError:
        logger.exception("The database does not answer")
        found["database"] = "unreachable"
    found["broker"] = "reachable" if _broker_answers() else "unreachable"
    if found["database"] != "reachable" or found["migrations"] != "applied":
        found["status"] = "not ready"
    return JsonResponse(found, status=200 if found["status"] == "ready" else 503)


def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _oldest_pending_seconds() -> float | None:
    pending = Report.objects.filter(state=WorkState.PENDING)
    oldest = pending.aggregate(oldest=Min("requested_at"))["oldest"]
    return None if oldest is None else round((timezone.now() - oldest).total_seconds(), 1)


def _broker_answers() -> bool:
    try:
        with celery_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=1)
    except (OperationalError, OSError):
        return False
    return True
