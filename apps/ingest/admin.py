"""Imports and received events, to be read only."""

from django.contrib import admin

from apps.audit.desk import ReadOnlyAdmin
from apps.ingest.models import ImportRun, OpenLineageEvent


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ("kind", "where", "state", "records", "started_at", "finished_at", "actor")
    list_filter = ("state", "kind")
    search_fields = ("where",)
    list_select_related = ("actor",)


@admin.register(OpenLineageEvent)
class OpenLineageEventAdmin(ReadOnlyAdmin):
    list_display = ("event_time", "event_type", "shape", "job_namespace", "job_name", "run_id")
    list_filter = ("shape",)
    search_fields = ("run_id", "job_name", "digest")
