"""How numbers, times and names are written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from apps.web.facts import duration_words
from apps.web.templatetags.lineage import (
    age_words,
    count,
    kind,
    kind_words,
    middle,
    moment,
    number,
    size,
    status_tag,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (48_120_331, "48.1 MB"),
        (999_960, "1.0 MB"),
        (10**30, "1,000,000,000,000.0 EB"),
        ("big", "big"),
    ],
)
def test_it_writes_sizes_with_units(value: object, words: str) -> None:
    assert size(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(18221, "18,221"), (0.941, "0.941"), (True, True), ("7", "7"), (None, None)],
)
def test_it_writes_numbers_with_separators(value: object, words: object) -> None:
    assert number(value) == words


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=59), "59 seconds ago"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=14), "14 minutes ago"),
        (timedelta(hours=22), "22 hours ago"),
        (timedelta(days=59), "59 days ago"),
        (timedelta(days=200), "6 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(hours=-22), "in 22 hours"),
    ],
)
def test_it_writes_ages_in_one_unit(before: timedelta, words: str) -> None:
    assert age_words(NOW - before, NOW) == words


def test_it_writes_times_in_utc_with_the_zone_named() -> None:
    there = datetime(2026, 10, 1, 4, tzinfo=timezone(timedelta(hours=2)))
    assert moment(there) == '<time datetime="2026-10-01T02:00:00+00:00">2026-10-01 02:00 UTC</time>'


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.25, "0.25 s"),
        (59, "59 s"),
        (252, "4 min 12 s"),
        (7320, "2 h 2 min"),
        (180_000, "2 d 2 h"),
    ],
)
def test_it_writes_durations_in_two_units(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


def test_it_shortens_in_the_middle() -> None:
    assert middle("short", 10) == "short"
    assert middle("a" * 20 + "the-end", 12) == "aaaaaa…e-end"
    assert len(middle("x" * 500, 40)) == 40


def test_it_counts_things() -> None:
    assert count(0, "flag", "flags") == "no flags"
    assert count(1, "flag", "flags") == "1 flag"
    assert count(3021, "flag", "flags") == "3,021 flags"
    assert kind_words("feature_set", 2) == "feature sets"
    assert kind_words("code", 2) == "code"


def test_it_never_takes_a_colour_from_outside() -> None:
    assert kind("dataset") == '<span class="kind k-dataset">Dataset</span>'
    assert kind('x" onclick="y') == '<span class="kind">X&quot; onclick=&quot;y</span>'
    assert status_tag("evil") == ""
