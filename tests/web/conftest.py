"""A browser for each of the cast, and a page's text."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from apps.accounts.models import User
from tests.impact.story import bad_apple


@pytest.fixture(autouse=True)
def _nobody_has_tried_to_sign_in() -> None:
    cache.clear()


@pytest.fixture
def browser(viewer: User, client_for: Callable[[User], Client]) -> Client:
    """Vera's: she reads."""
    return client_for(viewer)


@pytest.fixture
def story(db: None) -> None:
    """A bad apple, from the raw dataset to the checkout."""
    bad_apple()
