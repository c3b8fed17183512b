"""The audit log in the admin: read, search, filter; nothing else."""

from django.contrib import admin

from apps.audit.desk import ReadOnlyAdmin
from apps.audit.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("sequence", "at", "actor", "action", "subject")
    list_filter = ("action", "at", ("actor", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("actor",)
    search_fields = ("=subject", "action", "actor__username", "=hash")
    date_hierarchy = "at"
