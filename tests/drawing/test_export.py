"""A drawing as a file of its own."""

import re

from apps.drawing import Link, Picture, draw, export_dot, export_svg
from apps.drawing.engine import Engine, lay_out
from apps.drawing.style import LIGHT, sentinel
from tests.drawing.pictures import card, parsed

PICTURE = Picture(
    cards=(
        card("a", status="flagged", status_label="Flagged", url="/artifacts/1"),
        card("b", kind="model", status="placeholder", count=3),
    ),
    links=(Link(upstream="a", downstream="b", role="testing"),),
    label="Lineage of train",
)


def test_it_has_real_colours_and_no_links(engine: Engine) -> None:
    text = export_svg(draw(PICTURE))
    assert text.startswith("<?xml")
    assert not re.search("#0000[012]", text)
    assert LIGHT[sentinel("--bad-soft")] in text
    assert not re.search("href|data-|class=|ns0|<a ", text)


def test_it_explains_what_occurs_and_no_more(engine: Engine) -> None:
    words = "".join(parsed(export_svg(draw(PICTURE))).itertext())
    assert "flagged" in words
    assert "placeholder: named by others" in words
    assert "dashed: validation or testing" in words
    assert "affected" not in words
    plain = export_svg(draw(Picture(cards=(card(),))))
    assert "dashed" not in plain


def test_it_bears_its_caption(engine: Engine) -> None:
    drawing = draw(PICTURE)
    root = parsed(export_svg(drawing, caption="train <v14>, revision 812\0"))
    assert "train <v14>, revision 812\ufffd" in list(root.itertext())
    assert float(root.get("height", "0")) > drawing.height


def test_it_can_leave_the_legend_out(engine: Engine) -> None:
    assert "placeholder: named" not in export_svg(draw(PICTURE), legend=False)


def test_it_exports_dot_in_real_colours_and_text_as_it_was(engine: Engine) -> None:
    drawing = draw(Picture(cards=(card(title='color="#000002"', status="flagged"),)))
    text = export_dot(drawing)
    assert f'fillcolor="{LIGHT[sentinel("--bad-soft")]}"' in text
    assert f'COLOR="{LIGHT[sentinel("--ink")]}"' in text
    assert text.count("#000002") == 1
    assert lay_out(engine, text, time_limit=8).count(b"color=") == 1
