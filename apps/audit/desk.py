"""The governance desk: Django's admin in which everything can be read and nothing edited by hand.

What may be changed is changed by actions, which call services and so leave an audit entry.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
else:  # Generic for the type checker only.
    AnyModelAdmin = admin.ModelAdmin


class ReadOnlyAdmin(AnyModelAdmin):
    """Lists and pages for people with at least the role `role_needed`."""

    role_needed = "reviewer"
    list_per_page = 50
    show_full_result_count = False  # Nobody needs it, and some of the tables are long.

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_authenticated and request.user.may_act_as(self.role_needed)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
