"""An engine's SVG, taken apart and built anew from the few things a drawing needs.

Nothing is copied but shapes and words with known attributes of known form; no style, no script, no
link, no id. Keys, local links and full names are then put on from the picture itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from apps.drawing.errors import DrawingError
from apps.drawing.picture import Card, Link, Picture
from apps.drawing.style import STATUS_STYLES
from apps.drawing.text import class_name, clean
from apps.graph.vocabulary import role_named

SVG = "http://www.w3.org/2000/svg"
FONTS = "Arial, Helvetica, 'Liberation Sans', Arimo, sans-serif"
MONO_FONTS = "ui-monospace, Menlo, 'Cascadia Code', 'Liberation Mono', Cousine, monospace"
STACKED = ((6, 6), (3, 3))

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NUMBERS = re.compile(r"[-\d., ]+")
_PAINT = re.compile(r"#[0-9a-f]{6}|none")
_ALLOWED: dict[str, re.Pattern[str]] = {
    "d": re.compile(r"[MLCHVZ\d., -]+", re.IGNORECASE),
    "points": _NUMBERS,
    "x": _NUMBER,
    "y": _NUMBER,
    "fill": _PAINT,
    "stroke": _PAINT,
    "stroke-width": _NUMBER,
    "stroke-dasharray": _NUMBERS,
    "font-size": _NUMBER,
    "font-weight": re.compile("bold"),
    "text-anchor": re.compile("middle|end"),
}
_SHAPES = frozenset({"path", "polygon", "polyline", "text"})
_PLACE = re.compile(r"translate\((-?[\d.]+)[ ,]+(-?[\d.]+)\)")


@dataclass(frozen=True, slots=True)
class CleanSvg:
    """Inline SVG and its size in CSS pixels."""

    text: str
    width: float
    height: float


def clean_svg(layout: bytes, picture: Picture) -> CleanSvg:
    """A drawing fit to stand inside a page, from an engine's layout of the picture's DOT text.

    Raises DrawingError (`failed`) when the layout is not the SVG of that picture.
    """
    given = _parsed(layout)
    width, height = _size(given)
    drawing = given.find(f"{{{SVG}}}g")
    place = _PLACE.search(drawing.get("transform", "")) if drawing is not None else None
    if drawing is None or place is None:
        raise _unreadable("no drawing in it")
    groups = {group.get("id", ""): group for group in drawing.iter(f"{{{SVG}}}g")}

    root = ET.Element(
        "svg",
        {
            "xmlns": SVG,
            "class": "lineage-svg",
            # An image may hold nothing to focus, so a drawing with links is a group.
            "role": "group" if any(card.url for card in picture.cards) else "img",
            "aria-label": clean(picture.label),
            "viewBox": f"0 0 {width:g} {height:g}",
            "width": f"{width:g}",
            "height": f"{height:g}",
            "font-family": FONTS,
        },
    )
    inner = ET.SubElement(root, "g", {"transform": f"translate({place[1]} {place[2]})"})
    # Links first: cards lie over their ends.
    cards = {card.key: card for card in picture.cards}
    for number, link in enumerate(picture.links, start=1):
        _add_link(inner, link, cards, _group(groups, f"e{number}"))
    for number, card in enumerate(picture.cards, start=1):
        _add_card(inner, card, _group(groups, f"n{number}"))
    return CleanSvg(ET.tostring(root, encoding="unicode"), width, height)


def _parsed(layout: bytes) -> ET.Element:
    # An engine's text is escaped, so this can only be a declaration: no entity is ever expanded.
    if b"<!ENTITY" in layout:
        raise _unreadable("it declares entities")
    try:
        return ET.fromstring(layout)  # noqa: S314 - our own process' output, entities refused
    except ET.ParseError as error:
        raise _unreadable(str(error)) from error


def _size(given: ET.Element) -> tuple[float, float]:
    box = given.get("viewBox", "")
    if not _NUMBERS.fullmatch(box) or len(box.split()) != 4:  # noqa: PLR2004 - x, y, width, height
        raise _unreadable("no size")
    try:
        _, _, width, height = (float(number) for number in box.split())
    except ValueError as error:
        raise _unreadable("no size") from error
    return width, height


def _group(groups: dict[str, ET.Element], name: str) -> ET.Element:
    if name not in groups:
        raise _unreadable(f"{name} is not in it")
    return groups[name]


def _add_link(drawing: ET.Element, link: Link, cards: dict[str, Card], given: ET.Element) -> None:
    classes = ["link"]
    if link.status:
        classes.append(f"is-{link.status}")
    if link.highlighted:
        classes.append("is-highlighted")
    if link.role:
        classes.append(class_name("role-", link.role))
    group = ET.SubElement(
        drawing,
        "g",
        {
            "class": " ".join(classes),
            "data-upstream": link.upstream,
            "data-downstream": link.downstream,
            "data-role": clean(link.role),
        },
    )
    upstream, downstream = cards[link.upstream], cards[link.downstream]
    phrase = role_named(link.role).phrase if link.role else "comes from"
    title = ET.SubElement(group, "title")
    title.text = f"{_name(downstream)} {clean(phrase)} {_name(upstream)}"
    group.extend(_shapes(given))


def _add_card(drawing: ET.Element, card: Card, given: ET.Element) -> None:
    classes = ["card", class_name("k-", card.kind)]
    if card.status:
        classes.append(f"is-{card.status}")
    if card.is_origin:
        classes.append("is-origin")
    if card.count > 1:
        classes.append("is-folded")
    group = ET.SubElement(drawing, "g", {"class": " ".join(classes), "data-key": card.key})
    title = ET.SubElement(group, "title")
    said = _said_of(card)
    title.text = "\n".join(said)
    body = group
    if card.url:
        body = ET.SubElement(group, "a", {"href": card.url, "aria-label": ", ".join(said)})
    shapes = list(_shapes(given))
    if card.count > 1:
        body.extend(_stack(shapes, card))
    body.extend(shapes)


def _said_of(card: Card) -> list[str]:
    """All that a card says, in full, line by line."""
    kind = card.kind_label or card.kind.replace("_", " ")
    lines = (f"{kind} {_name(card)}", card.status_label, card.facts, card.stub)
    return [clean(line) for line in lines if line]


def _name(card: Card) -> str:
    return clean(f"{card.title} {card.version}")


def _stack(shapes: list[ET.Element], card: Card) -> Iterator[ET.Element]:
    """Empty cards behind the first shape, for a card that stands for several."""
    for shape in shapes[:1]:
        for right, down in STACKED:
            given = {
                "class": "stack",
                "transform": f"translate({right} {down})",
                "stroke-width": f"{STATUS_STYLES[card.status].border_width:g}",
            }
            yield ET.Element(shape.tag, {**shape.attrib, **given})


def _shapes(given: ET.Element) -> Iterator[ET.Element]:
    for shape in given.iter():
        tag = str(shape.tag).removeprefix(f"{{{SVG}}}")
        if tag not in _SHAPES:
            continue
        clean_shape = ET.Element(tag)
        for name, form in _ALLOWED.items():
            value = shape.get(name)
            if value is not None and form.fullmatch(value):
                clean_shape.set(name, value)
        if tag == "text":
            clean_shape.text = shape.text
            if shape.get("font-family", "").startswith("Courier"):
                clean_shape.set("font-family", MONO_FONTS)
        yield clean_shape


def _unreadable(detail: str) -> DrawingError:
    return DrawingError(
        "failed",
        "The graph was laid out, but the result could not be read. Read it as a table.",
        detail=detail,
    )
