"""A case costs the same few queries whatever it found, and never loads all of it."""

from contextlib import AbstractContextManager
from typing import Protocol

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.catalog.services import record_batch
from apps.graph.records import EdgeRecord, LineageBatch
from apps.impact.models import Flag
from tests.impact.story import key, raised, reported


class Counted(Protocol):
    def __call__(self, most: int) -> AbstractContextManager[object]: ...


@pytest.fixture(params=[3, 400])
def flag(request: pytest.FixtureRequest, story: None, contributor: User) -> Flag:
    """A flag that reaches a few things, and one that reaches hundreds."""
    steps = tuple(
        EdgeRecord(key("dataset:raw@1"), key(f"model:copy@{number}"), "training")
        for number in range(request.param)
    )
    record_batch(batch=LineageBatch(producer="story", edges=steps))
    flag = raised("dataset:raw@1", contributor)
    reported(flag)
    return flag


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("", 34),
        ("?page=2&per_page=100", 34),
        ("/progress", 4),
        ("/obligations", 8),
        ("/findings.csv", 7),
    ],
)
def test_it_takes_few_queries(
    path: str, most: int, flag: Flag, browser: Client, django_assert_max_num_queries: Counted
) -> None:
    with django_assert_max_num_queries(most):
        answer = browser.get(f"/flags/{flag.pk}{path}")
        answer.getvalue()
    assert answer.status_code == 200


def test_it_lists_flags_in_few_queries(
    flag: Flag, contributor: User, browser: Client, django_assert_max_num_queries: Counted
) -> None:
    for _ in range(30):
        raised("run:fit", contributor)
    with django_assert_max_num_queries(5):
        browser.get("/flags")
