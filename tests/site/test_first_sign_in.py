"""Who may sign in to a site that was started for the first time."""

from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from lineage_site.embedded.place import Place
from lineage_site.embedded.prepare import _sign_in

pytestmark = pytest.mark.django_db


def test_it_makes_an_administrator_with_the_password_it_shows(tmp_path: Path) -> None:
    line = _sign_in(Place(tmp_path))
    made = get_user_model().objects.get()
    assert made.may_act_as("admin")
    assert made.check_password(line.rsplit(" ", 1)[1])


def test_it_shows_the_same_password_until_it_is_changed(tmp_path: Path) -> None:
    place = Place(tmp_path)
    first = _sign_in(place)
    assert _sign_in(place) == first
    made = get_user_model().objects.get()
    made.set_password("a phrase of my own")
    made.save()
    assert _sign_in(place) == "Sign in as admin with the password you have set."


def test_it_makes_nobody_where_somebody_may_sign_in(tmp_path: Path) -> None:
    get_user_model().objects.create_user("dana", "dana@example.org", "a phrase of her own")
    assert _sign_in(Place(tmp_path)) == "Sign in with an account you have made."
    assert get_user_model().objects.count() == 1


def test_it_makes_a_secret_once_and_mends_an_empty_one(tmp_path: Path) -> None:
    place = Place(tmp_path)
    first = place.secret("secret-key")
    assert len(first) >= 50
    assert place.secret("secret-key") == first
    (tmp_path / "secret-key").write_text("", encoding="utf-8")
    assert len(place.secret("secret-key")) >= 50
