"""What a report says of a bad dataset."""

import pytest

from apps.accounts.models import User
from apps.impact import jobs
from apps.impact.models import Report
from apps.impact.selectors import (
    hash_of_report,
    report_completeness,
    report_headline,
)
from apps.work.models import WorkState
from tests.impact.story import (
    artifact,
    bad_apple,
    deployed,
    found,
    raised,
    record,
    recorded,
    reported,
)

pytestmark = pytest.mark.django_db


def test_it_reaches_the_application_and_tells_taint_from_doubt(contributor: User) -> None:
    bad_apple()
    report = reported(raised("dataset:raw@1", contributor))
    assert found(report) == {
        "dataset train@1": ("contaminates", 1),
        "run fit": ("contaminates", 2),
        "model fraud@7": ("contaminates", 3),
        "deployment api@3": ("contaminates", 4),
        "application checkout": ("contaminates", 5),
        "model churn@2": ("evidence", 1),
        "deployment batch@1": ("evidence", 2),
    }


def test_it_counts_by_kind_consequence_and_environment(contributor: User) -> None:
    bad_apple()
    counts = reported(raised("dataset:raw@1", contributor)).counts
    assert counts["findings"] == 7
    assert counts["kinds"]["model"] == 2
    assert counts["consequences"] == {"contaminates": 5, "evidence": 2}
    assert counts["environments"] == {"production": 1, "staging": 1}
    assert (counts["owners"], counts["without_owner"]) == (3, 2)


def test_it_proves_each_finding_with_a_path(contributor: User) -> None:
    bad_apple()
    report = reported(raised("dataset:raw@1", contributor))
    path = report.findings.get(artifact=artifact("model:fraud@7")).path
    assert [(step["name"], step["role"]) for step in path] == [
        ("raw", ""),
        ("train", "derived"),
        ("fit", "training"),
        ("fraud", "output"),
    ]
    assert path[-1]["id"] == artifact("model:fraud@7").pk


def test_it_says_it_in_a_sentence(contributor: User) -> None:
    bad_apple()
    report = reported(raised("dataset:raw@1", contributor))
    assert report_headline(report=report) == (
        "1 model was trained on it and 1 deployment in production serves it, behind "
        "1 application with 3 owners. 1 more model used it only for testing or validation: "
        "its metrics are in doubt, its weights are not."
    )


def test_it_names_what_is_unknown(contributor: User) -> None:
    bad_apple()
    report = reported(raised("dataset:raw@1", contributor))
    untaught = report.completeness["models_without_training_data"]
    assert [one["name"] for one in untaught["shown"]] == ["churn"]
    assert [one["producer"] for one in report.completeness["sources"]["shown"]] == ["story"]
    assert report_completeness(report=report) == [
        "Complete at revision 1.",
        "1 model has no recorded training data: unknown, not clean.",
    ]


def test_it_counts_a_refused_edge_as_a_gap(contributor: User) -> None:
    recorded("dataset:a@1 > dataset:b@1 derived")
    recorded("dataset:b@1 > dataset:a@1 derived", atomic=False)
    report = reported(raised("dataset:a@1", contributor))
    assert report.completeness["conflicts"]["count"] == 1
    assert report.completeness["placeholders"]["count"] == 2
    assert "refused because of a cycle" in report_completeness(report=report)[1]


def test_it_covers_every_version_of_a_name(contributor: User) -> None:
    recorded(
        "dataset:raw@1 > model:a@1 training",
        "dataset:raw@2 > model:b@1 training",
        "dataset:raw@1 > dataset:raw@2 derived",
    )
    one = reported(raised("dataset:raw@2", contributor))
    name = reported(raised("dataset:raw@1", contributor, scope="name"))
    assert found(one) == {"model b@1": ("contaminates", 1)}
    assert found(name) == {"model a@1": ("contaminates", 1), "model b@1": ("contaminates", 1)}
    assert name.completeness["origins"]["count"] == 2


def test_it_keeps_both_ends_of_a_very_long_path(contributor: User) -> None:
    recorded(*(f"dataset:d@{step} > dataset:d@{step + 1} derived" for step in range(40)))
    report = reported(raised("dataset:d@0", contributor))
    path = report.findings.get(artifact=artifact("dataset:d@40")).path
    assert [step["version"] for step in (path[0], path[-1])] == ["0", "40"]
    assert [step["omitted"] for step in path if "omitted" in step] == [41 - 24]


def test_it_finds_nothing_below_an_end(contributor: User) -> None:
    recorded("dataset:raw@1 > model:a@1 training")
    report = reported(raised("model:a@1", contributor))
    assert found(report) == {}
    assert report_headline(report=report) == "Nothing is recorded downstream of it."


def test_it_says_the_same_of_the_same_graph(contributor: User) -> None:
    bad_apple()
    first = reported(raised("dataset:raw@1", contributor))
    second = reported(raised("dataset:raw@1", contributor))
    assert first.content_hash == second.content_hash
    assert first.fingerprint == second.fingerprint


def test_it_shows_when_a_stored_finding_was_changed(contributor: User) -> None:
    bad_apple()
    report = reported(raised("dataset:raw@1", contributor))
    assert hash_of_report(report=report) == report.content_hash
    report.findings.filter(environment="production").update(environment="staging")
    assert hash_of_report(report=report) != report.content_hash


def test_it_does_not_call_an_ended_deployment_live(contributor: User) -> None:
    ended = {"deployment": {"environment": "production", "live_until": "2020-01-01T00:00:00Z"}}
    recorded(
        "model:m@1 > deployment:old@1 deployment",
        "model:m@1 > deployment:new@1 deployment",
        artifacts=(
            record("deployment:old@1", facets=ended),
            deployed("deployment:new@1", "production"),
        ),
    )
    report = reported(raised("model:m@1", contributor))
    assert report.counts["environments"] == {"production": 1}
    assert report.counts["kinds"] == {"deployment": 2}


def test_it_computes_a_finished_report_no_second_time(contributor: User) -> None:
    bad_apple()
    report = reported(raised("dataset:raw@1", contributor))
    assert not jobs.compute_report(report_id=report.pk)
    assert Report.objects.get().state == WorkState.COMPLETE
    assert report.attempts == 1
