"""Who asks, and what they may."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import ApiToken
from apps.api.views import actor
from apps.catalog.selectors import current_revision


class TokenShape(serializers.Serializer[Any]):
    """The token in use; never its secret."""

    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(source="expiry")


class MeShape(serializers.Serializer[Any]):
    """`scopes` is what this very request could do: by role, and by token if there is one."""

    username = serializers.CharField()
    role = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    token = TokenShape(allow_null=True)
    revision = serializers.IntegerField(help_text="Where the graph stands.")


class MeView(APIView):
    """A first call to make: does the token work, and what is it good for?"""

    @extend_schema(summary="Who asks, and what they may", responses=MeShape, operation_id="me")
    def get(self, request: Request) -> Response:
        person = actor(request)
        token = request.auth if isinstance(request.auth, ApiToken) else None
        body = {
            "username": person.username,
            "role": person.role,
            "scopes": [scope for scope in person.scopes if token is None or scope in token.scopes],
            "token": token,
            "revision": current_revision(),
        }
        return Response(MeShape(body).data)
