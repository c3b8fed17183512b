"""Who is asking: a script by its token, or a person by the session of their browser."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts.models import ApiToken, User
from apps.accounts.services import authenticate_token

REALM = 'Bearer realm="Model Lineage"'


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer mlt_…`. A token that is not live is refused, never ignored."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = authenticate_token(secret=secret.decode("latin-1").strip())
        if token is None:
            raise AuthenticationFailed(
                "This token is unknown, expired or revoked. Make another under API tokens.",
                code="bad_token",
            )
        return token.owner, token

    def authenticate_header(self, _request: Request) -> str:
        return REALM


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI schema describes the above."""

    target_class = "apps.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token with the scopes it needs; made in the browser.",
        }
