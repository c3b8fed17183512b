"""Which program draws, and what happens when it is missing, broken or lies."""

from collections.abc import Callable
from pathlib import Path

import pytest

from apps.drawing import DrawingError, Picture, draw
from apps.drawing.engine import Engine, installed_engines
from tests.drawing.pictures import card, chain

Script = Callable[[str], Engine]
Only = Callable[..., None]


def answering(svg: str) -> str:
    return f"cat > /dev/null; cat <<'END'\n{svg}\nEND"


def test_it_prefers_the_systems_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dot").write_text("#!/bin/sh\n")
    (tmp_path / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [engine.name for engine in installed_engines()] == ["dot", "graphviz-pure"]


def test_it_draws_without_a_systems_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert draw(chain(3)).engine == "graphviz-pure"


def test_it_says_so_when_there_is_no_engine(only: Only) -> None:
    only()
    with pytest.raises(DrawingError) as caught:
        draw(chain(1))
    assert caught.value.reason == "missing"


def test_it_turns_to_the_next_engine_when_one_is_broken(script: Script, only: Only) -> None:
    only(script("echo broken >&2; exit 1"), installed_engines()[-1])
    assert draw(chain(2)).engine == installed_engines()[-1].name


def test_it_does_not_try_a_slow_picture_twice(script: Script, only: Only, tmp_path: Path) -> None:
    note = tmp_path / "second"
    only(script("sleep 30"), script(f"touch {note}"))
    with pytest.raises(DrawingError) as caught:
        draw(chain(2), time_limit=0.3)
    assert caught.value.reason == "timed_out"
    assert not note.exists()


def test_it_keeps_what_a_broken_engine_said_for_the_log(script: Script, only: Only) -> None:
    only(script("echo 'no plugin' >&2; exit 1"))
    with pytest.raises(DrawingError) as caught:
        draw(chain(1))
    assert caught.value.reason == "failed"
    assert caught.value.detail == "no plugin"
    assert "plugin" not in caught.value.message


@pytest.mark.parametrize(
    "svg",
    [
        "<svg",
        "<svg/>",
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="a"><g transform="translate(4 4)"/></svg>',
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>',
    ],
)
def test_it_refuses_layouts_it_cannot_read(script: Script, only: Only, svg: str) -> None:
    only(script(answering(svg)))
    with pytest.raises(DrawingError) as caught:
        draw(chain(1))
    assert caught.value.reason == "failed"


def test_it_takes_nothing_but_shapes_from_a_layout(script: Script, only: Only) -> None:
    only(
        script(
            answering(
                '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="x()">'
                '<g transform="translate(4 4)"><script>x()</script><style>*{}</style>'
                '<g id="n1"><a href="javascript:x()"><path d="M0,0" onclick="x()" style="x"'
                ' fill="url(//x)"/></a><image href="//x"/><text x="1">ok</text></g></g></svg>'
            )
        )
    )
    svg = draw(Picture(cards=(card(),))).svg
    assert svg.endswith('<path d="M0,0" /><text x="1">ok</text></g></g></svg>')
    assert not any(word in svg for word in ("script", "style", "onclick", "onload", "//x"))
