"""A picture as DOT text. The same picture always gives the same text.

Outside text reaches dot only as the visible words of HTML-like labels, cleaned, shortened and
escaped. Names, links and keys are put on afterwards, in the SVG, where dot cannot read them: what
dot sees are our own ids n1, n2, … and e1, e2, ….
"""

import graphviz

from apps.drawing.picture import Card, Link, Picture
from apps.drawing.style import (
    KINDS,
    ORIGIN_BORDER_WIDTH,
    OTHER_KIND,
    STATUS_STYLES,
    link_style,
    sentinel,
)
from apps.drawing.text import columns, in_label, shorten

# The two engines agree on the measure of these two only.
SANS = "Arial"
MONO = "Courier New"

NAME_WIDTH = 30
VERSION_WIDTH = 20
ONE_LINE_WIDTH = 34
FACTS_WIDTH = 40
LABEL_WIDTH = 22
SMALL_SIZE = 9
TEXT_SIZE = 11

# From here on curves cost more than they show.
MANY_CARDS = 150
MANY_LINKS = 300


def dot_text(picture: Picture) -> str:
    """The DOT text of a picture."""
    names = {card.key: f"n{place}" for place, card in enumerate(picture.cards, start=1)}
    graph = graphviz.Digraph(
        graph_attr=_graph_attributes(picture),
        node_attr={"shape": "box", "fontname": SANS, "margin": "0.11,0.07"},
        edge_attr={"fontname": SANS, "arrowsize": "0.6"},
    )
    for card in picture.cards:
        graph.node(names[card.key], **_card_attributes(card, names[card.key]))
    for place, link in enumerate(picture.links, start=1):
        graph.edge(
            names[link.upstream], names[link.downstream], **_link_attributes(link, f"e{place}")
        )
    return str(graph.source)


def _graph_attributes(picture: Picture) -> dict[str, str]:
    attributes = {
        "rankdir": picture.direction,
        "bgcolor": "transparent",
        "nodesep": "0.26",
        "ranksep": "0.68",
        "pad": "0.16",
        "splines": "true",
    }
    if len(picture.cards) > MANY_CARDS or len(picture.links) > MANY_LINKS:
        attributes |= {"splines": "polyline", "mclimit": "0.3", "nslimit": "2", "nslimit1": "2"}
    return attributes


def _card_attributes(card: Card, name: str) -> dict[str, str]:
    look = STATUS_STYLES[card.status]
    border = look.border
    if card.is_origin and not card.status:
        border = "--ink2"
    width = ORIGIN_BORDER_WIDTH if card.is_origin else look.border_width
    return {
        "id": name,
        "label": _card_label(card),
        "style": ",".join(filter(None, ("rounded", "filled", look.border_style))),
        "fillcolor": sentinel(look.fill),
        "color": sentinel(border),
        "penwidth": f"{width:g}",
    }


def _card_label(card: Card) -> str:
    """The rows of a card: kind and status, name and version, facts, what lies beyond."""
    kind = KINDS.get(card.kind, OTHER_KIND)
    look = STATUS_STYLES[card.status]
    kind_words = shorten(card.kind_label or card.kind.replace("_", " "), width=LABEL_WIDTH).upper()
    status_words = shorten(card.status_label, width=LABEL_WIDTH).upper()
    name = shorten(card.title, width=NAME_WIDTH)
    version = shorten(card.version, width=VERSION_WIDTH)
    name_font = _font(name, variable=look.name, size=kind.name_size, bold=True)
    version_font = _font(version, variable="--ink2", size=TEXT_SIZE, face=MONO)

    first = _cell(_font(kind_words, variable=kind.label, size=SMALL_SIZE, bold=True), align="LEFT")
    first += _cell(
        _font(status_words, variable=look.words, size=SMALL_SIZE, bold=True), align="RIGHT"
    )
    rows = [first]
    if version and columns(name) + columns(version) > ONE_LINE_WIDTH:
        rows += [_wide_cell(name_font, width=kind.width), _wide_cell(version_font)]
    else:
        # Not a plain space: the browser would drop it and the version would touch the name.
        space = _font("\u00a0", variable="--ink2", size=TEXT_SIZE) if version else ""
        rows.append(_wide_cell(name_font + space + version_font, width=kind.width))
    for words, variable in ((card.facts, "--ink2"), (card.stub, "--accent")):
        if words:
            shown = shorten(words, width=FACTS_WIDTH)
            rows.append(_wide_cell(_font(shown, variable=variable, size=TEXT_SIZE)))
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{body}</TABLE>>'


def _cell(content: str, *, align: str) -> str:
    return f'<TD ALIGN="{align}">{content}</TD>'


def _wide_cell(content: str, *, width: int = 0) -> str:
    """A cell as wide as the card; `width` is the least it takes (a table's own WIDTH would widen
    the box but leave the status in its middle)."""
    least = f' WIDTH="{width}"' if width else ""
    return f'<TD ALIGN="LEFT" COLSPAN="2"{least}>{content}</TD>'


def _font(words: str, *, variable: str, size: int, face: str = "", bold: bool = False) -> str:
    if not words:
        return ""
    escaped = in_label(words)
    if bold:
        escaped = f"<B>{escaped}</B>"
    face_attribute = f' FACE="{face}"' if face else ""
    return (
        f'<FONT{face_attribute} POINT-SIZE="{size}" COLOR="{sentinel(variable)}">{escaped}</FONT>'
    )


def _link_attributes(link: Link, name: str) -> dict[str, str]:
    look = link_style(link)
    attributes = {
        "id": name,
        "color": sentinel(look.colour),
        "penwidth": f"{look.width:g}",
    }
    if look.dashed:
        attributes["style"] = "dashed"
    words = shorten(link.label, width=LABEL_WIDTH)
    if words:
        attributes["label"] = f"<{_font(words, variable='--ink2', size=SMALL_SIZE)}>"
    return attributes
