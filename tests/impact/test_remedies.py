"""What to do first: which models to retrain, and what to go back to."""

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.impact.selectors import clean_earlier_versions, roll_backs
from apps.impact.wording import remedy_sentence
from tests.impact.story import artifact, bad_apple, deployed, raised, record, recorded, reported

pytestmark = pytest.mark.django_db


def test_it_names_the_model_whose_retraining_cleans_the_most(contributor: User) -> None:
    bad_apple()
    recorded(
        "model:fraud@7 > model:small@1 quantization",
        "model:small@1 > deployment:edge@1 deployment",
        "dataset:train@1 > model:lonely@1 training",
        "dataset:train@1 > model:pair@1 training",
        "model:pair@1 > model:pair-int8@1 quantization",
    )
    remedies = reported(raised("dataset:raw@1", contributor)).remedies
    assert [(one["name"], one["cleans"], one["live"], one["of"]) for one in remedies] == [
        ("fraud", 5, 2, 8),
        ("pair", 2, 0, 8),
    ]
    assert remedies[0]["id"] == artifact("model:fraud@7").pk
    assert remedy_sentence(remedies[0]) == (
        "Retraining fraud@7 on clean data would clean 5 of the 8 contaminated models, "
        "deployments and applications, 2 live deployments among them."
    )


def test_it_credits_nobody_for_what_is_tainted_two_ways(contributor: User) -> None:
    recorded(
        "dataset:raw@1 > model:a@1 training",
        "dataset:raw@1 > model:b@1 training",
        "model:a@1 > model:blend@1 merge",
        "model:b@1 > model:blend@1 merge",
    )
    assert reported(raised("dataset:raw@1", contributor)).remedies == []


def test_it_ignores_what_only_evidence_reaches(contributor: User) -> None:
    recorded(
        "dataset:raw@1 > model:a@1 testing",
        "model:a@1 > deployment:d@1 deployment",
    )
    assert reported(raised("dataset:raw@1", contributor)).remedies == []


def test_it_offers_the_nearest_clean_earlier_version(contributor: User) -> None:
    bad_apple()
    made = {version: datetime(2026, version, 1, tzinfo=UTC) for version in (7, 6, 5, 4)}
    recorded(
        "dataset:old@1 > model:fraud@4 training",
        "dataset:old@1 > model:fraud@5 training",
        "dataset:raw@1 > model:fraud@6 training",
        artifacts=tuple(
            record(f"model:fraud@{version}", occurred_at=when) for version, when in made.items()
        ),
    )
    report = reported(raised("dataset:raw@1", contributor))
    (back,) = roll_backs(report=report)
    assert back.deployment == artifact("deployment:api@3")
    assert back.model == artifact("model:fraud@7")
    assert back.to == artifact("model:fraud@5")
    assert back.is_known


def test_it_says_when_the_clean_version_is_merely_unknown(contributor: User) -> None:
    recorded(artifacts=(record("model:fraud@6"),))
    bad_apple()
    (back,) = roll_backs(report=reported(raised("dataset:raw@1", contributor)))
    assert back.to == artifact("model:fraud@6")
    assert not back.is_known


def test_it_says_when_there_is_nothing_to_go_back_to(contributor: User) -> None:
    bad_apple()
    recorded(artifacts=(record("model:fraud@8"),))  # Later is not earlier.
    (back,) = roll_backs(report=reported(raised("dataset:raw@1", contributor)))
    assert back.to is None
    model = artifact("model:fraud@7")
    assert clean_earlier_versions(models=[model]) == {model.pk: None}


def test_it_looks_for_all_of_them_at_once(
    contributor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    numbers = range(10)
    recorded(
        *(f"dataset:raw@1 > model:m{number}@1 training" for number in numbers),
        *(f"dataset:old@1 > model:m{number}@0 training" for number in numbers),
        *(f"model:m{number}@1 > deployment:d{number}@1 deployment" for number in numbers),
        artifacts=(
            *(deployed(f"deployment:d{number}@1", "production") for number in numbers),
            *(record(f"model:m{number}@0") for number in numbers),
        ),
    )
    report = reported(raised("dataset:raw@1", contributor))
    with django_assert_num_queries(8):
        found = roll_backs(report=report)
    assert [one.to.version for one in found if one.to and one.is_known] == ["0"] * 10
