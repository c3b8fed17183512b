"""How many queries the graph takes, however much there is."""

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
    recorded(*(f"model:fraud@7 > run:many@{number} input" for number in range(80)))
    reported(raised("dataset:raw@1", contributor))


@pytest.mark.usefixtures("_much")
@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("graph", 29),
        ("graph?depth=all", 28),
        ("graph?depth=1&expand={}", 34),
        ("graph?view=table", 19),
        ("graph?group=name", 27),
        ("graph/panel", 12),
        ("graph.csv", 19),
        ("graph.svg", 21),
    ],
)
def test_it_takes_few_queries(
    path: str, most: int, browser: Client, django_assert_max_num_queries: Counted
) -> None:
    pk = artifact("model:fraud@7").pk
    with django_assert_max_num_queries(most):
        answer = browser.get(f"/artifacts/{pk}/{path.format(artifact('run:fit').pk)}")
        assert answer.getvalue()
    assert answer.status_code == 200
