"""Draw a picture: DOT text, a layout from the engine or the cache, a clean SVG."""

import time
from dataclasses import dataclass
from pathlib import Path

from apps.drawing.cache import digest_of, keep_layout, kept_layout
from apps.drawing.dot import dot_text
from apps.drawing.engine import Engine, installed_engines, lay_out
from apps.drawing.errors import DrawingError
from apps.drawing.picture import Picture
from apps.drawing.svg import CleanSvg, clean_svg

MOST_CARDS = 400
MOST_LINKS = 2_000


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn picture: inline SVG, its DOT text, its size in CSS pixels, the engine's name."""

    svg: str
    dot: str
    width: float
    height: float
    engine: str


def draw(picture: Picture, *, cache_dir: Path | None = None, time_limit: float = 8.0) -> Drawing:
    """Draw a picture within `time_limit` seconds.

    Raises DrawingError: `too_large` (over 400 cards or 2,000 links), `timed_out`, `failed`, or
    `missing` when the machine has no engine.
    """
    _refuse_too_large(picture)
    engines = installed_engines()
    if not engines:
        raise DrawingError(
            "missing",
            "This server has no program that draws graphs. Install Graphviz or the"
            " graphviz-pure package; until then read the graph as a table.",
        )
    text = dot_text(picture)
    deadline = time.monotonic() + time_limit
    for engine in engines[:-1]:
        try:
            return _draw_with(engine, picture, text, cache_dir=cache_dir, deadline=deadline)
        except DrawingError as error:
            # A broken installation is worth a second engine, a slow picture is not.
            if error.reason != "failed":
                raise
    return _draw_with(engines[-1], picture, text, cache_dir=cache_dir, deadline=deadline)


def _refuse_too_large(picture: Picture) -> None:
    cards, links = len(picture.cards), len(picture.links)
    if cards > MOST_CARDS or links > MOST_LINKS:
        raise DrawingError(
            "too_large",
            f"A drawing holds at most {MOST_CARDS} cards and {MOST_LINKS:,} links; this graph has"
            f" {cards:,} and {links:,}. Show fewer steps or kinds, or read it as a table.",
        )


def _draw_with(
    engine: Engine, picture: Picture, text: str, *, cache_dir: Path | None, deadline: float
) -> Drawing:
    digest = digest_of(engine.fingerprint, text)
    layout = kept_layout(cache_dir, digest) if cache_dir else None
    svg = _clean_or_none(layout, picture) if layout else None
    if svg is None:
        time_left = max(0.05, deadline - time.monotonic())
        layout = lay_out(engine, text, time_limit=time_left)
        svg = clean_svg(layout, picture)
        if cache_dir:
            keep_layout(cache_dir, digest, layout)
    return Drawing(svg.text, text, svg.width, svg.height, engine.name)


def _clean_or_none(layout: bytes, picture: Picture) -> CleanSvg | None:
    """A kept layout may be damaged; then it is made anew."""
    try:
        return clean_svg(layout, picture)
    except DrawingError:
        return None
