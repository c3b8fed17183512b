"""How each artifact stands: flagged, affected, placeholder, tombstone, or nothing to remark."""

from collections.abc import Iterable

from apps.catalog.models import Artifact


def standing_of(artifacts: Iterable[Artifact]) -> dict[int, list[str]]:
    """For each artifact the statuses that `{% status_tag %}` knows, the gravest first."""
    return {one.pk: _statuses(one) for one in artifacts}


def _statuses(artifact: Artifact) -> list[str]:
    if artifact.is_tombstone:
        return ["tombstone"]
    return ["placeholder"] if artifact.is_placeholder else []
