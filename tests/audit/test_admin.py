"""Reviewers read the audit log in the admin; nobody writes there."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.audit.services import record_entry

pytestmark = pytest.mark.django_db
LIST = "/admin/audit/auditentry/"
Browser = Callable[[User], Client]


@pytest.fixture
def client(reviewer: User, client_for: Browser) -> Client:
    return client_for(reviewer)


@pytest.fixture
def log(viewer: User, reviewer: User) -> list[AuditEntry]:
    return [
        record_entry(
            actor=actor,
            action=action,
            subject=subject,
            details={"reason": "<script>alert(1)</script>"},
        )
        for actor, action, subject in (
            (viewer, "flag.raised", "artifact:1"),
            (reviewer, "flag.confirmed", "artifact:12"),
            (None, "report.completed", "report:1"),
        )
    ]


def listed(client: Client, **query: str) -> list[int]:
    page = client.get(LIST, query)
    assert page.status_code == 200
    return [entry.sequence for entry in page.context["cl"].result_list]


def test_it_lists_the_newest_first(client: Client, log: list[AuditEntry]) -> None:
    assert listed(client) == [3, 2, 1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "artifact:1"}, [1]),
        ({"q": "vera"}, [1]),
        ({"q": "flag"}, [2, 1]),
        ({"action": "report.completed"}, [3]),
        ({"q": "\x00"}, [3, 2, 1]),
        ({"q": "' OR 1=1 --"}, []),
    ],
)
def test_it_searches_and_filters(
    client: Client, log: list[AuditEntry], query: dict[str, str], found: list[int]
) -> None:
    assert listed(client, **query) == found


def test_it_shows_details_as_text(client: Client, log: list[AuditEntry]) -> None:
    page = client.get(f"{LIST}1/change/").content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>alert(1)" not in page


def test_it_writes_nothing(client_for: Browser, administrator: User, log: list[AuditEntry]) -> None:
    client = client_for(administrator)
    for answer in (
        client.get(f"{LIST}add/"),
        client.post(f"{LIST}add/", {"sequence": 9}),
        client.post(f"{LIST}1/change/", {"action": "nothing"}),
        client.post(f"{LIST}1/delete/", {"post": "yes"}),
    ):
        assert answer.status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [1], "post": "yes"})
    assert AuditEntry.objects.count() == 3


def test_it_is_closed_to_those_who_do_not_review(
    client_for: Browser, contributor: User, log: list[AuditEntry]
) -> None:
    contributor.is_staff = True
    contributor.save()
    assert client_for(contributor).get(LIST).status_code == 403
    assert client_for(contributor).get(f"{LIST}1/change/").status_code == 403


def test_it_asks_the_same_of_the_database_however_long_the_log(
    client: Client, log: list[AuditEntry], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(LIST)
    with django_assert_num_queries(8) as first:
        client.get(LIST)
    record_entry(actor=None, action="flag.raised", subject="artifact:5", details={})
    with django_assert_num_queries(len(first)):
        client.get(LIST)
