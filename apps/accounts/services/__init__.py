"""Everything that changes people and tokens. Each act leaves an audit entry."""

from apps.accounts.services.people import (
    add_user,
    change_email,
    change_role,
    deactivate,
    reactivate,
    reset_password,
)
from apps.accounts.services.tokens import authenticate_token, create_token, revoke_token

__all__ = [
    "add_user",
    "authenticate_token",
    "change_email",
    "change_role",
    "create_token",
    "deactivate",
    "reactivate",
    "reset_password",
    "revoke_token",
]
