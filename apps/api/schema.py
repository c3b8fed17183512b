"""The OpenAPI description: what every operation may answer besides its own."""

from typing import Any

import msgspec
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from apps.graph.records import LineageBatch


class FaultShape(serializers.Serializer[Any]):
    """One of several wrong places."""

    path = serializers.CharField()
    message = serializers.CharField()


class ErrorShape(serializers.Serializer[Any]):
    """Every refusal: a code, what to do, and the place that is wrong, as `$.artifacts[3].name`."""

    status = serializers.IntegerField()
    error = serializers.CharField()
    message = serializers.CharField()
    path = serializers.CharField(required=False)
    errors = FaultShape(many=True, required=False)  # type: ignore[assignment]


READ_ERRORS = {
    "400": "A parameter is wrong.",
    "401": "No token or session, or one that is not live.",
    "403": "The role or the token's scopes do not include this.",
    "503": "The database is busy; ask again in a moment.",
}
WRITE_ERRORS = {
    "409": "Does not follow from the present state.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
}


class LineageSchema(AutoSchema):
    """Adds the errors that are common to all operations."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        errors = dict(READ_ERRORS)
        if "{" in self.path or "lookup" in self.path:
            errors["404"] = "There is no such thing."
        if self.method not in {"GET", "HEAD"}:
            errors |= WRITE_ERRORS
        for status, description in errors.items():
            body = self._get_response_for_code(ErrorShape, status)  # type: ignore[no-untyped-call]
            bodies.setdefault(status, {**body, "description": description})
        return dict(sorted(bodies.items()))


def add_batch_shapes(result: dict[str, Any], **_hook: Any) -> dict[str, Any]:
    """Put the records' own definitions among the components."""
    _shapes, components = msgspec.json.schema_components(
        [LineageBatch], ref_template="#/components/schemas/{name}"
    )
    result["components"]["schemas"].update(components)
    return result
