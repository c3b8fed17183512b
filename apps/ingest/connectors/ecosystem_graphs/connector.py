"""Stanford's Ecosystem Graphs: a folder of YAML files, each a list of cards.

A card is a dataset, model or application; its namespace is the organisation, its version empty.
Names are not identity: "Dragonfly" is one organisation's chatbot and another's vision model. A
name that stands in two files is an artifact for each; where organisation and kind are the same as
well, the file is added to the namespace. A dependency on such a name means the one in the same
file, else every one of that name. A name without any card is a placeholder of the kind
`undeclared` in the namespace `ecosystem-graphs`. Dates say nothing about direction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from apps.graph.errors import RecordError
from apps.graph.records import ArtifactKey, ArtifactRecord, EdgeRecord, LineageBatch
from apps.graph.validation import artifact_record
from apps.ingest.connectors.contract import Access, ConnectorError, Reading, Remark
from apps.ingest.connectors.ecosystem_graphs.card import Card, card_record, dependencies, read_card
from apps.ingest.connectors.formats.documents import files_in
from apps.ingest.connectors.formats.yaml_cards import load_yaml

PRODUCER = "ecosystem-graphs"
UNDECLARED = "undeclared"


@dataclass(slots=True)
class _Catalogue:
    """Every card, and what was remarked on the way."""

    cards: list[Card] = field(default_factory=list)
    adapted: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)


def read(access: Access) -> Iterator[Reading]:
    """The whole folder as one reading, because any file may name a card of any other."""
    path = access.path
    catalogue = _Catalogue()
    for place, file in files_in(path, (".yaml", ".yml")):
        if file is None:
            remark = Remark(place, "outside", "Leads out of the folder; not read.")
            catalogue.refused.append(remark)
        else:
            _read_file(file, place, catalogue)
    keys = _keys(catalogue.cards)
    artifacts = [record for card in catalogue.cards for record in _record(card, keys, catalogue)]
    stated = {record.key for record in artifacts}
    named: defaultdict[str, list[Card]] = defaultdict(list)
    for card in catalogue.cards:
        named[card.name].append(card)
    edges = dict.fromkeys(
        edge
        for card in catalogue.cards
        if keys[card.place] in stated
        for edge in _edges(card, keys, named, catalogue)
    )
    yield Reading(
        batch=LineageBatch(producer=PRODUCER, artifacts=tuple(artifacts), edges=tuple(edges)),
        adapted=tuple(catalogue.adapted),
        refused=tuple(catalogue.refused),
        unit="cards",
        about=tuple(record.key for record in artifacts),
        complete="",
    )


def _read_file(file: Path, place: str, catalogue: _Catalogue) -> None:
    try:
        found = load_yaml(file)
    except ConnectorError as error:
        catalogue.refused.append(Remark(place, "not_yaml", str(error)))
        return
    if not isinstance(found, list):
        message = f"Holds a {type(found).__name__}, not a list of cards."
        catalogue.refused.append(Remark(place, "not_cards", message))
        return
    changed = datetime.fromtimestamp(int(file.stat().st_mtime), tz=UTC)
    for index, value in enumerate(found):
        try:
            card = read_card(value, file=place, index=index, stated_at=changed)
        except RecordError as error:
            catalogue.refused.append(Remark(f"{place} {error.path}", "not_a_card", error.message))
        else:
            catalogue.cards.append(card)


def _keys(cards: Iterable[Card]) -> dict[str, ArtifactKey]:
    """The key of each card by its place."""
    files: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    every = list(cards)
    for card in every:
        files[card.organisation, card.kind, card.name].add(card.file)
    keys = {}
    for card in every:
        namespace = card.organisation or PRODUCER
        if len(files[card.organisation, card.kind, card.name]) > 1:
            namespace = f"{namespace} ({card.file})"
        keys[card.place] = ArtifactKey(namespace, card.kind, card.name)
    return keys


def _record(
    card: Card, keys: dict[str, ArtifactKey], catalogue: _Catalogue
) -> Iterator[ArtifactRecord]:
    record, adapted = card_record(card, keys[card.place])
    try:
        yield artifact_record(record, card.place)
    except RecordError as error:
        catalogue.refused.append(Remark(error.path, "invalid", error.message))
    else:
        catalogue.adapted.extend(adapted)


def _edges(
    card: Card,
    keys: dict[str, ArtifactKey],
    named: Mapping[str, Sequence[Card]],
    catalogue: _Catalogue,
) -> Iterator[EdgeRecord]:
    names, adapted, refused = dependencies(card)
    catalogue.adapted.extend(adapted)
    catalogue.refused.extend(refused)
    for name in names:
        every = named.get(name, ())
        here = [one for one in every if one.file == card.file]
        meant = [keys[one.place] for one in here or every]
        for upstream in meant or [ArtifactKey(PRODUCER, UNDECLARED, name)]:
            yield EdgeRecord(upstream, keys[card.place], "dependency")
