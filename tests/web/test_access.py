"""Who may see what: nobody anything before signing in, but for a short list."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

# Paths that answer anyone, and why.
OPEN_TO_ALL = {
    "/sign-in": "how one gets in",
    "/admin/login/": "the administration's own way in",
    "/healthz": "asked by the platform that runs the server",
    "/readyz": "asked by the platform that runs the server",
}
ARGUMENT = re.compile(r"<(?:(?P<converter>\w+):)?\w+>")
GROUP = re.compile(r"\(\?P<\w+>[^()]*(?:\([^()]*\)[^()]*)*\)")


def paths(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    """Every path of the project, its arguments filled in with 1."""
    for pattern in resolver.url_patterns:
        here = prefix + filled(str(pattern.pattern))
        if isinstance(pattern, URLPattern):
            yield here
        else:
            yield from paths(pattern, here)


def filled(pattern: str) -> str:
    uuid = "00000000-0000-0000-0000-000000000001"
    text = ARGUMENT.sub(lambda found: uuid if found["converter"] == "uuid" else "1", pattern)
    return GROUP.sub("1", text).strip("^$").replace(r"\Z", "").replace("\\", "").replace("/?", "")


ALL_PATHS = sorted(set(paths(get_resolver())))


def test_it_walks_every_page() -> None:
    assert {"/", "/artifacts/1", "/tokens/1/revoke", "/admin/"} <= set(ALL_PATHS)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for path in ALL_PATHS if path not in OPEN_TO_ALL])
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_asks_everyone_to_sign_in(path: str, method: str, client: Client) -> None:
    response = getattr(client, method)(path)
    if response.status_code == 302:
        assert response["Location"].startswith(("/sign-in?next=", "/admin/login/?next="))
    else:
        assert response.status_code in {401, 403}, path


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(OPEN_TO_ALL))
def test_it_answers_anyone_on_the_short_list(path: str, client: Client) -> None:
    assert client.get(path).status_code in {200, 503}


def test_it_has_no_path_on_the_short_list_that_is_gone() -> None:
    assert set(OPEN_TO_ALL) <= set(ALL_PATHS)
