"""One palette: the drawing's sentinels, the style sheet's rules and the theme agree."""

import re
from pathlib import Path

from apps.drawing.style import INKS, KINDS, STATUS_STYLES, sentinel
from apps.graph.vocabulary import Kind

STYLES = Path(__file__).parents[2] / "static" / "css"


def test_it_maps_each_sentinel_to_its_variable() -> None:
    rules = re.findall(
        r'\.lineage-svg \[(fill|stroke)="(#\w+)"\] \{ (fill|stroke): var\((--[\w-]+)\); \}',
        (STYLES / "graph.css").read_text(),
    )
    expected = {
        (paint, ink.sentinel, paint, ink.variable) for ink in INKS for paint in ("fill", "stroke")
    }
    assert set(rules) == expected


def test_it_uses_the_themes_variables_and_light_colours() -> None:
    theme = (STYLES / "tokens.css").read_text()
    light = dict(re.findall(r"(--[\w-]+): light-dark\((#[0-9a-f]{6}),", theme))
    assert {ink.variable: light.get(ink.variable) for ink in INKS} == {
        ink.variable: ink.light for ink in INKS
    }


def test_it_tells_every_sentinel_apart() -> None:
    assert len({ink.sentinel for ink in INKS}) == len({ink.variable for ink in INKS}) == len(INKS)


def test_it_has_a_look_for_every_kind_and_status() -> None:
    assert set(KINDS) == set(Kind)
    for kind in KINDS.values():
        assert sentinel(kind.label)
    for look in STATUS_STYLES.values():
        assert all(map(sentinel, (look.fill, look.border, look.words, look.name)))
