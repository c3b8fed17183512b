"""What the frame of every page needs to know: where the reader is and which theme they chose."""

from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.web.theme import THEMES, theme_of

if TYPE_CHECKING:
    from django.http import HttpRequest

register = template.Library()

# The label, the address' name, and the paths below which the link counts as where the reader is.
NAVIGATION = (
    ("Artifacts", "web:catalogue"),
    ("Flags", "web:flags"),
    ("Deployments", "web:deployments"),
    ("Model cards", "web:models"),
    ("Connectedness", "web:connectedness"),
    ("Sources", "web:sources"),
    ("API", "api:docs"),
)


class NavLink(TypedDict):
    """`current` is `page` on the page itself, `true` on one below it, else empty."""

    label: str
    url: str
    current: str


class ThemeChoice(NamedTuple):
    """One button of the theme switch; `pressed` as ARIA writes it."""

    value: str
    label: str
    pressed: str


@register.simple_tag(takes_context=True)
def nav_links(context: dict[str, Any]) -> list[NavLink]:
    path = context["request"].path
    links: list[NavLink] = []
    for label, name in NAVIGATION:
        url = reverse(name)
        current = "page" if path == url else "true" if path.startswith(f"{url}/") else ""
        links.append({"label": label, "url": url, "current": current})
    return links


@register.simple_tag(takes_context=True)
def theme_attribute(context: dict[str, Any]) -> SafeString | str:
    """` data-theme="dark"`, or nothing where the system decides or no request is at hand."""
    request: HttpRequest | None = context.get("request")
    theme = theme_of(request) if request else ""
    return format_html(' data-theme="{}"', theme) if theme else ""


@register.simple_tag(takes_context=True)
def theme_choices(context: dict[str, Any]) -> list[ThemeChoice]:
    chosen = theme_of(context["request"])
    return [
        ThemeChoice(value, label, "true" if value == chosen else "false")
        for value, label in THEMES.items()
    ]
