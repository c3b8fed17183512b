"""A token never grants more than its owner's role, now or later."""

from collections.abc import Callable

import pytest

from apps.accounts import services
from apps.accounts.models import SCOPES, User
from apps.graph.errors import RecordError

pytestmark = pytest.mark.django_db

GRANTED = {
    "viewer": ("read",),
    "contributor": ("read", "record", "flag"),
    "reviewer": ("read", "record", "flag", "review"),
    "admin": ("read", "record", "flag", "review", "admin"),
}


@pytest.mark.parametrize("role", GRANTED)
def test_it_grants_what_the_role_grants_and_refuses_the_rest(
    person: Callable[[str, str], User], role: str
) -> None:
    owner = person("dana", role)
    for scope in SCOPES:
        if scope in GRANTED[role]:
            token, _ = services.create_token(owner=owner, name="x", scopes=[scope], actor=owner)
            assert [each for each in SCOPES if token.allows(each)] == [scope]
        else:
            with pytest.raises(RecordError) as refused:
                services.create_token(owner=owner, name="x", scopes=["read", scope], actor=owner)
            assert refused.value.path == "$.scopes[1]"
            assert "needs the role" in refused.value.message


def test_it_lets_no_administrator_give_a_viewer_more(viewer: User, administrator: User) -> None:
    with pytest.raises(RecordError):
        services.create_token(owner=viewer, name="x", scopes=["review"], actor=administrator)


def test_it_shrinks_with_the_role_of_its_owner(reviewer: User, administrator: User) -> None:
    _, secret = services.create_token(
        owner=reviewer, name="x", scopes=["read", "review"], actor=reviewer
    )
    services.change_role(user=reviewer, role="viewer", actor=administrator)
    token = services.authenticate_token(secret=secret)
    assert token
    assert token.allows("read")
    assert not token.allows("review")


def test_it_allows_nothing_once_dead(viewer: User) -> None:
    token, _ = services.create_token(owner=viewer, name="x", scopes=["read"], actor=viewer)
    assert not services.revoke_token(token=token, actor=viewer).allows("read")


def test_it_keeps_scopes_once_each_in_their_own_order(reviewer: User) -> None:
    token, _ = services.create_token(
        owner=reviewer, name="x", scopes=["review", "read", "review"], actor=reviewer
    )
    assert token.scopes == ["read", "review"]


@pytest.mark.parametrize(
    "scopes", [[], "read", ["READ"], ["read\x00"], [""], [None], [["read"]], ["read", "*"]]
)
def test_it_refuses_what_is_no_list_of_scopes(administrator: User, scopes: list[str]) -> None:
    with pytest.raises(RecordError) as refused:
        services.create_token(owner=administrator, name="x", scopes=scopes, actor=administrator)
    assert refused.value.path.startswith("$.scopes")
