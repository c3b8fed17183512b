"""A name without a version, beside its versions, is not the whole answer."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from tests.catalog.lineage import record, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(contributor: User, client_for: Callable[[User], Client]) -> Callable[[str, str], str]:
    client = client_for(contributor)

    def content(name: str, artifact: str) -> str:
        return client.get(reverse(f"web:{name}", args=[stored(artifact).pk])).content.decode()

    return content


def test_it_points_to_the_versions(page: Callable[[str, str], str]) -> None:
    record("raw > run:early", "raw@1 > run:late")
    assert "stands for the name without a version" in page("artifact", "raw")
    assert "stands for the name without a version" not in page("artifact", "raw@1")
    assert "stands for the name without a version" not in page("artifact", "run:early")


def test_it_offers_to_flag_all_versions(page: Callable[[str, str], str]) -> None:
    record("raw > run:early", "raw@1 > run:late")
    assert "every version" in page("flag_new", "raw")
    assert "this version only" in page("flag_new", "raw@1")
    assert "this version only" in page("flag_new", "run:early")
