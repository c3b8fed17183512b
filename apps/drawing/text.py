"""Outside text, made fit to be drawn: no control characters, no direction tricks, short."""

import html
import re
import unicodedata

ELLIPSIS = "…"
LONGEST_TITLE = 500
MOST_MARKS = 3

# What XML 1.0 cannot hold, plus the other control characters.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Overrides, embeddings and isolates reorder the text around them: a name could pose as another.
_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_SPACE = re.compile(r"\s+")


def clean(text: str, *, longest: int = LONGEST_TITLE) -> str:
    """One line of text of at most `longest` characters that XML can hold.

    >>> clean("a\\x00b\\n\\u202ec")
    'a�b c'
    """
    if len(text) > longest:
        text = text[: longest - 1] + ELLIPSIS
    return _SPACE.sub(" ", _DIRECTION.sub("", _UNFIT.sub("�", text))).strip()


def columns(text: str) -> int:
    """How wide text is, in columns: East Asian wide characters and emoji take two, marks none."""
    return sum(_columns(character) for character in text)


def shorten(text: str, *, width: int) -> str:
    """Text of at most `width` columns, cut in the middle, since names differ at either end.

    >>> shorten("transactions_2026_10_01_eu_west", width=16)
    'transact…eu_west'
    """
    # However long the text, only its ends can show.
    if len(text) > 8 * width:
        text = text[: 4 * width] + ELLIPSIS + text[-4 * width :]
    text = _tamed(clean(text, longest=8 * width + 1))
    if columns(text) <= width:
        return text
    tail_width = (width - 1) // 2
    head = _fitting(text, width - 1 - tail_width)
    tail = _fitting(text[::-1], tail_width)[::-1]
    while tail and _is_mark(tail[0]):
        tail = tail[1:]
    return f"{head.rstrip()}{ELLIPSIS}{tail.lstrip()}"


def in_label(text: str) -> str:
    """Text for an HTML-like label.

    Backslashes are doubled because dot expands its escapes (a name holding `\\\\N`) even there, and
    even when they are written as character references.

    >>> in_label("<b> & \\\\N")
    '&lt;b&gt; &amp; &#92;&#92;N'
    """
    return html.escape(text, quote=True).replace("\\", "&#92;&#92;")


def class_name(prefix: str, text: str) -> str:
    """A class for an open-ended word.

    >>> class_name("k-", "Prompt template")
    'k-prompt-template'
    """
    return prefix + re.sub(r"[^a-z0-9_]+", "-", text[:40].lower())


def _columns(character: str) -> int:
    if _is_mark(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _is_mark(character: str) -> bool:
    """Whether it only alters its neighbour: a combining mark, a joiner, a variation selector."""
    return unicodedata.category(character) in ("Mn", "Me", "Cf")


def _tamed(text: str) -> str:
    """Text with no more than a few marks on one character: hundreds tower over other cards."""
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if _is_mark(character) else 0
        if run <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _fitting(text: str, width: int) -> str:
    taken = 0
    for place, character in enumerate(text):
        taken += _columns(character)
        if taken > width:
            return text[:place]
    return text
