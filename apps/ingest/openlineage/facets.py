"""What the facets of an event say, as the fields of a record."""

from collections.abc import Mapping
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.facets import KNOWN_FACETS
from apps.graph.validation import MAX_NAME_BYTES, MAX_TAGS, MAX_TEXT_BYTES, digest, line, paragraph

Given = Mapping[str, dict[str, Any] | None] | None

MAX_OWNER_BYTES = 200
MAX_TAG_BYTES = 200
MAX_COUNT = 2**63
TECHNICAL = frozenset({"_producer", "_schemaURL", "_deleted"})


def kept(*given: Given, prefix: str = "") -> dict[str, Any]:
    """Facets by their own names, of two with one name the first; a deleted one is left empty.

    A name that the product reads as a facet of its own is set apart. Who made the facet and by
    which schema stays in the stored event.
    """
    found: dict[str, Any] = {}
    for facets in given:
        for name, value in (facets or {}).items():
            own = f"openlineage_{name}" if name in KNOWN_FACETS else f"{prefix}{name}"
            if value is not None and own not in found:
                found[own] = _content(value)
    return found


def _content(value: dict[str, Any]) -> dict[str, Any]:
    if value.get("_deleted"):
        return {}
    return {name: inner for name, inner in value.items() if name not in TECHNICAL}


def facet(given: Given, name: str) -> dict[str, Any]:
    """One facet; empty if it is not there or has been deleted."""
    return _content((given or {}).get(name) or {})


def described(given: Given) -> str:
    text = facet(given, "documentation").get("description")
    try:
        return paragraph(text, "$", limit=MAX_TEXT_BYTES) if isinstance(text, str) else ""
    except RecordError:
        return ""


def owned(given: Given) -> str:
    """The first owner that has a name."""
    owners = facet(given, "ownership").get("owners")
    for one in owners if isinstance(owners, list) else []:
        if isinstance(one, dict) and (name := fitting(one.get("name"), limit=MAX_OWNER_BYTES)):
            return name
    return ""


def located(given: Given) -> str:
    return fitting(facet(given, "dataSource").get("uri"), limit=MAX_NAME_BYTES)


def tagged(*given: Given) -> tuple[str, ...]:
    """Tags as `key` or `key=value`, without those that the client sets by itself."""
    found: set[str] = set()
    for facets in given:
        tags = facet(facets, "tags").get("tags")
        for one in tags if isinstance(tags, list) else []:
            if isinstance(one, dict) and one.get("source") != "OPENLINEAGE_CLIENT":
                found.add(_tag(one))
    return tuple(sorted(found - {""})[:MAX_TAGS])


def _tag(one: dict[str, Any]) -> str:
    key, value = one.get("key"), one.get("value")
    if not isinstance(key, str):
        return ""
    plain = not isinstance(value, str) or value in {"", "true"}
    return fitting(key if plain else f"{key}={value}", limit=MAX_TAG_BYTES)


def counted(dataset: Given, *statistics: Given) -> dict[str, Any]:
    """The `dataset` facet, if anything was counted: rows, size, columns."""
    rows = size = None
    for facets in (*statistics, dataset):
        for name in ("outputStatistics", "inputStatistics", "dataQualityMetrics"):
            said = facet(facets, name)
            rows = _count(said.get("rowCount")) if rows is None else rows
            size = _count(said.get("size", said.get("bytes"))) if size is None else size
    if rows is None and size is None:
        return {}
    fields = facet(dataset, "schema").get("fields")
    columns = len(fields) if isinstance(fields, list) and fields else None
    found = {"rows": rows, "size_bytes": size, "columns": columns}
    return {"dataset": {name: value for name, value in found.items() if value is not None}}


def _count(value: object) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and 0 <= value < MAX_COUNT else None


def content_digest(version: str) -> str:
    """A version that is a SHA-256 is the digest of the content, too.

    >>> content_digest("17"), content_digest("sha256:" + "a" * 64) == "sha256:" + "a" * 64
    ('', True)
    """
    algorithm, _, value = version.partition(":")
    hexadecimal = len(value) == 64 and set(value.lower()) <= set("0123456789abcdef")  # noqa: PLR2004
    return digest(version, "$") if algorithm == "sha256" and hexadecimal else ""


def fitting(value: object, *, limit: int) -> str:
    """The text if it may stand in a record's line; else nothing: the facet still has it."""
    if not isinstance(value, str):
        return ""
    try:
        return line(value.strip(), "$", limit=limit)
    except RecordError:
        return ""
