"""The audit log in the admin: read, search, filter; nothing else."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from apps.audit.models import AuditEntry

if TYPE_CHECKING:  # Generic for the type checker only.
    _ModelAdmin = admin.ModelAdmin[AuditEntry]
else:
    _ModelAdmin = admin.ModelAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(_ModelAdmin):
    list_display = ("sequence", "at", "actor", "action", "subject")
    list_filter = ("action", "at", ("actor", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("actor",)
    search_fields = ("=subject", "action", "actor__username", "=hash")
    date_hierarchy = "at"
    show_full_result_count = False  # Nobody needs it, and the log is long.

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return request.user.is_authenticated and request.user.may_act_as("reviewer")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
