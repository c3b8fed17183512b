"""Who may do what: by nothing, by session, by token; by role and by scope."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.models import ApiToken, User
from apps.accounts.services import revoke_token
from apps.api.urls import urlpatterns
from apps.catalog.models import Artifact
from tests.api.conftest import Script

ANYBODY, CONTRIBUTORS, REVIEWERS = "viewer", "contributor", "reviewer"
ADMINISTRATORS = "admin"
READS = [
    "me",
    "schema",
    "artifacts",
    "artifacts/1",
    "artifacts/lookup?identifier=x",
    "artifacts/1/descendants",
    "artifacts/1/ancestors",
    "artifacts/1/graph",
    "artifacts/1/paths?to=1",
    "artifacts/1/versions",
    "artifacts/1/blast-radius",
    "edges",
    "edges/1",
    "identifiers",
    "revisions",
    "revisions/1",
    "conflicts",
    "connectedness",
    "merges",
    "proposals",
    "proposals/1",
    "merges/1",
    "flags",
    "flags/1",
    "reports",
    "reports/1",
    "reports/1/findings",
    "reports/1/findings.csv",
    "reports/1/export.json",
    "reports/1/diff",
    "reports/1/roll-backs",
    "obligations",
    "obligations/1",
    "imports",
    "imports/1",
    "sources",
    "sources/1",
    "nowhere",
]
WRITES = [
    ("post", "batches", "record", CONTRIBUTORS),
    ("post", "lineage", "record", CONTRIBUTORS),
    ("post", "lineage/", "record", CONTRIBUTORS),
    ("patch", "artifacts/1", "record", CONTRIBUTORS),
    ("post", "artifacts/1/tombstone", "review", REVIEWERS),
    ("post", "edges/retract", "review", REVIEWERS),
    ("post", "merges", "review", REVIEWERS),
    ("post", "proposals/decide", "review", REVIEWERS),
    ("post", "merges/1/split", "review", REVIEWERS),
    ("post", "flags", "flag", CONTRIBUTORS),
    ("post", "flags/1/reports", "flag", CONTRIBUTORS),
    ("post", "flags/1/withdraw", "flag", CONTRIBUTORS),
    ("post", "flags/1/confirm", "review", REVIEWERS),
    ("post", "flags/1/dismiss", "review", REVIEWERS),
    ("post", "obligations/1/assign", "review", REVIEWERS),
    ("post", "obligations/1/resolve", "review", REVIEWERS),
    ("post", "obligations/1/reopen", "review", REVIEWERS),
    ("post", "imports/1/stop", "record", CONTRIBUTORS),
    ("post", "sources/1/imports", "record", CONTRIBUTORS),
    ("post", "sources", "admin", ADMINISTRATORS),
    ("patch", "sources/1", "admin", ADMINISTRATORS),
    ("post", "sources/1/retire", "admin", ADMINISTRATORS),
    ("post", "sources/1/test", "admin", ADMINISTRATORS),
    ("post", "sources/test", "admin", ADMINISTRATORS),
]
ORDER = (ANYBODY, CONTRIBUTORS, REVIEWERS, ADMINISTRATORS)


def ask(client: Client, method: str, address: str) -> int:
    """The status. A write is sent with nothing in it: past the gate it is 400 or 404."""
    ready = getattr(client, method)
    path = f"/api/v1/{address}"
    answer = ready(path) if method == "get" else ready(path, "{}", content_type="application/json")
    return int(answer.status_code)


def addresses() -> Iterator[str]:
    """Every address that the API's routes know, with 1 for each id."""
    for route in walked(urlpatterns, "/api/"):
        path = re.sub(r"\(\?P<[^>]+>\[0-9\]\{1,18\}\)", "1", route)
        yield re.sub(r"\\(.)", r"\1", path.replace("\\Z", "").replace("^", "").replace("$", ""))


def walked(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for one in patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walked(one.url_patterns, route)
        else:
            yield route


def test_it_knows_every_address() -> None:
    known = {f"/api/v1/{one.partition('?')[0]}" for one in READS}
    known |= {f"/api/v1/{address}" for _, address, _, _ in WRITES}

    assert set(addresses()) - known == {"/api/docs", "/api/"}


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options"])
def test_it_answers_401_to_nobody_everywhere(db: None, client: Client, method: str) -> None:
    for address in set(addresses()) - {"/api/docs"}:
        answer = getattr(client, method)(address)

        assert answer.status_code == 401, address
        assert answer["WWW-Authenticate"].startswith("Bearer"), address
        if method != "head":
            assert answer.json()["error"] == "not_authenticated"


def test_it_sends_nobody_from_the_docs_to_the_sign_in(db: None, client: Client) -> None:
    answer = client.get("/api/docs")

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/api/docs")


@pytest.mark.parametrize("role", ORDER)
@pytest.mark.parametrize("by", ["session", "token"])
def test_it_goes_by_role(
    person: Callable[[str, str], User],
    client_for: Callable[[User], Client],
    script: Script,
    bakery: None,
    role: str,
    by: str,
) -> None:
    someone = person("sam", role)
    client = client_for(someone) if by == "session" else script(someone)

    for address in READS:
        assert ask(client, "get", address) in {200, 400, 404}, address
    for method, address, _, needed in WRITES:
        status = ask(client, method, address)
        may = ORDER.index(role) >= ORDER.index(needed)
        assert (status != 403) == may, (address, status)
        assert status < 500


def test_it_goes_by_scope(reviewer: User, script: Script, bakery: None) -> None:
    for scope in ("read", "record", "flag", "review"):
        client = script(reviewer, scope)
        for address in READS:
            assert (ask(client, "get", address) != 403) == (scope == "read"), (scope, address)
        for method, address, needed, _ in WRITES:
            assert (ask(client, method, address) != 403) == (scope == needed), (scope, address)


def test_it_says_which_role_and_which_scope_are_missing(
    viewer: User, contributor: User, script: Script
) -> None:
    by_role = script(viewer).post("/api/v1/batches", {})
    by_scope = script(contributor, "read").post("/api/v1/batches", {})

    assert (by_role.status_code, by_role.json()["error"]) == (403, "role_missing")
    assert by_role.json()["message"].startswith("This needs the role contributor; vera is viewer")
    assert (by_scope.status_code, by_scope.json()["error"]) == (403, "scope_missing")
    assert 'the scope "record"; this one has read' in by_scope.json()["message"]


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer nonsense", "bearer mlt_" + "a" * 43, "Bearer \xff", "Bearer a b"],
)
def test_it_refuses_bad_tokens(db: None, header: str) -> None:
    answer = APIClient(headers={"Authorization": header}).get("/api/v1/me")

    assert (answer.status_code, answer.json()["error"]) == (401, "bad_token")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_it_ignores_other_schemes_but_lets_nobody_in(db: None) -> None:
    answer = APIClient(headers={"Authorization": "Basic dmVyYTp4"}).get("/api/v1/me")

    assert answer.status_code == 401


def test_it_refuses_revoked_and_expired_tokens_and_inactive_owners(
    contributor: User, script: Script
) -> None:
    revoked, expired = script(contributor), script(contributor)
    second, first = ApiToken.objects.order_by("-pk")
    revoke_token(token=first, actor=contributor)
    ApiToken.objects.filter(pk=second.pk).update(expiry=timezone.now() - timedelta(seconds=1))
    stranded = script(contributor)
    User.objects.filter(pk=contributor.pk).update(is_active=False)

    for client in (revoked, expired, stranded):
        assert client.get("/api/v1/me").status_code == 401


def test_it_takes_no_write_by_session_without_the_csrf_token(
    contributor: User, bakery: None
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(contributor)
    artifact = Artifact.objects.get(name="flour")

    answer = browser.patch(
        f"/api/v1/artifacts/{artifact.pk}", {"owner": "mallory"}, content_type="application/json"
    )

    assert answer.status_code == 403
    assert "CSRF" in answer.json()["message"]
    artifact.refresh_from_db()
    assert artifact.owner == ""


def test_it_tells_who_asks(contributor: User, script: Script, bakery: None) -> None:
    answer = script(contributor, "read", "flag").get("/api/v1/me").json()

    assert (answer["username"], answer["role"]) == ("carl", "contributor")
    assert answer["scopes"] == ["read", "flag"]
    assert answer["token"]["name"] == "test"
    assert answer["revision"] == 1
    assert "mlt_" not in str(answer)
