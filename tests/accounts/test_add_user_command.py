"""`add_user` adds a person once and says the password it made."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def add(*arguments: str) -> str:
    output = StringIO()
    call_command("add_user", *arguments, stdout=output)
    return output.getvalue()


def test_it_adds_a_person_with_a_password_it_prints() -> None:
    printed = add("dana", "--role", "admin", "--email", "dana@example.org")
    user = User.objects.get()
    assert printed.startswith("Added dana (admin).\n")
    assert user.check_password(printed.strip().rpartition(": ")[2])
    assert (user.email, user.role, user.is_staff, user.is_superuser) == (
        "dana@example.org",
        "admin",
        True,
        False,
    )
    assert AuditEntry.objects.get().actor is None


def test_it_takes_the_password_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST_PASSWORD", PASSWORD)
    printed = add("dana", "--role", "viewer", "--password-env", "FIRST_PASSWORD")
    assert PASSWORD not in printed
    assert User.objects.get().check_password(PASSWORD)


def test_it_leaves_a_person_who_exists(administrator: User) -> None:
    assert add("ada", "--role", "viewer") == "ada exists already (admin); nothing was changed.\n"
    administrator.refresh_from_db()
    assert administrator.role == "admin"
    assert administrator.check_password(PASSWORD)


def test_it_refuses_an_empty_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST_PASSWORD", "")
    with pytest.raises(CommandError, match="FIRST_PASSWORD is not set or empty"):
        add("dana", "--role", "viewer", "--password-env", "FIRST_PASSWORD")


@pytest.mark.parametrize("name", ["a b", "a\x00b", "<script>", "", "x" * 200])
def test_it_refuses_a_hostile_name(name: str) -> None:
    with pytest.raises(CommandError):
        add(name, "--role", "viewer")


def test_it_refuses_an_unknown_role() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        add("dana", "--role", "owner")
