"""People are added, change role and are deactivated by administrators, and it is on record."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from apps.accounts import services
from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.graph.errors import RecordError
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def acts() -> list[tuple[str, str, User | None]]:
    entries = AuditEntry.objects.order_by("sequence")
    return [(entry.action, entry.subject, entry.actor) for entry in entries]


def test_it_adds_a_person_who_can_sign_in(administrator: User) -> None:
    user = services.add_user(
        username="dana", role="reviewer", password=PASSWORD, actor=administrator
    )
    assert Client().login(username="dana", password=PASSWORD)
    assert user.may_act_as("reviewer")
    assert not user.may_act_as("admin")
    assert acts() == [("user.added", f"user:{user.pk}", administrator)]
    assert PASSWORD not in str(AuditEntry.objects.get().details)


@pytest.mark.parametrize(
    "username", ["", " ", "a b", "a\x00b", "<b>", "a\nb", "\ud800", "x" * 151, "rita"]
)
def test_it_refuses_hostile_or_taken_usernames(reviewer: User, username: str) -> None:
    with pytest.raises(ValidationError):
        services.add_user(username=username, role="viewer", password=PASSWORD)
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["", "short", "password123", "8172635481726354", "danadana1"])
def test_it_refuses_weak_passwords(password: str) -> None:
    with pytest.raises(ValidationError):
        services.add_user(username="danadana", role="viewer", password=password)


def test_it_refuses_a_bad_address_and_an_unknown_role() -> None:
    with pytest.raises(ValidationError):
        services.add_user(username="dana", role="viewer", password=PASSWORD, email="nowhere")
    with pytest.raises(RecordError, match=r"\$\.role"):
        services.add_user(username="dana", role="owner", password=PASSWORD)


def test_it_changes_a_role(viewer: User, administrator: User) -> None:
    changed = services.change_role(user=viewer, role="reviewer", actor=administrator)
    viewer.refresh_from_db()
    assert viewer.may_act_as("reviewer")
    assert changed.is_staff
    assert AuditEntry.objects.get().details == {
        "username": "vera",
        "from": "viewer",
        "to": "reviewer",
    }


def test_it_notes_nothing_where_nothing_changes(viewer: User, administrator: User) -> None:
    services.change_role(user=viewer, role="viewer", actor=administrator)
    services.reactivate(user=viewer, actor=administrator)
    services.change_email(user=viewer, email=viewer.email, actor=administrator)
    assert acts() == []


def test_it_lets_only_administrators_change_people(viewer: User, reviewer: User) -> None:
    changes: list[Callable[[], User]] = [
        lambda: services.add_user(
            username="dana", role="viewer", password=PASSWORD, actor=reviewer
        ),
        lambda: services.change_role(user=reviewer, role="admin", actor=reviewer),
        lambda: services.deactivate(user=viewer, actor=reviewer),
        lambda: services.reactivate(user=viewer, actor=reviewer),
        lambda: services.change_email(user=viewer, email="a@example.org", actor=reviewer),
        lambda: services.reset_password(user=viewer, password=PASSWORD, actor=reviewer),
    ]
    for change in changes:
        with pytest.raises(PermissionDenied):
            change()
    assert acts() == []


def test_it_no_longer_heeds_an_administrator_who_was_deactivated(
    person: Callable[[str, str], User], administrator: User, viewer: User
) -> None:
    second = services.deactivate(user=person("eve", "admin"), actor=administrator)
    with pytest.raises(PermissionDenied):
        services.change_role(user=viewer, role="admin", actor=second)


def test_it_demotes_a_superuser_for_good(administrator: User) -> None:
    root = User.objects.create_superuser("root", "", PASSWORD)
    assert root.may_act_as("admin")
    changed = services.change_role(user=root, role="viewer", actor=administrator)
    assert not changed.may_act_as("contributor")
    assert AuditEntry.objects.get().details["from"] == "superuser"


def test_it_keeps_the_last_administrator(administrator: User, viewer: User) -> None:
    with pytest.raises(RecordError, match="only active administrator"):
        services.change_role(user=administrator, role="reviewer", actor=administrator)
    with pytest.raises(RecordError, match="only active administrator"):
        services.deactivate(user=administrator, actor=None)
    second = services.change_role(user=viewer, role="admin", actor=administrator)
    services.deactivate(user=administrator, actor=second)
    assert not User.objects.get(pk=administrator.pk).may_act_as("viewer")


def test_it_ends_the_sessions_of_whoever_is_deactivated(
    viewer: User, administrator: User, client_for: Callable[[User], Client]
) -> None:
    client = client_for(viewer)
    services.deactivate(user=viewer, actor=administrator)
    assert not Client().login(username="vera", password=PASSWORD)
    assert client.get("/admin/").status_code == 302
    services.reactivate(user=viewer, actor=administrator)
    assert Client().login(username="vera", password=PASSWORD)
    assert [action for action, _, _ in acts()] == ["user.deactivated", "user.reactivated"]


def test_it_takes_a_password_away(viewer: User, administrator: User) -> None:
    services.reset_password(user=viewer, password=None, actor=administrator)
    assert not Client().login(username="vera", password=PASSWORD)
    assert AuditEntry.objects.get().details == {"username": "vera", "has_password": False}
