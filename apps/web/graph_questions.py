"""What a reader asks of the graph page, out of its address and back into one.

Every state of the page is a `GraphQuestion`, and every control on it a link to another one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from apps.catalog.selectors import Direction
from apps.web.forms import clean_line, whole_number

Side = Literal["u", "d", ""]
DIRECTIONS = ("upstream", "both", "downstream")
# The steps that have a button; `None` is all of them. Others may stand in an address.
DEPTHS: tuple[int | None, ...] = (1, 2, 3, None)
FIRST_DEPTH = 2
MOST_DEPTH = 1_000_000
GROUPS = ("auto", "none", "name", "kind", "namespace")
VIEWS = ("graph", "table")
ORDERINGS = ("distance", "kind", "name", "direction", "status")
# More than this many is asked by no reader, only by somebody who tries how much we take.
MOST_EXPANDED = 50
MOST_KINDS = 40
LONGEST_KIND = 64
_EXPANSION = re.compile(r"([0-9]{1,18})([ud]?)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQuestion:
    """One state of the page of the artifact `pk`.

    `depth` None means all steps. `hidden` are kinds that are walked through but not shown.
    `expanded` are artifacts of which the direct neighbours are shown too, on the `u`pstream side,
    the `d`ownstream side or both. `troubles` says what of the address was not understood.
    """

    pk: int
    direction: Direction = "both"
    depth: int | None = FIRST_DEPTH
    hidden: frozenset[str] = frozenset()
    as_of: int | None = None
    expanded: tuple[tuple[int, Side], ...] = ()
    path_to: int | None = None
    group: str = "auto"
    production_only: bool = False
    view: str = "graph"
    selected: int | None = None
    text: str = ""
    ordering: str = "distance"
    troubles: tuple[str, ...] = field(default=(), compare=False)

    def parameters(self) -> dict[str, str | list[str]]:
        """As they stand in an address; what is as usual is left out."""
        given: dict[str, str | list[str]] = {
            "direction": self.direction if self.direction != "both" else "",
            "depth": "all" if self.depth is None else str(self.depth),
            "hide": sorted(self.hidden),
            "as_of": "" if self.as_of is None else str(self.as_of),
            "expand": ",".join(f"{pk}{side}" for pk, side in self.expanded),
            "path_to": str(self.path_to or ""),
            "group": self.group if self.group != "auto" else "",
            "only": "production" if self.production_only else "",
            "view": self.view if self.view != "graph" else "",
            "q": self.text,
            "ordering": self.ordering if self.ordering != "distance" else "",
            "selected": str(self.selected or ""),
        }
        if self.depth == FIRST_DEPTH:
            given["depth"] = ""
        return {name: value for name, value in given.items() if value}

    def url(self, page: str = "web:graph", **changes: object) -> str:
        """The address of this state, or of one that differs from it by `changes`."""
        asked = replace(self, **changes) if changes else self  # type: ignore[arg-type]
        query = urlencode(asked.parameters(), doseq=True)
        path = reverse(page, args=[self.pk])
        return f"{path}?{query}" if query else path

    def expanding(self, pk: int, side: Side = "") -> "GraphQuestion":
        """The state with one more artifact expanded."""
        kept = tuple(one for one in self.expanded if one != (pk, side))
        return replace(self, expanded=(*kept, (pk, side))[-MOST_EXPANDED:])

    def collapsing(self, pk: int) -> "GraphQuestion":
        """The state in which the artifact is not expanded any more."""
        return replace(self, expanded=tuple(one for one in self.expanded if one[0] != pk))


def graph_question(*, pk: int, given: QueryDict) -> GraphQuestion:
    """Read an address. What makes no sense is left at its default and named in `troubles`."""
    troubles: list[str] = []
    chosen = {
        name: _one_of(given, name, values, troubles)
        for name, values in (
            ("direction", DIRECTIONS),
            ("group", GROUPS),
            ("view", VIEWS),
            ("only", ("production",)),
            ("ordering", (*ORDERINGS, *(f"-{one}" for one in ORDERINGS))),
        )
    }
    text = clean_line(given.get("q", ""))
    if text is None:
        troubles.append("The search text has characters that no name has; it was left out.")
    return GraphQuestion(
        pk=pk,
        direction=cast("Direction", chosen["direction"] or "both"),
        depth=_depth(given.get("depth", ""), troubles),
        hidden=frozenset(
            kind for kind in given.getlist("hide")[:MOST_KINDS] if 0 < len(kind) <= LONGEST_KIND
        ),
        as_of=_number(given, "as_of", "a revision", "This is the graph as it is now.", troubles),
        expanded=_expanded(given.get("expand", ""), troubles),
        path_to=_number(given, "path_to", "an artifact's number", "No path is shown.", troubles),
        group=chosen["group"] or "auto",
        production_only=bool(chosen["only"]),
        view=chosen["view"] or "graph",
        selected=_number(given, "selected", "an artifact's number", "", troubles),
        text=text or "",
        ordering=chosen["ordering"] or "distance",
        troubles=tuple(troubles),
    )


def _one_of(
    given: Mapping[str, str], name: str, values: tuple[str, ...], troubles: list[str]
) -> str:
    value = given.get(name, "")
    if value in ("", *values):
        return value
    troubles.append(f"{name}={_quoted(value)} is not one of {', '.join(values[:5])}.")
    return ""


def _depth(text: str, troubles: list[str]) -> int | None:
    if text == "all":
        return None
    if not text:
        return FIRST_DEPTH
    number = whole_number(text)
    if number is None or not 1 <= number <= MOST_DEPTH:
        troubles.append(
            f"depth={_quoted(text)} is not a number of steps. These are {FIRST_DEPTH} steps."
        )
        return FIRST_DEPTH
    return number


def _number(
    given: Mapping[str, str], name: str, what: str, instead: str, troubles: list[str]
) -> int | None:
    text = given.get(name, "")
    number = whole_number(text) if text else None
    if text and number is None:
        troubles.append(f"{name}={_quoted(text)} is not {what}. {instead}".strip())
    return number


def _expanded(text: str, troubles: list[str]) -> tuple[tuple[int, Side], ...]:
    if not text:
        return ()
    found: dict[tuple[int, Side], None] = {}
    for part in text[:2000].split(",")[:MOST_EXPANDED]:
        match = _EXPANSION.fullmatch(part)
        if match is None:
            troubles.append(f"expand={_quoted(text)} is not a list of artifacts' numbers.")
            return ()
        found[int(match[1]), cast("Side", match[2])] = None
    return tuple(found)


def _quoted(text: str) -> str:
    return f"“{text[:40]}{'…' if len(text) > 40 else ''}”"  # noqa: PLR2004 - fits one line
