"""How each artifact stands: flagged, affected, placeholder, tombstone, or nothing to remark."""

from collections.abc import Iterable

from apps.catalog.models import Artifact
from apps.impact.selectors import affected_status


def standing_of(artifacts: Iterable[Artifact]) -> dict[int, list[str]]:
    """For each artifact the statuses that `{% status_tag %}` knows, the gravest first."""
    listed = list(artifacts)
    spoiled = affected_status(artifact_ids=[one.pk for one in listed]) if listed else {}
    return {one.pk: _statuses(one, spoiled.get(one.pk)) for one in listed}


def _statuses(artifact: Artifact, spoiled: str | None) -> list[str]:
    found = [spoiled] if spoiled else []
    if artifact.is_tombstone:
        found.append("tombstone")
    elif artifact.is_placeholder:
        found.append("placeholder")
    return found
