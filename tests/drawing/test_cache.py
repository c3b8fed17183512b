"""The same picture is laid out once."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from apps.drawing import cache, draw, render
from apps.drawing.engine import Engine, installed_engines, lay_out
from tests.drawing.pictures import card, chain, with_class


@pytest.fixture
def layouts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of engines run so far."""
    run: list[str] = []

    def counted(engine: Engine, text: str, *, time_limit: float) -> bytes:
        run.append(engine.name)
        return lay_out(engine, text, time_limit=time_limit)

    monkeypatch.setattr(render, "lay_out", counted)
    return run


def test_it_lays_the_same_picture_out_once(
    layouts: list[str], tmp_path: Path, engine: Engine
) -> None:
    first = draw(chain(3), cache_dir=tmp_path / "made" / "as-needed")
    second = draw(chain(3), cache_dir=tmp_path / "made" / "as-needed")
    assert first == second
    assert layouts == [engine.name]


def test_it_lays_a_changed_picture_out_anew(layouts: list[str], tmp_path: Path) -> None:
    draw(chain(2), cache_dir=tmp_path)
    draw(chain(2, facts="12 rows"), cache_dir=tmp_path)
    assert len(layouts) == 2


def test_it_puts_new_links_on_a_kept_layout(layouts: list[str], tmp_path: Path) -> None:
    draw(chain(1), cache_dir=tmp_path)
    moved = replace(chain(1), cards=(card("other", url="/artifacts/9"),))
    drawing = draw(moved, cache_dir=tmp_path)
    assert len(layouts) == 1
    assert with_class(drawing, "card")[0].get("data-key") == "other"
    assert 'href="/artifacts/9"' in drawing.svg


def test_it_keeps_the_engines_apart(
    layouts: list[str], tmp_path: Path, only: Callable[..., None]
) -> None:
    for engine in installed_engines():
        only(engine)
        draw(chain(2), cache_dir=tmp_path)
    assert layouts == [engine.name for engine in installed_engines()]


@pytest.mark.parametrize("damage", [b"", b"<svg", b"<svg><script>x()</script></svg>"])
def test_it_lays_out_anew_what_was_damaged(
    layouts: list[str], tmp_path: Path, damage: bytes
) -> None:
    whole = draw(chain(2), cache_dir=tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage)
    assert draw(chain(2), cache_dir=tmp_path) == whole
    assert len(layouts) == 2


def test_it_draws_when_it_cannot_keep(tmp_path: Path) -> None:
    file = tmp_path / "not-a-folder"
    file.write_text("")
    assert draw(chain(2), cache_dir=file).width > 0


def test_it_forgets_the_layouts_longest_unread(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "old", "older")):
        cache.keep_layout(tmp_path, name, b"<svg/>")
        os.utime(tmp_path / f"{name}.svg", (1_000_000 - age, 1_000_000 - age))
    assert cache.kept_layout(tmp_path, "older") == b"<svg/>"
    cache.keep_layout(tmp_path, "newest", b"<svg/>", most=3)
    assert {path.stem for path in tmp_path.iterdir()} == {"newest", "older", "new"}
