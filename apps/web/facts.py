"""What an artifact's facets say, as rows for a page.

A facet that the product knows is shown field by field; all else is shown as the JSON it is.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from apps.graph.errors import RecordError
from apps.graph.facets import KNOWN_FACETS, read_facet
from apps.graph.vocabulary import kind_label

WORDS = {
    "rows": "Rows",
    "size_bytes": "Size",
    "image_digest": "Image digest",
    "dirty": "Working tree",
    "live_from": "Live from",
    "live_until": "Live until",
    "started_at": "Started",
    "ended_at": "Ended",
    "url": "URL",
    "python": "Python",
}
TABLES = frozenset({"metrics", "parameters", "packages"})
COPIED = frozenset({"commit", "image_digest", "endpoint", "url", "repository"})
LONGEST_JSON = 20_000


@dataclass(frozen=True, slots=True)
class Fact:
    """One row. `form` says how to write the value: text, size, moment, copy or number."""

    label: str
    value: object
    form: str = "text"


@dataclass(frozen=True, slots=True)
class FactTable:
    """Named values of one sort: metrics, parameters, packages."""

    title: str
    rows: list[tuple[str, object]]


@dataclass(slots=True)
class Facts:
    """`documents` are facets, or what is left of them, as (name, indented JSON)."""

    rows: list[Fact] = field(default_factory=list)
    tables: list[FactTable] = field(default_factory=list)
    features: list[str] = field(default_factory=list)
    documents: list[tuple[str, str]] = field(default_factory=list)


def facts_of(facets: Mapping[str, Any]) -> Facts:
    """The facets in the order of the product's kinds, unknown ones after them by name."""
    facts = Facts()
    for name in sorted(facets, key=lambda one: (one not in KNOWN_FACETS, one)):
        known = _known(name, facets[name])
        if known is None:
            facts.documents.append((name, indented(facets[name])))
        else:
            _add(facts, name, known, facets[name])
    return facts


def _known(name: str, given: object) -> msgspec.Struct | None:
    try:
        return read_facet(KNOWN_FACETS[name], given) if name in KNOWN_FACETS else None
    except RecordError:
        return None


def _add(facts: Facts, name: str, known: msgspec.Struct, given: Mapping[str, Any]) -> None:
    values = msgspec.structs.asdict(known)
    for label, value in values.items():
        if value in ("", None, [], {}):
            continue
        if label in TABLES:
            facts.tables.append(FactTable(kind_label(label), _sorted(value)))
        elif label == "features":
            facts.features.extend(_feature_names(value))
        else:
            facts.rows.append(_fact(label, value))
    if isinstance(known, KNOWN_FACETS["run"]):
        _add_duration(facts, values["started_at"], values["ended_at"])
    further = {label: value for label, value in given.items() if label not in values}
    if further:
        facts.documents.append((f"{name}, further fields", indented(further)))


def _fact(label: str, value: object) -> Fact:
    words = WORDS.get(label) or kind_label(label)
    match value:
        case datetime():
            return Fact(words, value, "moment")
        case bool() if label == "dirty":
            return Fact(words, "Changed since the commit" if value else "Clean")
        case bool():
            return Fact(words, "Yes" if value else "No")
        case int() if label == "size_bytes":
            return Fact(words, value, "size")
        # A seed is a name made of digits; it is not counted with.
        case int() | float() if label != "seed":
            return Fact(words, value, "number")
        case _:
            return Fact(words, value, "copy" if label in COPIED else "text")


def _add_duration(facts: Facts, started: datetime | None, ended: datetime | None) -> None:
    if started and ended and ended >= started:
        facts.rows.append(Fact("Took", duration_words((ended - started).total_seconds())))


def duration_words(seconds: float) -> str:
    """In the two largest units.

    >>> duration_words(12), duration_words(252), duration_words(7320), duration_words(180000)
    ('12 s', '4 min 12 s', '2 h 2 min', '2 d 2 h')
    """
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds:.3g} s"
    whole = int(seconds)
    for unit, big, small_unit, small in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min")):
        if whole >= unit:
            return f"{whole // unit} {big} {whole % unit // small_unit} {small}"
    return f"{whole // 60} min {whole % 60} s"


def _sorted(values: Mapping[str, object]) -> list[tuple[str, object]]:
    return sorted(
        (name, value if isinstance(value, str | int | float) else json.dumps(value))
        for name, value in values.items()
    )


def _feature_names(features: Iterable[str | Mapping[str, Any]]) -> Iterable[str]:
    for feature in features:
        yield feature if isinstance(feature, str) else str(feature.get("name") or dict(feature))


def indented(value: object) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    if len(text) <= LONGEST_JSON:
        return text
    return f"{text[:LONGEST_JSON]}\n… {len(text) - LONGEST_JSON:,} more characters; ask the API."
