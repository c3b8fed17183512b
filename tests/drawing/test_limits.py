"""Time, memory and size: no picture holds a server up."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.drawing import DrawingError, Link, Picture, draw
from apps.drawing.engine import Engine, lay_out
from tests.drawing.pictures import card, chain

Script = Callable[[str], Engine]
Only = Callable[..., None]


def test_it_ends_a_slow_engine_and_what_it_started(
    script: Script, only: Only, alive: Callable[[int], bool], tmp_path: Path
) -> None:
    note = tmp_path / "started"
    only(script(f"sleep 60 & echo $! > {note}; wait"))
    begun = time.monotonic()
    with pytest.raises(DrawingError) as caught:
        draw(chain(2), time_limit=1.5)
    assert caught.value.reason == "timed_out"
    assert time.monotonic() - begun < 10
    started = int(note.read_text())
    deadline = time.monotonic() + 5
    while alive(started) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(started)


def test_it_limits_memory(script: Script) -> None:
    limits = script("ulimit -v >&2; ulimit -t >&2; ulimit -c >&2; exit 1")
    with pytest.raises(DrawingError) as caught:
        lay_out(limits, "digraph {}", time_limit=3.2, memory_limit_kib=200_000)
    assert caught.value.detail.split() == ["200000", "5", "0"]


def test_it_fails_when_the_engine_runs_out_of_memory(script: Script) -> None:
    greedy = script(f"exec {sys.executable} -c 'bytearray(1_000_000_000)'")
    with pytest.raises(DrawingError) as caught:
        lay_out(greedy, "digraph {}", time_limit=10, memory_limit_kib=400_000)
    assert caught.value.reason == "failed"
    assert "MemoryError" in caught.value.detail


def test_it_refuses_more_than_four_hundred_cards(script: Script, only: Only) -> None:
    only(script("exit 1"))
    with pytest.raises(DrawingError) as caught:
        draw(chain(401))
    assert caught.value.reason == "too_large"
    assert "401" in caught.value.message


def test_it_refuses_more_than_two_thousand_links() -> None:
    link = Link(upstream="a", downstream="b")
    with pytest.raises(DrawingError) as caught:
        draw(Picture(cards=(card("a"), card("b")), links=(link,) * 2001))
    assert caught.value.reason == "too_large"


def test_it_draws_four_hundred_cards_in_time(engine: Engine) -> None:
    links = tuple(
        Link(upstream=str(number // 2), downstream=str(number), role="input")
        for number in range(2, 401)
    )
    assert draw(Picture(cards=chain(400).cards, links=links)).width > 0


def test_it_keeps_our_environment_to_itself(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "do-not-tell")
    with pytest.raises(DrawingError) as caught:
        lay_out(script("env >&2; exit 1"), "digraph {}", time_limit=5)
    assert "LANG=C.UTF-8" in caught.value.detail
    assert "do-not-tell" not in caught.value.detail
