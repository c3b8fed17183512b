"""Administrators manage people and tokens in the admin, through the services."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts import services
from apps.accounts.models import ApiToken, User
from apps.audit.models import AuditEntry
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]


@pytest.fixture
def client(administrator: User, client_for: Browser) -> Client:
    return client_for(administrator)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("sequence").values_list("action", flat=True))


def change(client: Client, user: User, **fields: str) -> str:
    form = {"username": user.username, "email": user.email, "role": user.role, "is_active": "on"}
    form.update(fields)
    form = {name: value for name, value in form.items() if value}
    return client.post(
        f"/admin/accounts/user/{user.pk}/change/", form, follow=True
    ).content.decode()


def test_it_adds_a_person(client: Client, administrator: User) -> None:
    client.post(
        "/admin/accounts/user/add/",
        {"username": "dana", "role": "contributor", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert User.objects.get(username="dana").role == "contributor"
    assert AuditEntry.objects.get().actor == administrator


def test_it_shows_a_bad_name_on_the_form(client: Client) -> None:
    page = client.post(
        "/admin/accounts/user/add/",
        {"username": "a\x00b", "role": "viewer", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert page.status_code == 200
    assert User.objects.count() == 1


def test_it_changes_the_role_and_deactivates(client: Client, viewer: User) -> None:
    change(client, viewer, role="reviewer")
    viewer.refresh_from_db()
    assert viewer.role == "reviewer"
    change(client, viewer, is_active="", email="vera@example.com")
    viewer.refresh_from_db()
    assert (viewer.is_active, viewer.email) == (False, "vera@example.com")
    change(client, viewer)
    assert actions() == [
        "user.role_changed",
        "user.email_changed",
        "user.deactivated",
        "user.reactivated",
    ]


def test_it_does_not_rename_or_raise_to_superuser(client: Client, viewer: User) -> None:
    change(client, viewer, username="mallory", is_superuser="on", is_staff="on")
    viewer.refresh_from_db()
    assert (viewer.username, viewer.is_superuser, viewer.is_staff) == ("vera", False, False)
    assert actions() == []


def test_it_leaves_a_superuser_who_is_saved_unchanged(client: Client) -> None:
    root = User.objects.create_superuser("root", "", PASSWORD)
    change(client, root)
    root.refresh_from_db()
    assert root.is_superuser


def test_it_says_why_the_last_administrator_stays(client: Client, administrator: User) -> None:
    page = change(client, administrator, role="viewer")
    assert "Nothing was saved: ada is the only active administrator" in page
    assert "was changed successfully" not in page
    administrator.refresh_from_db()
    assert administrator.role == "admin"


def test_it_deletes_nobody(client: Client, viewer: User) -> None:
    assert client.post(f"/admin/accounts/user/{viewer.pk}/delete/").status_code == 403
    client.post(
        "/admin/accounts/user/",
        {"action": "delete_selected", "_selected_action": [viewer.pk], "post": "yes"},
    )
    assert User.objects.filter(pk=viewer.pk).exists()


def test_it_resets_a_password_on_record(client: Client, viewer: User, administrator: User) -> None:
    new = "another long enough phrase"
    client.post(
        f"/admin/accounts/user/{viewer.pk}/password/",
        {"password1": new, "password2": new, "usable_password": "true"},
    )
    viewer.refresh_from_db()
    assert viewer.check_password(new)
    assert [(entry.action, entry.actor) for entry in AuditEntry.objects.all()] == [
        ("user.password_reset", administrator)
    ]


def test_it_stays_signed_in_after_resetting_the_own_password(
    client: Client, administrator: User
) -> None:
    new = "another long enough phrase"
    client.post(
        f"/admin/accounts/user/{administrator.pk}/password/",
        {"password1": new, "password2": new, "usable_password": "true"},
    )
    assert client.get("/admin/accounts/user/").status_code == 200


def test_it_revokes_tokens(client: Client, viewer: User) -> None:
    token, secret = services.create_token(owner=viewer, name="x", scopes=["read"], actor=viewer)
    client.post("/admin/accounts/apitoken/", {"action": "revoke", "_selected_action": [token.pk]})
    assert services.authenticate_token(secret=secret) is None
    assert actions() == ["token.created", "token.revoked"]


def test_it_shows_tokens_but_never_the_digest(client: Client, viewer: User) -> None:
    token, _ = services.create_token(owner=viewer, name="<b>x</b>", scopes=["read"], actor=viewer)
    path = f"/admin/accounts/apitoken/{token.pk}/"
    for page in (client.get("/admin/accounts/apitoken/"), client.get(path + "change/")):
        text = page.content.decode()
        assert page.status_code == 200
        assert "&lt;b&gt;x&lt;/b&gt;" in text
        assert token.digest not in text
    for refused in (
        client.post(path + "change/", {"name": "y"}),
        client.post(path + "delete/"),
        client.get("/admin/accounts/apitoken/add/"),
    ):
        assert refused.status_code == 403
    assert ApiToken.objects.get().name == "<b>x</b>"


@pytest.mark.parametrize("page", ["user", "apitoken"])
def test_it_is_closed_to_reviewers(client_for: Browser, reviewer: User, page: str) -> None:
    client = client_for(reviewer)
    assert client.get("/admin/").status_code == 200
    assert client.get(f"/admin/accounts/{page}/").status_code == 403
    assert client.get(f"/admin/accounts/user/{reviewer.pk}/password/").status_code == 403


def test_it_is_closed_to_viewers_and_contributors(
    client_for: Browser, viewer: User, contributor: User
) -> None:
    for user in (viewer, contributor):
        assert client_for(user).get("/admin/").status_code == 302
