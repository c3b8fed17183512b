"""What flags say of artifacts, and how lists are narrowed."""

from typing import Any

import pytest
from django.db.models import QuerySet
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.catalog.models import Artifact
from apps.impact.filters import FindingFilter, FlagFilter, ObligationFilter
from apps.impact.models import Flag
from apps.impact.selectors import (
    affected_status,
    flags_on,
    flags_over,
    latest_report,
    newest_report,
    obligations_due,
    open_flags,
    report_rows,
)
from apps.impact.services import withdraw_flag
from tests.impact.story import artifact, bad_apple, raised, recorded, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def flag(contributor: User) -> Flag:
    bad_apple()
    recorded("dataset:raw@1 > dataset:raw@2 derived")
    flag = raised("dataset:raw@1", contributor)
    reported(flag)
    return flag


def statuses() -> dict[str, str]:
    ids = Artifact.objects.values_list("pk", flat=True)
    found = affected_status(artifact_ids=ids)
    return {str(Artifact.objects.get(pk=pk)): status for pk, status in found.items()}


def test_it_tells_flagged_from_affected_from_doubtful(flag: Flag) -> None:
    recorded("dataset:clean@1 > model:clean@1 training")
    assert statuses() == {
        "raw@1": "flagged",
        "raw@2": "affected",
        "train@1": "affected",
        "fit": "affected",
        "fraud@7": "affected",
        "api@3": "affected",
        "checkout": "affected",
        "churn@2": "evidence",
        "batch@1": "evidence",
    }


def test_it_flags_every_version_of_a_flagged_name(flag: Flag, contributor: User) -> None:
    raised("dataset:raw@1", contributor, scope="name")
    assert statuses()["raw@2"] == "flagged"
    on = flags_on(artifact=artifact("dataset:raw@2"))
    assert [one.scope for one in on] == ["name"]


def test_it_forgets_a_withdrawn_flag(flag: Flag, reviewer: User) -> None:
    withdraw_flag(flag=flag, reason="Wrong dataset.", actor=reviewer)
    assert statuses() == {}
    assert not open_flags().exists()
    assert not flags_over(artifact=artifact("model:fraud@7")).exists()


def test_it_asks_of_many_artifacts_in_three_queries(
    flag: Flag, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        affected_status(artifact_ids=range(1, 4000))


def test_it_lists_the_flags_over_an_artifact_with_how_they_reach_it(
    flag: Flag, contributor: User
) -> None:
    other = raised("dataset:train@1", contributor, severity="critical")
    reported(other)
    over: list[Any] = list(flags_over(artifact=artifact("model:fraud@7")))
    assert [(one.pk, one.consequence, one.distance) for one in over] == [
        (other.pk, "contaminates", 2),
        (flag.pk, "contaminates", 3),
    ]
    doubtful: Any = flags_over(artifact=artifact("model:churn@2")).get()
    assert doubtful.consequence == "evidence"


def test_it_shows_a_case_before_its_first_report(contributor: User) -> None:
    bad_apple()
    flag = raised("dataset:raw@1", contributor)
    assert latest_report(flag=flag) is None
    newest = newest_report(flag=flag)
    assert newest is not None
    assert newest.is_unfinished


def test_it_reads_findings_in_one_query(
    flag: Flag, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert flag.latest_report is not None
    with django_assert_num_queries(2):  # The report before is looked up first.
        rows: list[Any] = list(report_rows(report=flag.latest_report))
        shown = [(row.artifact.name, row.obligation_state, row.is_new) for row in rows]
    assert ("fraud", "open", False) in shown
    assert ("train", None, False) in shown


def test_it_lists_what_is_due_first(flag: Flag, contributor: User) -> None:
    urgent = raised("model:fraud@7", contributor, severity="critical")
    reported(urgent)
    due = obligations_due(limit=3)
    assert [one.flag_id for one in due] == [urgent.pk, urgent.pk, flag.pk]
    assert due[0].artifact.name == "api"  # What runs in production comes first.


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("kind=model", {"fraud", "churn"}),
        ("consequence=evidence", {"churn", "batch"}),
        ("environment=staging", {"batch"}),
        ("production=true", {"api"}),
        ("owner=risk", {"fraud"}),
        ("owner=none&kind=model", {"churn"}),
        ("q=FRA", {"fraud"}),
        ("kind=nonsense", set()),
    ],
)
def test_it_narrows_findings(flag: Flag, query: str, names: set[str]) -> None:
    assert flag.latest_report is not None
    narrowed = filtered(FindingFilter, query, report_rows(report=flag.latest_report))
    assert {one.artifact.name for one in narrowed} == names


def test_it_orders_findings(flag: Flag) -> None:
    assert flag.latest_report is not None
    rows = report_rows(report=flag.latest_report)
    farthest = filtered(FindingFilter, "ordering=-distance", rows)
    assert farthest[0].artifact.name == "checkout"
    assert not FindingFilter(QueryDict("ordering=report__flag"), queryset=rows).is_valid()


def test_it_narrows_flags_and_obligations(flag: Flag) -> None:
    assert filtered(FlagFilter, "severity=high&state=open", open_flags()) == [flag]
    assert filtered(FlagFilter, "reason=leakage", open_flags()) == []
    unassigned = filtered(ObligationFilter, "assignee=none", flag.obligations.all())
    assert {one.artifact.name for one in unassigned} == {"churn", "batch"}


def filtered(filters: Any, query: str, rows: QuerySet[Any]) -> list[Any]:
    chosen = filters(QueryDict(query), queryset=rows)
    assert chosen.is_valid(), chosen.errors
    return list(chosen.qs)
