"""Reports, findings and obligations over REST."""

import csv
import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.impact.jobs import compute_report
from apps.impact.models import Flag, Obligation, Report
from apps.impact.services import flag_artifact, request_report
from tests.api.conftest import Script
from tests.catalog.lineage import record, stored

REPORTS = "/api/v1/reports"
OBLIGATIONS = "/api/v1/obligations"
pytestmark = pytest.mark.usefixtures("bakery")


@pytest.fixture
def report(contributor: User) -> Report:
    """The complete report of a flag on the flour."""
    flag = flag_artifact(
        artifact=stored("flour"), reason="label_error", severity="high", actor=contributor
    )
    return worked_out(flag)


def worked_out(flag: Flag) -> Report:
    waiting = flag.reports.get(state="pending")
    assert compute_report(report_id=waiting.pk)
    waiting.refresh_from_db()
    return waiting


def test_it_shows_a_report(
    report: Report,
    viewer: User,
    script: Script,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = script(viewer)
    with django_assert_num_queries(2):
        answer = client.get(f"{REPORTS}/{report.pk}").json()

    assert (answer["state"], answer["revision"], answer["counts"]["findings"]) == ("complete", 1, 5)
    assert answer["headline"].startswith("1 model was trained on it")
    assert answer["completeness"][0] == "Complete at revision 1."
    assert client.get(f"{REPORTS}?flag={report.flag_id}&state=complete").json()["count"] == 1


def test_it_lists_findings(
    report: Report,
    viewer: User,
    script: Script,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = script(viewer)
    with django_assert_num_queries(4):  # The token, the report, the one before, the rows.
        answer = client.get(f"{REPORTS}/{report.pk}/findings").json()

    assert [one["artifact"]["name"] for one in answer["results"]] == [
        "train",
        "bake",
        "pie",
        "pie-api",
        "shop",
    ]
    pie = answer["results"][2]
    assert (pie["consequence"], pie["distance"], pie["obligation_state"]) == (
        "contaminates",
        3,
        "open",
    )
    assert [step["name"] for step in pie["path"]] == ["flour", "train", "bake", "pie"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("kind=model", 1), ("consequence=evidence", 0), ("q=pie", 2), ("limit=1&offset=4", 1)],
)
def test_it_filters_findings(
    report: Report, viewer: User, script: Script, query: str, expected: int
) -> None:
    answer = script(viewer).get(f"{REPORTS}/{report.pk}/findings?{query}").json()

    assert len(answer["results"]) == expected


@pytest.mark.parametrize("query", ["consequence=doom", "ordering=pk", "kid=model"])
def test_it_refuses_bad_filters_of_findings(
    report: Report, viewer: User, script: Script, query: str
) -> None:
    answer = script(viewer).get(f"{REPORTS}/{report.pk}/findings?{query}")

    assert answer.status_code == 400


def test_it_exports_csv_and_json(report: Report, viewer: User, script: Script) -> None:
    client = script(viewer)

    as_csv = client.get(f"{REPORTS}/{report.pk}/findings.csv")
    as_json = client.get(f"{REPORTS}/{report.pk}/export.json")

    rows = list(csv.DictReader(as_csv.getvalue().decode().splitlines()))
    assert [row["name"] for row in rows] == ["train", "bake", "pie", "pie-api", "shop"]
    assert as_csv["Content-Type"] == "text/csv; charset=utf-8"
    assert f"report-{report.number}.csv" in as_csv["Content-Disposition"]
    assert json.loads(as_json.getvalue())["content_hash"] == report.content_hash


def test_it_tells_what_changed(
    report: Report, contributor: User, viewer: User, script: Script
) -> None:
    record("flour > cake")
    request_report(flag=report.flag, actor=contributor)
    newer = worked_out(report.flag)
    client = script(viewer)

    answer = client.get(f"{REPORTS}/{newer.pk}/diff").json()
    same = client.get(f"{REPORTS}/{newer.pk}/diff?with_report={report.pk}").json()

    assert [one["artifact"]["name"] for one in answer["added"]] == ["cake"]
    assert (answer["added_count"], answer["gone_count"], answer["changed_count"]) == (1, 0, 0)
    assert same == answer


def test_it_has_nothing_to_compare_with(report: Report, viewer: User, script: Script) -> None:
    client = script(viewer)

    assert client.get(f"{REPORTS}/{report.pk}/diff").status_code == 404
    assert client.get(f"{REPORTS}/{report.pk}/diff?with_report=999999").status_code == 404
    assert client.get(f"{REPORTS}/{report.pk}/diff?with_report=x").status_code == 400


@pytest.mark.parametrize("part", ["findings.csv", "export.json"])
def test_it_hands_out_no_half_of_a_report(
    report: Report, contributor: User, viewer: User, script: Script, part: str
) -> None:
    waiting = request_report(flag=report.flag, actor=contributor)

    answer = script(viewer).get(f"{REPORTS}/{waiting.pk}/{part}")

    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")


def test_it_lists_obligations(
    report: Report,
    viewer: User,
    script: Script,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = script(viewer)
    with django_assert_num_queries(2):
        answer = client.get(f"{OBLIGATIONS}?flag={report.flag_id}&state=open").json()

    names = {one["artifact"]["name"] for one in answer["results"]}
    assert names == {"pie", "pie-api", "shop"}
    assert {one["opened_by_report"] for one in answer["results"]} == {report.pk}


def test_it_assigns_settles_and_reopens(report: Report, reviewer: User, script: Script) -> None:
    obligation = Obligation.objects.get(artifact__kind="model")
    client, address = script(reviewer), f"{OBLIGATIONS}/{obligation.pk}"

    assigned = client.post(f"{address}/assign", {"assignee": "pie team"})
    resolved = client.post(f"{address}/resolve", {"note": "Retrained without it."})
    again = client.post(f"{address}/resolve", {"note": "Twice."})
    reopened = client.post(f"{address}/reopen", {"note": "It was not."})

    assert (assigned.status_code, assigned.json()["assignee"]) == (200, "pie team")
    assert (resolved.json()["state"], resolved.json()["decided_by"]) == ("resolved", "rita")
    assert (again.status_code, again.json()["error"]) == (409, "conflict")
    assert reopened.json()["state"] == "open"


@pytest.mark.parametrize(
    ("step", "body", "path"),
    [
        ("assign", {}, "$.assignee"),
        ("assign", {"assignee": "x" * 201}, "$.assignee"),
        ("assign", {"assignee": "a\nb"}, "$.assignee"),
        ("resolve", {"note": ""}, "$.note"),
        ("resolve", {"note": ["x"]}, "$.note"),
        ("resolve", {"note": "x", "state": "resolved"}, "$.state"),
        ("reopen", {}, "$.note"),
    ],
)
def test_it_refuses_bad_settlements(
    report: Report, reviewer: User, script: Script, step: str, body: Any, path: str
) -> None:
    obligation = Obligation.objects.get(artifact__kind="model")

    answer = script(reviewer).post(f"{OBLIGATIONS}/{obligation.pk}/{step}", body)

    assert (answer.status_code, answer.json()["path"]) == (400, path)


def test_it_says_what_to_go_back_to(report: Report, viewer: User, script: Script) -> None:
    answer = script(viewer).get(f"{REPORTS}/{report.pk}/roll-backs")

    assert answer.status_code == 200
    [one] = answer.json()["results"]
    assert (one["deployment"]["name"], one["model"]["name"]) == ("pie-api", "pie")
    assert (one["to"], one["is_known"]) == (None, False)
    assert script(viewer).get(f"{REPORTS}/{report.pk}").json()["remedies"] == report.remedies
