"""A drawing as a file for other programs: real colours, no links."""

import re
from xml.etree import ElementTree as ET

from apps.drawing.render import Drawing
from apps.drawing.style import LIGHT, STATUS_STYLES, sentinel
from apps.drawing.svg import FONTS, SVG
from apps.drawing.text import clean

MARGIN = 12
LEGEND_HEIGHT = 30
CAPTION_HEIGHT = 26
# No layout measures these words, so each gets room for the wide case.
LETTER_WIDTH = 5.5

_MEANINGS = {
    "flagged": "flagged",
    "affected": "affected: a path through its making",
    "evidence": "evidence in doubt: used only to validate or test",
    "placeholder": "placeholder: named by others, never described",
    "tombstone": "tombstone: content deleted, proof kept",
}
_DASHES = {"dashed": "3 2", "dotted": "1 2"}
_SENTINEL = re.compile(r"#0000[0-9a-f]{2}")
# With the quotes, which outside text cannot hold: there they are written as references.
_DOT_COLOUR = re.compile(r'(?<=color=")#0000[0-9a-f]{2}(?=")', re.IGNORECASE)


def export_dot(drawing: Drawing) -> str:
    """The DOT text of a drawing in the light theme's colours, for Graphviz elsewhere."""
    return _DOT_COLOUR.sub(lambda found: _light(found[0]), drawing.dot)


def export_svg(drawing: Drawing, *, caption: str = "", legend: bool = True) -> str:
    """A standalone SVG file of a drawing, in the light theme's colours.

    `caption` stands above the drawing (say what it shows and as of which revision); `legend` adds
    a line below that explains the statuses and dashes that occur.
    """
    given = ET.fromstring(drawing.svg)  # noqa: S314 - built by this package
    seen = {word for element in given.iter() for word in element.get("class", "").split()}
    dashed = any(element.get("stroke-dasharray") for element in _links(given))
    entries = _legend_entries(seen, dashed=dashed) if legend else []

    top = CAPTION_HEIGHT if caption else 0
    width = max(drawing.width, _legend_width(entries), len(caption) * 7.0) + 2 * MARGIN
    height = drawing.height + top + (LEGEND_HEIGHT if entries else 0) + 2 * MARGIN
    root = ET.Element(
        "svg",
        {
            "xmlns": SVG,
            "viewBox": f"0 0 {width:g} {height:g}",
            "width": f"{width:g}",
            "height": f"{height:g}",
            "font-family": FONTS,
        },
    )
    title = ET.SubElement(root, "title")
    title.text = clean(caption) or given.get("aria-label")
    ET.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    if caption:
        words = {"x": f"{MARGIN}", "y": f"{MARGIN + 12}", "font-size": "13", "font-weight": "bold"}
        ET.SubElement(root, "text", words | {"fill": sentinel("--ink")}).text = clean(caption)
    body = ET.SubElement(root, "g", {"transform": f"translate({MARGIN} {MARGIN + top})"})
    body.extend(_plain(child) for child in given)
    _add_legend(root, entries, baseline=height - MARGIN - 4)
    for element in root.iter():
        _resolve(element)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _links(given: ET.Element) -> list[ET.Element]:
    groups = (group for group in given.iter() if "link" in group.get("class", "").split())
    return [shape for group in groups for shape in group]


def _plain(element: ET.Element) -> ET.Element:
    """A copy without what only a page can use: links, keys, classes, names for readers."""
    tag = element.tag.removeprefix(f"{{{SVG}}}")
    dropped = ("href", "class", "aria-label")
    kept = {
        name: value
        for name, value in element.attrib.items()
        if name not in dropped and not name.startswith("data-")
    }
    copied = ET.Element("g" if tag == "a" else tag, kept)
    copied.text = element.text
    copied.extend(_plain(child) for child in element)
    return copied


def _resolve(element: ET.Element) -> None:
    for name in ("fill", "stroke"):
        value = element.get(name)
        if value and _SENTINEL.fullmatch(value):
            element.set(name, _light(value))


def _light(colour: str) -> str:
    return LIGHT.get(colour, "#000000")


def _legend_entries(seen: set[str], *, dashed: bool) -> list[tuple[str, str]]:
    entries = [(status, words) for status, words in _MEANINGS.items() if f"is-{status}" in seen]
    if dashed:
        entries.append(("", "dashed: validation or testing"))
    return entries


def _entry_width(words: str) -> float:
    return len(words) * LETTER_WIDTH + 36


def _legend_width(entries: list[tuple[str, str]]) -> float:
    return sum(_entry_width(words) for _, words in entries)


def _add_legend(root: ET.Element, entries: list[tuple[str, str]], *, baseline: float) -> None:
    left = float(MARGIN)
    for status, words in entries:
        if status:
            look = STATUS_STYLES[status]
            box = {"x": f"{left:g}", "y": f"{baseline - 9:g}", "width": "10", "height": "10"}
            paint = {"rx": "2", "fill": sentinel(look.fill), "stroke": sentinel(look.border)}
            paint["stroke-width"] = f"{look.border_width:g}"
            if look.border_style:
                paint["stroke-dasharray"] = _DASHES[look.border_style]
            ET.SubElement(root, "rect", box | paint)
        else:
            middle = f"{baseline - 4:g}"
            line = {"x1": f"{left - 4:g}", "x2": f"{left + 12:g}", "y1": middle, "y2": middle}
            paint = {"stroke": sentinel("--ink3"), "stroke-dasharray": "4 2"}
            ET.SubElement(root, "line", line | paint)
        place = {"x": f"{left + 17:g}", "y": f"{baseline:g}", "font-size": "11"}
        ET.SubElement(root, "text", place | {"fill": sentinel("--ink2")}).text = words
        left += _entry_width(words)
