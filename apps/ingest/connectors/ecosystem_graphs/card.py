"""One card of the Ecosystem Graphs: its fields as they drift, read as they stand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey, ArtifactRecord
from apps.graph.validation import MAX_NAME_BYTES, json_value, line, paragraph
from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Remark

KINDS = frozenset({Kind.DATASET.value, Kind.MODEL.value, Kind.APPLICATION.value})
MAX_OWNER_BYTES = 200
# These are the artifact itself or its edges; every other field is kept in the facet.
OWN_FIELDS = frozenset({"name", "type"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card with its identity read. `place` is `openai.yaml[3] GPT-4`."""

    file: str
    index: int
    kind: str
    name: str
    organisation: str
    stated_at: datetime
    fields: dict[str, Any]

    @property
    def place(self) -> str:
        return f"{self.file}[{self.index}] {self.name}"


@dataclass(slots=True)
class _Fields:
    """The fields of one card, and what had to be adapted to read them."""

    place: str
    values: dict[str, Any]
    adapted: list[Remark] = field(default_factory=list)

    def text(self, name: str, *, limit: int | None = None) -> str:
        """The text of a field that may be a text or a mapping with a `value`."""
        value = self.values.get(name)
        if isinstance(value, dict):
            value = value.get("value")
        if not isinstance(value, str) or not value.strip():
            return ""
        try:
            place = f"{self.place} > {name}"
            return paragraph(value.strip(), place) if limit is None else _one_line(value, limit)
        except RecordError as error:
            self.note(name, "kept_in_card_only", error.message)
            return ""

    def moment(self, name: str) -> datetime | None:
        """A full date as midnight UTC. A year alone is no date; nothing is guessed."""
        value = self.values.get(name)
        if isinstance(value, dict):
            value = value.get("value")
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value.strip())
            except ValueError:
                pass
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        if value not in (None, ""):
            self.note(name, "no_full_date", f"{str(value)[:80]!r} is no full date; kept as text.")
        return None

    def note(self, name: str, code: str, message: str) -> None:
        self.adapted.append(Remark(f"{self.place} > {name}", code, message))


def read_card(value: object, *, file: str, index: int, stated_at: datetime) -> Card:
    """The card in a YAML value. `RecordError` if it has no usable name or type."""
    if not isinstance(value, dict):
        raise RecordError(f"[{index}]", f"Is a {type(value).__name__}, not a card.")
    name, kind = value.get("name"), value.get("type")
    if not isinstance(name, str):
        raise RecordError(f"[{index}].name", "Is missing or is no text.")
    if kind not in KINDS:
        raise RecordError(
            f"[{index}].type", f"{str(kind)[:80]!r} is not one of {', '.join(sorted(KINDS))}."
        )
    organisation = value.get("organization")
    if isinstance(organisation, dict):
        organisation = organisation.get("value")
    return Card(
        file=file,
        index=index,
        kind=str(kind),
        name=line(name.strip(), f"[{index}].name", required=True),
        organisation=_one_line(organisation, MAX_NAME_BYTES)
        if isinstance(organisation, str)
        else "",
        stated_at=stated_at,
        fields={str(key): inner for key, inner in value.items() if key not in OWN_FIELDS},
    )


def card_record(card: Card, key: ArtifactKey) -> tuple[ArtifactRecord, list[Remark]]:
    """The artifact, and what was adapted. The card's own words stay whole in `ecosystem_card`."""
    fields = _Fields(card.place, card.fields)
    uri = fields.text("url", limit=MAX_NAME_BYTES)
    license_name = fields.text("license", limit=MAX_OWNER_BYTES)
    record = ArtifactRecord(
        namespace=key.namespace,
        kind=key.kind,
        name=key.name,
        uri=uri,
        owner=fields.text("organization", limit=MAX_OWNER_BYTES),
        description=fields.text("description"),
        occurred_at=fields.moment("created_date"),
        stated_at=card.stated_at,
        facets={
            "ecosystem_card": dict(_kept(card, fields)),
            **({card.kind: {"license": license_name}} if license_name else {}),
        },
    )
    return record, fields.adapted


def dependencies(card: Card) -> tuple[list[str], list[Remark], list[Remark]]:
    """The names of what the card depends on, what was adapted, and what was refused."""
    adapted: list[Remark] = []
    refused: list[Remark] = []
    place = f"{card.place} > dependencies"
    given = card.fields.get("dependencies")
    if isinstance(given, dict):
        adapted.append(Remark(place, "list_in_a_mapping", "Is a mapping; its value is read."))
        given = given.get("value")
    if isinstance(given, str) and given.strip():
        adapted.append(Remark(place, "one_as_list", "Is one name, not a list; read as that one."))
        given = [given]
    if given is not None and not isinstance(given, list | str):
        refused.append(Remark(place, "no_list", f"Is a {type(given).__name__}, not a list."))
    names: dict[str, None] = {}
    for one in given if isinstance(given, list) else []:
        try:
            names[_dependency(one)] = None
        except RecordError as error:
            refused.append(Remark(place, "no_name", error.message))
    return list(names), adapted, refused


def _dependency(value: object) -> str:
    if not isinstance(value, str):
        raise RecordError("$", f"{str(value)[:80]!r} is no text.")
    return line(value.strip(), "$", required=True)


def _kept(card: Card, fields: _Fields) -> Iterator[tuple[str, Any]]:
    for name, value in card.fields.items():
        if name == "dependencies":
            continue
        plain = _plain(value)
        if plain in ("", None, [], {}):
            continue
        if isinstance(value, date) and name != "created_date":
            fields.note(name, "read_as_date", f"YAML reads {value} as a date; kept as text.")
        try:
            yield name, json_value(plain, name)
        except RecordError as error:
            fields.note(name, "field_left_out", error.message)


def _plain(value: Any) -> Any:
    """YAML values as JSON values, blanks taken out."""
    match value:
        case str():
            return value.strip()
        case date():
            return value.isoformat()
        case dict():
            inner = {str(name): _plain(one) for name, one in value.items()}
            return {name: one for name, one in inner.items() if one not in ("", None, [], {})}
        case list() | tuple() | set():
            return [_plain(one) for one in value]
        case None | bool() | int() | float():
            return value
        case _:
            return str(value)


def _one_line(value: str, limit: int) -> str:
    return line(" ".join(value.split()), "$", limit=limit)
