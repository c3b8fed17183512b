"""Light, dark or as the system has it: kept in a cookie, so that pages arrive in their colours."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "theme"
YEAR = 365 * 24 * 60 * 60
THEMES = {"": "System", "light": "Light", "dark": "Dark"}


def theme_of(request: HttpRequest) -> str:
    """`light`, `dark`, or empty for the system's."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else ""


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """The switch without a script; with one, theme.js sets the same cookie in place."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    response = HttpResponseRedirect(target if safe else resolve_url("web:home"))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES and chosen:
        response.set_cookie(COOKIE, chosen, max_age=YEAR, samesite="Lax")
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
