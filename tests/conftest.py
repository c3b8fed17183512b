"""The cast, and what every test needs of the database."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client

from apps.accounts.models import Role, User

PASSWORD = "a long enough phrase"


@pytest.fixture(autouse=True, scope="session")
def _quick_and_quiet(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Passwords hashed fast, as each signs a test user in; no collected static files needed."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")


@pytest.fixture
def person(db: None) -> Callable[[str, str], User]:
    """Make a user of a name and a role: `person("dana", "reviewer")`."""

    def made(username: str, role: str) -> User:
        return User.objects.create_user(
            username,
            f"{username}@example.org",
            PASSWORD,
            role=role,
            is_staff=role in {Role.REVIEWER, Role.ADMIN},
        )

    return made


@pytest.fixture
def viewer(person: Callable[[str, str], User]) -> User:
    """Vera reads."""
    return person("vera", Role.VIEWER)


@pytest.fixture
def contributor(person: Callable[[str, str], User]) -> User:
    """Carl records lineage and raises flags."""
    return person("carl", Role.CONTRIBUTOR)


@pytest.fixture
def reviewer(person: Callable[[str, str], User]) -> User:
    """Rita decides."""
    return person("rita", Role.REVIEWER)


@pytest.fixture
def administrator(person: Callable[[str, str], User]) -> User:
    """Ada manages people and tokens."""
    return person("ada", Role.ADMIN)


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """A browser in which the user is signed in: `client_for(viewer).get("/")`."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture(autouse=True, scope="session")
def _flush_may_empty_the_audit_log() -> Iterator[None]:
    """Between tests that commit, Django empties every table; the audit log refuses that.

    Production has no way around its triggers, so here the flush itself takes them off and puts
    them back, in its own transaction.
    """
    flush = BaseDatabaseOperations.execute_sql_flush

    def lifted(operations: BaseDatabaseOperations, sql_list: list[str]) -> None:
        off, on = audit_triggers()
        flush(operations, [*off, *sql_list, *on])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", lifted)
        yield


def audit_triggers() -> tuple[list[str], list[str]]:
    """The statements that take the audit log's triggers off and put them back."""
    if connection.vendor == "postgresql":
        table = "ALTER TABLE audit_auditentry"
        return [f"{table} DISABLE TRIGGER USER"], [f"{table} ENABLE TRIGGER USER"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'trigger' AND tbl_name = 'audit_auditentry'"
        )
        triggers = cursor.fetchall()
    return [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
