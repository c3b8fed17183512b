"""Names that an artifact bears elsewhere, as far as its own record gives them away."""

from typing import Any

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
        value = _field(record.facets.get(facet), field)
        if value and record.kind == facet:
            found.append((scheme, value))
    return found


def _field(facet: Any, field: str) -> str:
    value = facet.get(field) if isinstance(facet, dict) else None
    return value if isinstance(value, str) else ""
