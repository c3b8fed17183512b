"""Pictures that several tests draw, and how they look at what came out."""

from typing import Any
from xml.etree import ElementTree as ET

from apps.drawing import Card, Drawing, Link, Picture

SVG = "{http://www.w3.org/2000/svg}"


def card(key: str = "1", **fields: Any) -> Card:
    return Card(**({"key": key, "kind": "dataset", "title": "train"} | fields))


def chain(length: int, **fields: Any) -> Picture:
    """Cards 1 → 2 → 3 …, all with these fields."""
    cards = tuple(card(str(number), **fields) for number in range(1, length + 1))
    links = tuple(
        Link(upstream=str(number), downstream=str(number + 1), role="input")
        for number in range(1, length)
    )
    return Picture(cards=cards, links=links)


def parsed(drawing: Drawing | str) -> ET.Element:
    """The root of a drawing, or of an exported file's text."""
    text = drawing if isinstance(drawing, str) else drawing.svg
    return ET.fromstring(text)  # noqa: S314 - our own output


def with_class(drawing: Drawing, name: str) -> list[ET.Element]:
    """Elements of a class, as the page's script would find them."""
    return [part for part in parsed(drawing).iter() if name in part.get("class", "").split()]


def words(part: ET.Element) -> list[str]:
    """The words to be seen in it, line by line."""
    return [(text.text or "").strip("\u00a0") for text in part.iter(f"{SVG}text")]
