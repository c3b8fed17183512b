"""A token lives from its making until it expires, is revoked or its owner is deactivated."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts import selectors, services
from apps.accounts.models import ApiToken, User
from apps.audit.models import AuditEntry
from apps.graph.errors import RecordError

pytestmark = pytest.mark.django_db
Maker = Callable[..., tuple[ApiToken, str]]


@pytest.fixture
def make() -> Maker:
    def made(
        owner: User, *, name: str = "nightly", expires_at: datetime | None = None
    ) -> tuple[ApiToken, str]:
        return services.create_token(
            owner=owner, name=name, scopes=["read"], expires_at=expires_at, actor=owner
        )

    return made


def test_it_opens_with_the_secret_and_with_nothing_else(viewer: User, make: Maker) -> None:
    token, secret = make(viewer)
    make(viewer)
    found = selectors.live_token(secret=secret)
    assert found == token
    assert found is not None
    assert found.owner == viewer
    other = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    assert selectors.live_token(secret=other) is None


def test_it_keeps_the_digest_and_not_the_secret(viewer: User, make: Maker) -> None:
    token, secret = make(viewer)
    kept = ApiToken.objects.filter(pk=token.pk).values().get()
    assert kept["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert not any(secret in str(value) for value in kept.values())
    assert not any(secret in str(entry.details) for entry in AuditEntry.objects.all())


def test_it_makes_secrets_that_differ(viewer: User, make: Maker) -> None:
    assert len({make(viewer)[1] for _ in range(10)}) == 10


def test_it_expires(viewer: User, make: Maker) -> None:
    _, secret = make(viewer, expires_at=timezone.now() + timedelta(hours=1))
    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        assert selectors.live_token(secret=secret)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert selectors.live_token(secret=secret) is None
    assert ApiToken.objects.count() == 1


def test_it_lives_ninety_days_unless_told_otherwise(viewer: User, make: Maker) -> None:
    token, _ = make(viewer)
    assert token.expiry - token.created == timedelta(days=90)


@pytest.mark.parametrize(
    "expiry",
    [
        timezone.now() - timedelta(seconds=1),
        timezone.now() + timedelta(days=366),
        datetime(2030, 1, 1),  # noqa: DTZ001
    ],
    ids=["past", "over a year", "no zone"],
)
def test_it_refuses_an_expiry_out_of_bounds(viewer: User, make: Maker, expiry: datetime) -> None:
    with pytest.raises(RecordError) as refused:
        make(viewer, expires_at=expiry)
    assert refused.value.path == "$.expires_at"
    assert not ApiToken.objects.exists()


def test_it_is_dead_once_revoked_but_stays_on_record(viewer: User, make: Maker) -> None:
    token, secret = make(viewer)
    services.revoke_token(token=token, actor=viewer)
    assert services.authenticate_token(secret=secret) is None
    token.refresh_from_db()
    assert (token.state(), token.digest) == ("revoked", "")
    # Not even a row repaired by hand opens again.
    ApiToken.objects.update(revoked_at=None)
    assert services.authenticate_token(secret=secret) is None


def test_it_is_revoked_once(viewer: User, make: Maker) -> None:
    token, _ = make(viewer)
    first = services.revoke_token(token=token, actor=viewer)
    again = services.revoke_token(token=token, actor=viewer)
    assert again.revoked_at == first.revoked_at
    assert AuditEntry.objects.filter(action="token.revoked").count() == 1


def test_it_dies_with_its_owners_account(viewer: User, administrator: User, make: Maker) -> None:
    token, secret = make(viewer)
    services.deactivate(user=viewer, actor=administrator)
    assert services.authenticate_token(secret=secret) is None
    services.reactivate(user=viewer, actor=administrator)
    assert services.authenticate_token(secret=secret) is None
    token.refresh_from_db()
    assert token.state() == "revoked"


def test_it_is_made_and_revoked_by_its_owner_or_an_administrator(
    viewer: User, reviewer: User, administrator: User, make: Maker
) -> None:
    token, _ = make(viewer)
    with pytest.raises(PermissionDenied):
        services.revoke_token(token=token, actor=reviewer)
    with pytest.raises(PermissionDenied):
        services.create_token(owner=viewer, name="x", scopes=["read"], actor=reviewer)
    made, _ = services.create_token(owner=viewer, name="x", scopes=["read"], actor=administrator)
    assert (made.owner, made.created_by) == (viewer, administrator)
    assert services.revoke_token(token=token, actor=administrator).revoked_at


def test_it_leaves_audit_entries(viewer: User, make: Maker) -> None:
    token, _ = make(viewer)
    services.revoke_token(token=token, actor=viewer)
    entries = AuditEntry.objects.order_by("sequence")
    assert [(entry.action, entry.subject, entry.actor) for entry in entries] == [
        ("token.created", f"token:{token.pk}", viewer),
        ("token.revoked", f"token:{token.pk}", viewer),
    ]
    assert entries[0].details == {
        "name": "nightly",
        "owner": "vera",
        "scopes": ["read"],
        "expiry": token.expiry.isoformat(),
    }


def test_it_notes_its_use_at_most_once_a_minute(
    viewer: User, make: Maker, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token, secret = make(viewer)
    start = timezone.now()
    with time_machine.travel(start, tick=False), django_assert_num_queries(2):
        assert services.authenticate_token(secret=secret)
    with time_machine.travel(start + timedelta(seconds=59)), django_assert_num_queries(1):
        assert services.authenticate_token(secret=secret)
    token.refresh_from_db()
    assert token.last_used_at == start
    with time_machine.travel(start + timedelta(seconds=61)):
        services.authenticate_token(secret=secret)
    token.refresh_from_db()
    assert token.last_used_at >= start + timedelta(seconds=61)


@pytest.mark.parametrize(
    "secret",
    ["", "mlt_", "\x00", "mlt_" + "\x00" * 43, "mlt_" + "a" * 43 + "\n", "mlt_" + "é" * 43,
     "mlt_" + "\ud800" * 43, "x" * 1_000_000, "mlt_" + "%" * 43, "' OR 1=1 --"],
    ids=range(10),
)  # fmt: skip
def test_it_answers_hostile_secrets_without_a_query(
    secret: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert services.authenticate_token(secret=secret) is None


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "a\nb", "\ud800", "é" * 101])
def test_it_refuses_hostile_names(viewer: User, make: Maker, name: str) -> None:
    with pytest.raises(RecordError) as refused:
        make(viewer, name=name)
    assert refused.value.path == "$.name"


def test_it_keeps_strange_names_as_they_are(viewer: User, make: Maker) -> None:
    name = "<script>alert(1)</script> \u202e '; DROP TABLE x; -- \U0001f600"
    token, _ = make(viewer, name=name)
    token.refresh_from_db()
    assert token.name == name


def test_it_lists_a_persons_tokens_newest_first(
    viewer: User, reviewer: User, make: Maker, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = make(viewer)[0], make(viewer)[0]
    make(reviewer)
    services.revoke_token(token=first, actor=viewer)
    with django_assert_num_queries(1):
        listed = [(token, token.state()) for token in selectors.tokens_of(user=viewer)]
    assert listed == [(second, "live"), (first, "revoked")]
