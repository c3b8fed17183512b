"""Flags, reports, findings and obligations in the admin."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.catalog.services import record_batch
from apps.graph.records import ArtifactKey, EdgeRecord, LineageBatch
from apps.impact.models import Finding, Flag, Obligation
from tests.impact.story import artifact, bad_apple, key, raised, reported

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PAGES = ("flag", "report", "finding", "obligation")


@pytest.fixture
def flag(contributor: User) -> Flag:
    bad_apple()
    flag = raised("dataset:raw@1", contributor)
    reported(flag)
    return flag


def act(client: Client, page: str, action: str, note: str, *ids: int) -> str:
    """Do it, follow to the list and return what it says."""
    sent = {"action": action, "note": note, "_selected_action": [str(pk) for pk in ids]}
    response = client.post(f"/admin/impact/{page}/", sent, follow=True)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_it_shows_and_searches_every_list(
    flag: Flag, reviewer: User, client_for: SignIn, page: str
) -> None:
    client = client_for(reviewer)
    for query in ("", "?q=raw", "?q=%00", "?q=%ED%A0%80", "?p=9999"):
        response = client.get(f"/admin/impact/{page}/{query}", follow=True)
        assert response.status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_it_is_closed_to_contributors(
    flag: Flag, contributor: User, client_for: SignIn, page: str
) -> None:
    User.objects.filter(pk=contributor.pk).update(is_staff=True)
    response = client_for(contributor).get(f"/admin/impact/{page}/")
    assert response.status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_it_lets_nobody_add_edit_or_delete(
    flag: Flag, administrator: User, client_for: SignIn, page: str
) -> None:
    client = client_for(administrator)
    pk = {
        "flag": flag.pk,
        "report": flag.latest_report_id,
        "finding": Finding.objects.values_list("pk", flat=True).first(),
        "obligation": Obligation.objects.values_list("pk", flat=True).first(),
    }[page]
    assert client.get(f"/admin/impact/{page}/{pk}/change/").status_code == 200
    assert client.post(f"/admin/impact/{page}/{pk}/change/", {}).status_code == 403
    assert client.post(f"/admin/impact/{page}/{pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"/admin/impact/{page}/add/").status_code == 403


@pytest.mark.parametrize(("action", "state"), [("confirm", "confirmed"), ("dismiss", "dismissed")])
def test_it_decides_through_the_services(
    flag: Flag, reviewer: User, client_for: SignIn, action: str, state: str
) -> None:
    said = act(client_for(reviewer), "flag", action, "Checked the joins.", flag.pk)
    assert f"1 {state}." in said
    flag.refresh_from_db()
    assert (flag.state, flag.decision_note) == (state, "Checked the joins.")
    entry = AuditEntry.objects.get(action=f"flag.{state}")
    assert entry.actor_id == reviewer.pk


def test_it_wants_a_note_to_withdraw(flag: Flag, reviewer: User, client_for: SignIn) -> None:
    said = act(client_for(reviewer), "flag", "withdraw", "", flag.pk)
    assert "Say why, in a few words" in said
    flag.refresh_from_db()
    assert flag.is_live
    act(client_for(reviewer), "flag", "withdraw", "Wrong dataset.", flag.pk)
    flag.refresh_from_db()
    assert flag.state == "withdrawn"


def test_it_says_which_could_not_be_done(
    flag: Flag, contributor: User, reviewer: User, client_for: SignIn
) -> None:
    other = raised("dataset:raw@1", contributor)
    client = client_for(reviewer)
    act(client, "flag", "dismiss", "Fine.", flag.pk)
    said = act(client, "flag", "dismiss", "Fine.", flag.pk, other.pk)
    assert "is dismissed already" in said
    assert "1 dismissed." in said


def test_it_asks_for_a_report(flag: Flag, reviewer: User, client_for: SignIn) -> None:
    act(client_for(reviewer), "flag", "ask_for_report", "", flag.pk)
    assert flag.reports.filter(number=2, state="pending").exists()


def test_it_assigns_resolves_and_reopens(flag: Flag, reviewer: User, client_for: SignIn) -> None:
    obligation = flag.obligations.get(artifact=artifact("deployment:api@3"))
    client = client_for(reviewer)
    act(client, "obligation", "assign", "Paula", obligation.pk)
    act(client, "obligation", "resolve", "Rolled back.", obligation.pk)
    obligation.refresh_from_db()
    assert (obligation.assignee, obligation.state) == ("Paula", "resolved")
    act(client, "obligation", "reopen", "It failed.", obligation.pk)
    obligation.refresh_from_db()
    assert obligation.state == "open"
    done = AuditEntry.objects.filter(action__startswith="obligation.")
    assert done.count() == 3


def test_it_shows_whether_a_report_was_tampered_with(
    flag: Flag, reviewer: User, client_for: SignIn
) -> None:
    page = f"/admin/impact/report/{flag.latest_report_id}/change/"
    client = client_for(reviewer)
    assert "icon-yes.svg" in client.get(page).content.decode()
    Finding.objects.filter(owner="risk").update(owner="nobody")
    assert "icon-no.svg" in client.get(page).content.decode()


def test_it_escapes_hostile_names(reviewer: User, client_for: SignIn) -> None:
    hostile = ArtifactKey("shop", "dataset", "<script>alert(1)</script>", "1")
    edge = EdgeRecord(hostile, key("model:m@1"), "training")
    record_batch(batch=LineageBatch(edges=(edge,)))
    derived = raised("dataset:<script>alert(1)</script>@1", reviewer, detail="<img onerror=x>")
    reported(derived)
    client = client_for(reviewer)
    finding = Finding.objects.get()
    pages = [f"/admin/impact/{page}/" for page in PAGES]
    for url in (*pages, f"/admin/impact/finding/{finding.pk}/change/"):
        text = client.get(url).content.decode()
        assert "<script>alert" not in text
        assert "<img onerror" not in text
    assert "&lt;script&gt;alert" in act(client, "flag", "dismiss", "", derived.pk)


def test_it_lists_findings_in_few_queries(
    flag: Flag,
    reviewer: User,
    client_for: SignIn,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_for(reviewer)
    with django_assert_num_queries(5):
        client.get("/admin/impact/finding/")


def test_it_settles_from_a_finding(flag: Flag, reviewer: User, client_for: SignIn) -> None:
    client = client_for(reviewer)
    finding = Finding.objects.get(artifact__kind="model", artifact__name="fraud")
    assert "1 assigned." in act(client, "finding", "assign", "risk", finding.pk)
    assert "1 resolved." in act(client, "finding", "resolve", "Rolled back to v6.", finding.pk)
    obligation = Obligation.objects.get(artifact=finding.artifact)
    assert (obligation.assignee, obligation.state) == ("risk", "resolved")
    assert AuditEntry.objects.filter(action__startswith="obligation.").count() == 2


def test_it_says_when_a_finding_asks_nobody_to_act(
    flag: Flag, reviewer: User, client_for: SignIn
) -> None:
    finding = (
        Finding.objects.filter(artifact__kind="run").first()
        or Finding.objects.filter(artifact__kind="dataset")[0]
    )
    said = act(client_for(reviewer), "finding", "resolve", "Done.", finding.pk)
    assert "Nothing to settle" in said
