"""The words of Croissant: JSON-LD names without their prefixes, single values as lists.

https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html. A document's context is not
fetched: the prefixes in use everywhere are known, and the names that a context gives to them.
"""

from collections.abc import Iterator
from typing import Any

VOCABULARIES = {
    "https://schema.org/": "",
    "http://schema.org/": "",
    "http://mlcommons.org/croissant/": "",
    "http://mlcommons.org/croissant/1.0/": "",
    "http://mlcommons.org/croissant/1.1/": "",
    "http://mlcommons.org/croissant/RAI/": "rai:",
    "http://purl.org/dc/terms/": "dct:",
    "http://www.w3.org/ns/prov#": "prov:",
}
_USUAL = {"sc": "", "schema": "", "cr": "", "ml": "", "rai": "rai:", "dct": "dct:", "prov": "prov:"}


def shortener(context: object) -> dict[str, str]:
    """What each prefix stands for, in a document with this context."""
    found = dict(_USUAL)
    for part in context if isinstance(context, list) else [context]:
        for name, meaning in part.items() if isinstance(part, dict) else ():
            if isinstance(meaning, str) and meaning in VOCABULARIES:
                found[name] = VOCABULARIES[meaning]
    return found


def short(word: str, prefixes: dict[str, str]) -> str:
    """A name without its prefix.

    >>> short("cr:FileObject", shortener({})), short("https://schema.org/name", shortener({}))
    ('FileObject', 'name')
    """
    for start, ours in VOCABULARIES.items():
        if word.startswith(start):
            return ours + word[len(start) :]
    prefix, colon, rest = word.partition(":")
    return prefixes[prefix] + rest if colon and prefix in prefixes else word


def shortened(value: Any, prefixes: dict[str, str]) -> Any:
    """Every name and type in a value without its prefix."""
    if isinstance(value, list):
        return [shortened(one, prefixes) for one in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, inner in value.items():
        if name == "@type":
            types = [short(one, prefixes) for one in _list(inner) if isinstance(one, str)]
            found["@type"] = types[0] if len(types) == 1 else types
        else:
            found.setdefault(short(name, prefixes), shortened(inner, prefixes))
    return found


def is_a(value: object, *types: str) -> bool:
    given = value.get("@type") if isinstance(value, dict) else None
    return any(one in types for one in _list(given))


def words(value: object) -> Iterator[str]:
    """The texts of a value: a text, `{"@value": …}`, `{"@id": …}`, a named thing, or a list."""
    for one in _list(value):
        if isinstance(one, dict):
            named = (one.get(key) for key in ("@value", "name", "url", "@id"))
            one = next((each for each in named if isinstance(each, str)), None)  # noqa: PLW2901
        if isinstance(one, str) and one.strip():
            yield " ".join(one.split())


def word(value: object) -> str:
    return next(words(value), "")


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
