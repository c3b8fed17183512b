"""Scripts with tokens, and a small lineage to ask about."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import SCOPES, User
from apps.accounts.services import create_token
from tests.catalog.lineage import record

Script = Callable[..., APIClient]


@pytest.fixture
def script() -> Script:
    """A client with a token of the person: `script(viewer)`, `script(viewer, "read")`."""

    def made(owner: User, *scopes: str) -> APIClient:
        wanted = scopes or [scope for scope in SCOPES if scope in owner.scopes]
        _, secret = create_token(owner=owner, name="test", scopes=wanted, actor=owner)
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        # The first use of a token is noted; later ones within the minute are not.
        client.get("/api/v1/me")
        return client

    return made


@pytest.fixture
def bakery(db: None) -> None:
    """flour > train@1 > run > model > deployment, and a test set that only tested it."""
    record(
        "flour > train@1 > run:bake@1 [training]",
        "apples@1 > run:bake@1 [testing]",
        "run:bake@1 > model:pie@1 > deployment:pie-api > application:shop",
    )


def raw(
    client: APIClient,
    method: str,
    address: str,
    body: bytes,
    *,
    kind: str = "application/json",
    encoding: str = "",
) -> Any:
    """The answer to a body sent as it stands."""
    headers = {"Content-Encoding": encoding} if encoding else {}
    return client.generic(method, address, body, content_type=kind, headers=headers)  # type: ignore[arg-type]
