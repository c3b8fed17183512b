"""What the facets of an event say, as the fields of a record."""

from collections.abc import Mapping
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.facets import KNOWN_FACETS
from apps.graph.validation import MAX_NAME_BYTES, MAX_TAGS, MAX_TEXT_BYTES, digest, line, paragraph
from apps.graph.vocabulary import Kind
from apps.ingest.openlineage.kinds import feast, features

Given = Mapping[str, dict[str, Any] | None] | None

MAX_OWNER_BYTES = 200
MAX_TAG_BYTES = 200
MAX_COUNT = 2**63
# Facets that are a field of a record, too.
FIELD_OF = {"documentation": "description", "ownership": "owner", "dataSource": "uri"}
OWN_FACETS = KNOWN_FACETS.keys() | {"lifecycle"}
TECHNICAL = frozenset({"_producer", "_schemaURL", "_deleted"})


def kept(*given: Given, prefix: str = "") -> dict[str, Any]:
    """Facets by their own names, of two with one name the first; without those that are deleted.

    A name that the product reads as a facet of its own is set apart. Who made the facet and by
    which schema stays in the stored event.
    """
    found: dict[str, Any] = {}
    for facets in given:
        for name, value in (facets or {}).items():
            if value is not None and not value.get("_deleted"):
                found.setdefault(_own(name, prefix), _content(value))
    return found


def withdrawn(given: Given, *, unless: Given) -> tuple[str, ...]:
    """What these facets take back by marking themselves as deleted, by the names of a record."""
    found: set[str] = set()
    for name, value in (given or {}).items():
        if value is not None and value.get("_deleted") and _own(name) not in (unless or {}):
            found.add(f"facets.{_own(name)}")
            found.update({FIELD_OF[name]} if name in FIELD_OF else ())
    return tuple(sorted(found))


def _own(name: str, prefix: str = "") -> str:
    return f"openlineage_{name}" if name in OWN_FACETS else f"{prefix}{name}"


def _content(value: dict[str, Any]) -> dict[str, Any]:
    return {name: inner for name, inner in value.items() if name not in TECHNICAL}


def facet(given: Given, name: str) -> dict[str, Any]:
    """One facet; empty if it is not there or has been deleted."""
    found = (given or {}).get(name) or {}
    return {} if found.get("_deleted") else _content(found)


def described(given: Given) -> str:
    """By the facet of its own, else by what Feast says."""
    text = facet(given, "documentation").get("description") or feast(given).get("description")
    try:
        return paragraph(text, "$", limit=MAX_TEXT_BYTES) if isinstance(text, str) else ""
    except RecordError:
        return ""


def owned(given: Given) -> str:
    """The first owner that has a name, else the one that Feast names."""
    owners = facet(given, "ownership").get("owners")
    for one in owners if isinstance(owners, list) else []:
        if isinstance(one, dict) and (name := fitting(one.get("name"), limit=MAX_OWNER_BYTES)):
            return name
    return fitting(feast(given).get("owner"), limit=MAX_OWNER_BYTES)


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
        theirs = feast(facets).get("tags")
        for key, value in theirs.items() if isinstance(theirs, dict) else ():
            found.add(_tag({"key": key, "value": value}))
    return tuple(sorted(found - {""})[:MAX_TAGS])


def _tag(one: dict[str, Any]) -> str:
    key, value = one.get("key"), one.get("value")
    if not isinstance(key, str):
        return ""
    plain = not isinstance(value, str) or value in {"", "true"}
    return fitting(key if plain else f"{key}={value}", limit=MAX_TAG_BYTES)


def about(kind: str, dataset: Given, *sides: Given) -> dict[str, Any]:
    """The facet of the kind, as far as OpenLineage knows what it holds."""
    found = counted(dataset, *sides)
    if kind == Kind.FEATURE_SET and (names := features(dataset)):
        found |= {"feature_set": {"features": names}}
    if kind == Kind.MODEL:
        size = found.pop("dataset", {}).get("size_bytes")
        layout = fitting(facet(dataset, "storage").get("fileFormat"), limit=MAX_TAG_BYTES)
        model = {"size_bytes": size, "format": layout or None}
        if model := {name: value for name, value in model.items() if value is not None}:
            found["model"] = model
    return found


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
