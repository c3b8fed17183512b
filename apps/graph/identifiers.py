"""Names that an artifact bears elsewhere, as far as its own record gives them away."""

from typing import Any

from apps.graph.identity import normalised
from apps.graph.records import ArtifactRecord

# (kind of facet, field of it, scheme)
_FACET_IDENTIFIERS = (
    ("code", "commit", "git_commit"),
    ("environment", "image_digest", "oci_image"),
    ("deployment", "endpoint", "endpoint"),
    ("deployment", "image_digest", "oci_image"),
    ("application", "url", "url"),
)


def derived_identifiers(record: ArtifactRecord) -> list[tuple[str, str]]:
    """(scheme, value) of everything by which someone may look for this artifact.

    >>> derived_identifiers(ArtifactRecord(
    ...     namespace="n", kind="code", name="trainer", digest="sha256:9f86",
    ...     facets={"code": {"commit": "a91f3e2"}}))
    [('sha256', '9f86'), ('git_commit', 'a91f3e2')]
    """
    found: list[tuple[str, str]] = []
    if record.digest:
        algorithm, _, value = record.digest.partition(":")
        found.append((algorithm, value))
    if record.uri:
        found.append(("uri", record.uri))
    for facet, field, scheme in _FACET_IDENTIFIERS:
        about = record.facets.get(facet) if record.kind == facet else None
        if isinstance(about, dict) and (value := _field(about, field)):
            # With changes on top, the commit does not say which code it is.
            dirty = scheme == "git_commit" and about.get("dirty") is True
            found.append(("git_dirty_commit" if dirty else scheme, normalised(scheme, value)))
    return found


def _field(facet: dict[str, Any], field: str) -> str:
    value = facet.get(field)
    return value if isinstance(value, str) else ""
