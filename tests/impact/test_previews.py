"""The same answer before anything is flagged."""

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.impact.models import Flag
from apps.impact.selectors import preview, report_headline
from apps.impact.selectors.previews import FIRST_LAYERS
from tests.impact.story import artifact, bad_apple, raised, recorded, reported

pytestmark = pytest.mark.django_db


def test_it_says_what_a_report_would(contributor: User) -> None:
    bad_apple()
    shown = preview(artifact=artifact("dataset:raw@1"))
    report = reported(raised("dataset:raw@1", contributor))
    assert shown.counts == report.counts
    assert shown.headline == report_headline(report=report)
    assert [one.name for one in shown.production] == ["api"]
    assert [one.artifact.name for one in shown.sample][-1] == "checkout"


def test_it_writes_nothing() -> None:
    bad_apple()
    preview(artifact=artifact("dataset:raw@1"))
    assert not Flag.objects.exists()


def test_it_covers_a_name() -> None:
    recorded("dataset:raw@1 > model:a@1 training", "dataset:raw@2 > model:b@1 training")
    raw = artifact("dataset:raw@1")
    assert preview(artifact=raw).kinds == {"model": 1}
    assert preview(artifact=raw, scope="name").kinds == {"model": 2}


def test_it_follows_a_chain_to_its_end() -> None:
    steps = FIRST_LAYERS + 5
    recorded(*(f"dataset:d@{step} > dataset:d@{step + 1} derived" for step in range(steps)))
    shown = preview(artifact=artifact("dataset:d@0"))
    assert (shown.kinds, shown.truncated) == ({"dataset": steps}, False)


def test_it_stops_when_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.impact.selectors.previews.MAX_REACHED", 5)
    recorded(*(f"dataset:raw@1 > model:m@{number} training" for number in range(9)))
    shown = preview(artifact=artifact("dataset:raw@1"))
    assert (shown.kinds, shown.truncated) == ({"model": 5}, True)


def test_it_takes_few_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    bad_apple()
    raw = artifact("dataset:raw@1")
    with django_assert_num_queries(10):
        preview(artifact=raw)
