"""The OpenAPI description, and that nothing it allows or forbids makes the API fall over."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.accounts.models import User
from apps.accounts.services import create_token
from apps.catalog.models import Artifact
from apps.impact.services import flag_artifact
from tests.api.conftest import Script


def test_it_is_described_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "api.yml"))


def test_it_serves_its_description_to_those_who_may_read(viewer: User, script: Script) -> None:
    answer = script(viewer).get("/api/v1/schema")

    assert answer.status_code == 200
    assert b"/api/v1/artifacts/{id}/descendants" in answer.content


@pytest.fixture
def headers(administrator: User) -> dict[str, str]:
    _, secret = create_token(
        owner=administrator,
        name="test",
        scopes=["read", "record", "flag", "review"],
        actor=administrator,
    )
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A request closes its connection to the database, here the test's own: hold it open."""
    moments = (request_started, request_finished)
    for moment in moments:
        moment.disconnect(close_old_connections)
    yield
    for moment in moments:
        moment.connect(close_old_connections)


@pytest.fixture
def described(
    one_connection: None, headers: dict[str, str], bakery: None, administrator: User
) -> Any:
    flag_artifact(
        artifact=Artifact.objects.get(name="flour"),
        reason="label_error",
        severity="high",
        actor=administrator,
    )
    return schemathesis.openapi.from_wsgi("/api/v1/schema", WSGIHandler(), headers=headers)


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_it_answers_whatever_is_sent(case: Any, headers: dict[str, str]) -> None:
    case.call_and_validate(
        headers=headers,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
