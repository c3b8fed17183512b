"""How many queries each page takes, whatever is recorded."""

from contextlib import AbstractContextManager
from typing import Protocol

import pytest
from django.test import Client

from apps.accounts.models import User
from tests.impact.story import artifact, raised, recorded, reported


class Counted(Protocol):
    def __call__(self, most: int) -> AbstractContextManager[object]: ...


@pytest.fixture
def _much(story: None, contributor: User) -> None:
    recorded(*(f"model:fraud@7 > run:many@{number} input" for number in range(60)))
    reported(raised("dataset:raw@1", contributor))


@pytest.mark.usefixtures("_much")
@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 14),
        ("/artifacts", 11),
        ("/artifacts?q=fraud&kind=model", 12),
        ("/artifacts.csv", 3),
        ("/deployments", 8),
        ("/imports", 5),
        ("/tokens", 4),
        ("/artifacts/{}", 24),
        ("/artifacts/{}/downstream", 12),
        ("/artifacts/{}/versions", 8),
    ],
)
def test_it_takes_few_queries(
    path: str, most: int, browser: Client, django_assert_max_num_queries: Counted
) -> None:
    where = path.format(artifact("model:fraud@7").pk)
    with django_assert_max_num_queries(most):
        answer = browser.get(where)
        assert answer.getvalue()
    assert answer.status_code == 200
