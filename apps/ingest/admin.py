"""Imports, received events and what clients of Marquez recorded, to be read only."""

from django.contrib import admin

from apps.audit.desk import ReadOnlyAdmin
from apps.ingest.models import ImportRun, MarquezRecord, OpenLineageEvent


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


@admin.register(MarquezRecord)
class MarquezRecordAdmin(ReadOnlyAdmin):
    list_display = ("kind", "name", "created_at", "updated_at")
    list_filter = ("kind",)
    search_fields = ("name",)
