"""Lineage that arrives under a flag later gives it a new report; other lineage does not."""

from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from apps.accounts.models import User
from apps.catalog.services import describe_artifact, merge_artifacts
from apps.impact.filters import FindingFilter
from apps.impact.jobs import refresh_standing_flags
from apps.impact.models import Flag, Report
from apps.impact.selectors import previous_report, report_diff, report_rows
from apps.impact.services import dismiss_flag, resolve_obligation
from tests.impact.story import (
    artifact,
    bad_apple,
    deployed,
    raised,
    record,
    recorded,
    reported,
    retracted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def flag(contributor: User) -> Flag:
    bad_apple()
    flag = raised("dataset:raw@1", contributor)
    reported(flag)
    return flag


def refreshed(flag: Flag) -> Report | None:
    """The new report that the standing check opens, worked out; None if it opens none."""
    opened = refresh_standing_flags()
    assert refresh_standing_flags() == []
    return reported(flag) if opened else None


def test_it_stays_quiet_while_nothing_changes(flag: Flag) -> None:
    assert refreshed(flag) is None


def test_it_ignores_lineage_elsewhere(flag: Flag) -> None:
    revision = recorded("dataset:other@1 > model:else@1 training").revision
    assert refreshed(flag) is None
    flag.refresh_from_db()
    assert flag.checked_revision == revision


def test_it_finds_what_arrives_below(flag: Flag) -> None:
    recorded(
        "model:fraud@7 > deployment:edge@1 deployment",
        artifacts=(deployed("deployment:edge@1", "production"),),
    )
    report = refreshed(flag)
    assert report is not None
    assert report.changes == {"added": 1, "gone": 0, "changed": 0}
    rows: list[Any] = list(report_rows(report=report))
    assert [one.artifact.name for one in rows if one.is_new] == ["edge"]
    narrowed = FindingFilter(QueryDict("new=true"), queryset=report_rows(report=report))
    assert [one.artifact.name for one in narrowed.qs] == ["edge"]
    assert flag.obligations.get(artifact=artifact("deployment:edge@1")).state == "open"


def test_it_finds_what_arrives_two_steps_below_in_two_batches(flag: Flag) -> None:
    recorded("dataset:train@1 > dataset:later@1 derived")
    recorded("dataset:later@1 > model:late@1 training")
    report = refreshed(flag)
    assert report is not None
    assert report.changes["added"] == 2


def test_it_opens_no_report_for_an_edge_that_changes_nothing(flag: Flag) -> None:
    recorded("dataset:train@1 > model:fraud@7 testing")
    recorded("dataset:raw@1 > model:fraud@7 validation")
    assert refreshed(flag) is None


def test_it_takes_back_what_a_retracted_edge_had_reached(flag: Flag) -> None:
    retracted("model:fraud@7 > deployment:api@3 deployment")
    report = refreshed(flag)
    assert report is not None
    assert report.changes == {"added": 0, "gone": 2, "changed": 0}
    dropped = flag.obligations.get(artifact=artifact("deployment:api@3"))
    assert (dropped.state, dropped.note) == ("dismissed", "No longer affected as of report 2.")
    recorded("model:fraud@7 > deployment:api@3 deployment")
    assert refreshed(flag) is not None
    dropped.refresh_from_db()
    assert dropped.state == "open"


def test_it_reopens_what_was_settled_for_less(flag: Flag, reviewer: User) -> None:
    churn = flag.obligations.get(artifact=artifact("model:churn@2"))
    fraud = flag.obligations.get(artifact=artifact("model:fraud@7"))
    for obligation in (churn, fraud):
        resolve_obligation(obligation=obligation, note="Looked at it.", actor=reviewer)
    recorded("dataset:raw@1 > model:churn@2 training")
    report = refreshed(flag)
    assert report is not None
    assert report.changes == {"added": 0, "gone": 0, "changed": 2}
    for obligation in (churn, fraud):
        obligation.refresh_from_db()
    assert (churn.state, churn.consequence) == ("open", "contaminates")
    assert fraud.state == "resolved"


def test_it_diffs_two_reports(flag: Flag) -> None:
    retracted("deployment:api@3 > application:checkout serving")
    recorded("dataset:raw@1 > model:churn@2 training", "model:fraud@7 > model:small@1 pruning")
    newer = refreshed(flag)
    assert newer is not None
    older = previous_report(report=newer)
    assert older is not None
    diff = report_diff(newer=newer, older=older)
    assert [one.artifact.name for one in diff.added] == ["small"]
    assert [one.artifact.name for one in diff.gone] == ["checkout"]
    assert [one.newer.artifact.name for one in diff.changed] == ["churn", "batch"]
    assert all(one.is_worse for one in diff.changed)
    assert report_diff(newer=newer, older=newer).is_empty


def test_it_notices_a_new_owner(flag: Flag, contributor: User) -> None:
    describe_artifact(artifact=artifact("model:churn@2"), owner="growth", actor=contributor)
    report = refreshed(flag)
    assert report is not None
    assert report.findings.get(artifact=artifact("model:churn@2")).owner == "growth"


def test_it_notices_a_move_to_production(flag: Flag) -> None:
    moved = deployed("deployment:batch@1", "production", stated_at=timezone.now())
    recorded(artifacts=(moved,))
    report = refreshed(flag)
    assert report is not None
    assert report.counts["environments"] == {"production": 2}


def test_it_notices_a_refused_edge_below(flag: Flag) -> None:
    recorded("model:fraud@7 > dataset:raw@1 derived", atomic=False)
    report = refreshed(flag)
    assert report is not None
    assert report.completeness["conflicts"]["count"] == 1


def test_it_covers_later_versions_of_a_flagged_name(contributor: User) -> None:
    bad_apple()
    flag = raised("dataset:raw@1", contributor, scope="name")
    reported(flag)
    recorded("dataset:raw@2 > model:next@1 training")
    report = refreshed(flag)
    assert report is not None
    assert report.completeness["origins"]["count"] == 2
    assert report.changes["added"] == 1


CONTENT = "sha256:" + "9f86d081" * 8


def test_it_follows_the_bad_content_under_another_name(flag: Flag) -> None:
    recorded(
        "dataset:copy@1 > model:next@1 training",
        artifacts=(record("dataset:copy@1", digest=CONTENT),),
    )
    assert refreshed(flag) is None
    recorded(artifacts=(record("dataset:raw@1", digest=CONTENT),))
    report = refreshed(flag)
    assert report is not None
    assert report.changes["added"] == 1
    assert report.findings.filter(artifact=artifact("model:next@1")).exists()


def test_it_follows_a_flagged_artifact_that_is_merged_into_another(
    contributor: User, reviewer: User
) -> None:
    recorded("dataset:lake@1 > model:next@1 training")
    recorded(artifacts=(record("dataset:raw@1"),))
    flag = raised("dataset:raw@1", contributor)
    assert reported(flag).findings.count() == 0
    merge_artifacts(
        artifact=artifact("dataset:raw@1"),
        survivor=artifact("dataset:lake@1"),
        reason="The same table.",
        actor=reviewer,
    )
    report = refreshed(flag)
    assert report is not None
    assert report.findings.filter(artifact=artifact("model:next@1")).exists()


def test_it_leaves_a_dismissed_flag_alone(flag: Flag, reviewer: User) -> None:
    dismiss_flag(flag=flag, reason="The labels are right.", actor=reviewer)
    recorded("dataset:raw@1 > model:next@1 training")
    assert refreshed(flag) is None
