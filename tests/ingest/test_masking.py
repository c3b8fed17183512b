"""Secrets never reach the database."""

import time
from typing import Any

import pytest

from apps.ingest.openlineage.envelope import read_event
from apps.ingest.openlineage.masking import (
    MASK,
    is_secret_name,
    mask_event,
    mask_free_text,
    mask_text,
)
from tests.ingest.events import dataset, run_event

PASSWORD = "hunter2"


@pytest.mark.parametrize(
    "text",
    [
        "postgres://app:hunter2@db:5432/shop",
        "could not reach https://hunter2hunter2hunter2@git.example/a.git",
        "s3://bucket/x?X-Amz-Signature=hunter2&part=1",
        "https://a.example/blob?sv=1&sig=hunter2",
        "Authorization: Basic hunter2",
        "authorization: bearer hunter2",
    ],
)
def test_it_masks_credentials_in_any_text(text: str) -> None:
    assert PASSWORD not in mask_text(text)
    assert MASK in mask_text(text)


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1" * 18,
        "hf_" + "aB" * 17,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_it_masks_keys_known_by_their_shape(secret: str) -> None:
    masked = mask_text(f"used {secret} here")
    assert secret not in masked
    assert "MIIE" not in masked
    assert masked.endswith("here")


@pytest.mark.parametrize(
    "text",
    [
        "DB_PASSWORD=hunter2",
        "export AWS_SECRET_ACCESS_KEY=hunter2;",
        "connect(password='hunter2')",
        'conf = {"password": "hunter2", "user": "app"}',
        'json.dumps("{\\"api_key\\": \\"hunter2\\"}")',
        "create user app password 'hunter2'",
        "create user app identified by 'hunter2'",
        "token := 'hunter2'",
    ],
)
def test_it_masks_assignments_in_free_text(text: str) -> None:
    assert PASSWORD not in mask_free_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "select token_count from sessions where max_tokens = 512",
        "basic training of the classifier",
        "postgres://db:5432/shop",
        "file:///srv/data/train.csv",
        "primary_key=id",
        "if password == other: pass",
    ],
)
def test_it_leaves_innocent_text_alone(text: str) -> None:
    assert mask_free_text(text) == text


def test_it_hides_values_under_secret_names_whole() -> None:
    given = {"settings": {"client_secret": PASSWORD, "eos_token": "</s>", "port": 1}}
    assert mask_event(given) == {
        "settings": {"client_secret": MASK, "eos_token": "</s>", "port": 1}
    }
    assert mask_event([{"name": "DB_PASSWORD", "value": PASSWORD}])[0]["value"] == MASK
    assert not is_secret_name("max_tokens")


def test_it_masks_every_part_of_an_event_before_it_is_stored() -> None:
    trace: dict[str, Any] = {"message": "no", "stackTrace": "connect(password='hunter2')"}
    data = run_event(
        "FAIL",
        "02:00",
        inputs=[dataset("x", dataSource={"uri": "mysql://app:hunter2@db/x"})],
        run_facets={
            "errorMessage": trace,
            "environmentVariables": {
                "environmentVariables": [{"name": "API_KEY", "value": PASSWORD}]
            },
            "custom": {"nested": [{"password": PASSWORD}]},
        },
        job_facets={
            "sql": {"query": "create user a identified by 'hunter2'"},
            "sourceCode": {"sourceCode": "api_key = 'hunter2'"},
        },
    )
    event, _ = read_event(data)
    assert PASSWORD not in str(event.body)


def test_it_masks_the_same_again() -> None:
    text = "DB_PASSWORD=hunter2 postgres://a:b@c/d?token=x password='y'"
    once = mask_free_text(text)
    assert mask_free_text(once) == once


@pytest.mark.parametrize(
    "bait", ["a.", "password ", "a://b:", "eyJ-", "token=", "x-password-", "'"]
)
def test_it_masks_hostile_text_in_linear_time(bait: str) -> None:
    started = time.perf_counter()
    mask_free_text(bait * (1_000_000 // len(bait)))
    assert time.perf_counter() - started < 10
