"""Names from outside are words in a drawing and never anything more."""

import pytest

from apps.drawing import Drawing, Link, Picture, draw
from apps.drawing.dot import dot_text
from apps.drawing.engine import Engine
from tests.drawing.pictures import SVG, card, chain, parsed, with_class, words

HOSTILE = {
    "markup": "<b>bold</b>",
    "script": "<script>alert(1)</script>",
    "table": "<<TABLE HREF='javascript:x'/>>",
    "closing": "</FONT></TD></TR></TABLE>>]; n9",
    "javascript": "javascript:alert(1)",
    "port": "s3://a:b",
    "escapes": r"\N \G \l \n \E \\",
    "last backslash": "end\\",
    "quotes": """a"b'c`d""",
    "references": "&amp; &lt; &#60; &nbsp; &bad;",
    "statement": '"]; n7 [URL="x"]; //',
    "cdata": "]]> <![CDATA[",
    "comment": "<!-- x -->",
    "emoji": "\U0001f469\u200d\U0001f52c 数据",
    "percent": "%s {0} ${x}",
}
ELEMENTS = {"svg", "g", "a", "title", "path", "polygon", "polyline", "text"}
ATTRIBUTES = {
    *("class", "role", "aria-label", "viewBox", "width", "height", "transform", "href"),
    *("data-key", "data-upstream", "data-downstream", "data-role"),
    *("d", "points", "x", "y", "fill", "stroke", "stroke-width", "stroke-dasharray"),
    *("font-family", "font-size", "font-weight", "text-anchor"),
}


def hold_to_the_allowed(drawing: Drawing) -> None:
    for part in parsed(drawing).iter():
        assert part.tag.removeprefix(SVG) in ELEMENTS
        assert set(part.attrib) <= ATTRIBUTES
        assert part.get("href", "/").startswith("/")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_it_shows_hostile_text_as_it_is(engine: Engine, text: str) -> None:
    cards = (
        card("a", title=text, version=text, url="/artifacts/1"),
        card("b", kind=text, facts=text, stub=text, status="flagged", status_label=text),
    )
    links = (Link(upstream="a", downstream="b", role=text, label=text),)
    drawing = draw(Picture(cards=cards, links=links, label=text))
    hold_to_the_allowed(drawing)
    assert len(with_class(drawing, "card")) == 2
    shown = text if len(text) <= 22 else None
    if shown:
        assert words(with_class(drawing, "link")[0]) == [shown]
        assert shown in words(with_class(drawing, "card")[0])
    assert text in (with_class(drawing, "card")[0].findtext(f"{SVG}title") or "")


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "a\ud800b", "a\ufffeb", "a\x85b"])
def test_it_replaces_what_xml_cannot_hold(engine: Engine, text: str) -> None:
    drawing = draw(Picture(cards=(card(title=text),), label=text))
    assert "a\ufffdb" in words(parsed(drawing)) or "a b" in words(parsed(drawing))


def test_it_drops_marks_that_turn_text_around(engine: Engine) -> None:
    drawing = draw(Picture(cards=(card(title="\u202egpj.exe\u2066\u200f"),)))
    assert "gpj.exe" in words(parsed(drawing))
    assert "\u202e" not in drawing.svg


@pytest.mark.parametrize("character", ["x", "<", "\\", "数", "\u0301", "\n", "\0"])
def test_it_shortens_a_name_of_a_million_characters(engine: Engine, character: str) -> None:
    drawing = draw(Picture(cards=(card(title=character * 1_000_000, version="7"),)))
    hold_to_the_allowed(drawing)
    assert len(drawing.svg) < 10_000
    assert drawing.width < 500


def test_it_shortens_in_the_middle_and_tells_the_rest(engine: Engine) -> None:
    name = "transactions_2026_10_01_eu_west_partition_000317"
    drawing = draw(Picture(cards=(card(title=name, url="/artifacts/1"),)))
    (group,) = with_class(drawing, "card")
    assert "transactions_20…rtition_000317" in words(group)
    assert group.findtext(f"{SVG}title") == f"dataset {name}"
    assert group.find(f"{SVG}a").get("aria-label") == f"dataset {name}"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://example.org/",
        "//example.org",
        "/\\example.org",
        "/\t/example.org",
        "/a\\b",
        "/a b",
        "/a\n",
        "artifacts/1",
        "/ä",
    ],
)
def test_it_refuses_links_that_leave_the_site(url: str) -> None:
    with pytest.raises(ValueError, match="on this site only"):
        card(url=url)


def test_it_keeps_links_and_keys_away_from_dot() -> None:
    text = dot_text(Picture(cards=(card("the-key", url="/artifacts/1?a=b"),)))
    assert "/artifacts" not in text
    assert "the-key" not in text


@pytest.mark.parametrize("key", ["", "a\nb", "a\0", "x" * 201, "\ud800", "\u202e"])
def test_it_refuses_keys_that_are_not_plain(key: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        card(key)


def test_it_refuses_pictures_that_contradict_themselves() -> None:
    with pytest.raises(ValueError, match="share one key"):
        Picture(cards=(card("a"), card("a")))
    with pytest.raises(ValueError, match="not in the picture"):
        Picture(cards=(card("a"),), links=(Link(upstream="a", downstream="b"),))
    with pytest.raises(ValueError, match="no status"):
        card(status="fine")


def test_it_writes_its_allowed_parts_only(engine: Engine) -> None:
    drawing = draw(chain(3, url="/artifacts/1", count=3, status="tombstone", status_label="Gone"))
    hold_to_the_allowed(drawing)
    assert "xlink" not in drawing.svg
    assert "style=" not in drawing.svg
    assert " id=" not in drawing.svg
