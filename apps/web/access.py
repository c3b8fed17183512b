"""Who may press what. Every view that writes asks for the role here, whatever its page showed."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from apps.accounts.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def signed_in(request: HttpRequest) -> User:
    """The person asking. Sign-in is required everywhere, so there is one."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in first.")
    return request.user


def role_required(role: str) -> Callable[[View[P]], View[P]]:
    """Refuses with 403, and says which role the view needs."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> Any:
            require_role(request, role)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def require_role(request: HttpRequest, role: str) -> User:
    person = signed_in(request)
    if not person.may_act_as(role):
        raise PermissionDenied(
            f"This needs the role {role}; yours is {person.role}. Ask an administrator."
        )
    return person
