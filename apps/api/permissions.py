"""What the one who asks may do: the role of the person, and the scope of the token."""

from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.accounts.models import SCOPE_ROLES, ApiToken, User


def scope_of(view: Any, method: str) -> str:
    """The scope that a request needs. Reading needs `read`; a view names what its writes need."""
    if method in {"GET", "HEAD", "OPTIONS"} or not hasattr(view, method.lower()):
        return "read"  # What a view does not do, it says to whoever may read.
    scopes: dict[str, str] = getattr(view, "write_scopes", {})
    return scopes.get(getattr(view, "action", None) or method.lower(), "admin")


class ScopedPermission(BasePermission):
    """Signed in, with the role that the scope needs, and by a token only if it has the scope."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, User):
            return False
        scope = scope_of(view, request.method or "GET")
        role = SCOPE_ROLES[scope]
        if not request.user.may_act_as(role):
            raise PermissionDenied(
                f"This needs the role {role}; {request.user.username} is {request.user.role}. "
                "Ask an administrator.",
                code="role_missing",
            )
        if isinstance(request.auth, ApiToken) and not request.auth.allows(scope):
            raise PermissionDenied(
                f'This needs a token with the scope "{scope}"; this one has '
                f"{', '.join(request.auth.scopes)}. Make one that has it under API tokens.",
                code="scope_missing",
            )
        return True
