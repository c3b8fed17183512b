"""What the facet `lifecycleStateChange` of a dataset says."""

from collections.abc import Mapping
from typing import Any

from apps.ingest.openlineage.spelling import plain_name
from apps.ingest.openlineage.texts import nameable

Given = Mapping[str, dict[str, Any] | None] | None

DROP, RENAME, ALTER = "DROP", "RENAME", "ALTER"
# The rest makes the content anew: CREATE, OVERWRITE, TRUNCATE.


def change_of(given: Given) -> str:
    """CREATE, ALTER, OVERWRITE, TRUNCATE, DROP or RENAME; empty if nothing is said."""
    said = _facet(given).get("lifecycleStateChange")
    return said.upper() if isinstance(said, str) else ""


def previous_name(given: Given) -> tuple[str, str] | None:
    """Of a dataset that was renamed, the namespace and name before."""
    before = _facet(given).get("previousIdentifier")
    if change_of(given) != RENAME or not isinstance(before, dict):
        return None
    namespace, name = nameable(before.get("namespace")), nameable(before.get("name"))
    return (namespace, plain_name(namespace, name)) if namespace and name else None


def _facet(given: Given) -> dict[str, Any]:
    found = (given or {}).get("lifecycleStateChange") or {}
    return {} if found.get("_deleted") else found
