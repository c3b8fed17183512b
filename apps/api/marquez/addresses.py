"""Which view an address of Marquez's leads to.

Names in a path may hold slashes, percent-encoded: `namespaces/postgres%3A%2F%2Fdb%3A5432`. By the
time Django routes, they are decoded, and `a/datasets/b` could be read in several ways. So the
address is taken as it came where the server hands it on, and cut at its real slashes; where it does
not (runserver, test clients, a proxy that decodes or merges slashes), the words between the names
decide.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from django.http import HttpRequest
from django.urls.converters import PathConverter

View = Any
# A proxy that merges slashes leaves one of two behind a scheme.
_MERGED = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/(?!/)")
_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Address:
    """`namespaces/{namespace}/jobs/{job}` and the view for it."""

    template: str
    view: View

    @property
    def first_word(self) -> str:
        return self.template.partition("/")[0]

    def matched(self, segments: list[str]) -> dict[str, str] | None:
        """The names, if the address has exactly these segments."""
        words = self.template.split("/")
        if len(words) != len(segments):
            return None
        found: dict[str, str] = {}
        for word, segment in zip(words, segments, strict=True):
            if name := _NAME.fullmatch(word):
                found[name[1]] = segment
            elif word != segment:
                return None
        return found if all(found.values()) else None

    def guessed(self, decoded: str) -> dict[str, str] | None:
        """The names, cut out of a decoded address at the first place of each word between them.

        Without looking back: an address that was made to be read in many ways costs no more.
        """
        first, *parts = _NAME.split(self.template)
        if not parts:
            return {} if decoded == first else None
        found: dict[str, str] = {}
        before, _, rest = decoded.partition(first)
        for name, word in zip(parts[::2], parts[1::2], strict=True):
            if name == parts[-2]:
                found[name] = rest.removesuffix(word) if rest.endswith(word) else ""
            else:
                found[name], _, rest = rest.partition(word)
        if before or not all(found.values()):
            return None
        return {name: _MERGED.sub(r"\1://", value) for name, value in found.items()}


def resolve(
    addresses: Iterable[Address], decoded: str, raw: str | None
) -> tuple[View, dict[str, str]] | None:
    """The view and the names in the address, which is given decoded and, if known, as it came."""
    every = list(addresses)
    if raw is not None:
        segments = [_decoded(one) for one in raw.removesuffix("/").split("/")]
        for one in every:
            if (found := one.matched(segments)) is not None:
                return one.view, found
    for one in every:
        if (found := one.guessed(decoded.removesuffix("/"))) is not None:
            return one.view, found
    return None


def address_as_sent(request: HttpRequest, decoded: str) -> str | None:
    """The part of the request's path that `decoded` is of, still encoded; None if not known."""
    path = _raw_path(request)
    before = request.path.removesuffix(decoded)
    if not path.startswith(before):
        return None
    raw = path.removeprefix(before)
    return raw if _decoded(raw) == decoded else None


def _raw_path(request: HttpRequest) -> str:
    """gunicorn says RAW_URI, uWSGI and mod_wsgi REQUEST_URI, ASGI servers raw_path."""
    scope: Mapping[str, Any] = getattr(request, "scope", {})
    if raw := scope.get("raw_path"):
        return str(raw, "latin-1").partition("?")[0]
    uri = str(request.META.get("RAW_URI") or request.META.get("REQUEST_URI") or "")
    if uri.startswith("/"):
        return uri.partition("?")[0]
    try:
        return urlsplit(uri).path
    except ValueError:
        return ""


def _decoded(text: str) -> str:
    return unquote_to_bytes(text.encode("latin-1", "replace")).decode("utf-8", "replace")


def converter_for(addresses: Iterable[Address]) -> type[PathConverter]:
    """What in a route stands for all of these addresses: they begin with a word of theirs."""
    words = "|".join(sorted({one.first_word for one in addresses}))
    return type("MarquezConverter", (PathConverter,), {"regex": rf"(?:{words})(?:/[^\n]*)?"})
