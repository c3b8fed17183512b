"""The other names of a dataset: the facet `symlinks`."""

from collections.abc import Mapping
from typing import Any

from apps.ingest.openlineage.spelling import plain_name
from apps.ingest.openlineage.texts import nameable

Given = Mapping[str, dict[str, Any] | None] | None


def other_names(given: Given) -> frozenset[tuple[str, str]]:
    """(namespace, name) of each symlink; none once the facet is deleted."""
    facet = (given or {}).get("symlinks") or {}
    links = facet.get("identifiers") if not facet.get("_deleted") else None
    found = set()
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict):
            namespace, name = nameable(link.get("namespace")), nameable(link.get("name"))
            if namespace and name:
                found.add((namespace, plain_name(namespace, name)))
    return frozenset(found)
