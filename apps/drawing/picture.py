"""What is to be drawn: cards, links between them and a direction. No colours, no layout."""

import re
from dataclasses import dataclass
from typing import Literal

Status = Literal["", "flagged", "affected", "evidence", "placeholder", "tombstone"]
LinkStatus = Literal["", "affected", "evidence"]
Direction = Literal["LR", "TB"]

STATUSES = frozenset({"", "flagged", "affected", "evidence", "placeholder", "tombstone"})
LINK_STATUSES = frozenset({"", "affected", "evidence"})
LONGEST_KEY = 200

# One leading slash, then printable ASCII: browsers read `//host`, `/\host` and `/<tab>/host` as
# another site.
_LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One artifact, or several folded into one when `count` is above 1.

    `title`, `version`, `facts` and the labels may hold any text. `key` names the card to links and
    to scripts on the page: printable, 1 to 200 characters. `url` is a local path or empty; anything
    else raises ValueError, as does an unknown `status`.
    """

    key: str
    kind: str
    title: str
    kind_label: str = ""
    version: str = ""
    facts: str = ""
    status: Status = ""
    status_label: str = ""
    url: str = ""
    stub: str = ""
    is_origin: bool = False
    count: int = 1

    def __post_init__(self) -> None:
        if not (0 < len(self.key) <= LONGEST_KEY and self.key.isprintable()):
            raise ValueError(f"A card's key is 1 to {LONGEST_KEY} printable characters.")
        if self.status not in STATUSES:
            raise ValueError(f"A card has no status {self.status!r}.")
        if self.url and not _LOCAL_PATH.fullmatch(self.url):
            raise ValueError("A card links to a path on this site only, such as /artifacts/1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One step of derivation between two cards, named by their keys. `label` is written on it."""

    upstream: str
    downstream: str
    role: str = ""
    label: str = ""
    status: LinkStatus = ""
    highlighted: bool = False

    def __post_init__(self) -> None:
        if self.status not in LINK_STATUSES:
            raise ValueError(f"A link has no status {self.status!r}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Cards and links, drawn in the order given. `label` says in words what the picture shows.

    Raises ValueError when two cards share a key or a link names a card that is not there.
    """

    cards: tuple[Card, ...]
    links: tuple[Link, ...] = ()
    direction: Direction = "LR"
    label: str = "Lineage"

    def __post_init__(self) -> None:
        keys = {card.key for card in self.cards}
        if len(keys) != len(self.cards):
            raise ValueError("Two cards of a picture share one key.")
        if self.direction not in ("LR", "TB"):
            raise ValueError("A picture runs LR (left to right) or TB (top to bottom).")
        for link in self.links:
            if link.upstream not in keys or link.downstream not in keys:
                raise ValueError("A link names a card that is not in the picture.")
