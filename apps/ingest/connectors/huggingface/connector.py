"""Repositories of the Hugging Face Hub on disk: a clone, a folder of clones, or one model card.

One reading a repository. Names are those of the Hub (`org/name` in the namespace
`huggingface.co`), the version is the commit where git or the Hub's cache knows it. A base model
or a dataset without a revision means every clone of that name that lies in the folder, else a
placeholder without a version.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from apps.graph.vocabulary import Kind
from apps.ingest.connectors.contract import Access, ConnectorError, Reading
from apps.ingest.connectors.huggingface.clone import CARD, Clone, clone_at, clones_in
from apps.ingest.connectors.huggingface.model_card import Card, read_card
from apps.ingest.connectors.huggingface.repository import Names, read_repository
from apps.ingest.connectors.units import all_told

# What only the card of a dataset, or of an application, has.
DATASET_FIELDS = frozenset(
    {"dataset_info", "source_datasets", "annotations_creators", "task_categories"}
)


def read(access: Access) -> Iterator[Reading]:
    """A file is read as the card of the repository that its folder is, without what is beside."""
    yield from all_told(_read(access.path))


def _read(path: Path) -> Iterator[Reading]:
    root = path.resolve()
    if root.is_file():
        card = read_card(root)
        clone = _with_kind(clone_at(root.parent, root.parent), card)
        names: Names = {(clone.namespace, clone.kind, clone.name): [clone.commit]}
        yield read_repository(clone, card, names, card_name=root.name, alone=True)
        return
    if not root.is_dir():
        raise ConnectorError(f"{path.name} is not a file or folder that can be read.")
    clones = [_with_kind(one, _card(one)) for one in clones_in(root)]
    if not clones:
        raise ConnectorError(f"{path.name} holds no card, configuration or weights.")
    known: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for clone in clones:
        known[clone.namespace, clone.kind, clone.name].append(clone.commit)
    first = {clone.key: place for place, clone in reversed(list(enumerate(clones)))}
    for place, clone in enumerate(clones):
        again = first[clone.key] != place
        yield read_repository(clone, _card(clone), known, card_name=CARD, again=again)


def _card(clone: Clone) -> Card:
    file = clone.inside(CARD)
    if file is not None:
        return read_card(file)
    if (clone.folder / CARD).is_symlink():
        return Card(fault=("outside", "Leads out of the folder; not read."))
    return Card(fault=("no_card", f"Has no {CARD}."))


def _with_kind(clone: Clone, card: Card) -> Clone:
    if clone.kind:
        return clone
    if DATASET_FIELDS & card.fields.keys():
        return replace(clone, kind=Kind.DATASET)
    return replace(clone, kind=Kind.APPLICATION if "sdk" in card.fields else Kind.MODEL)
