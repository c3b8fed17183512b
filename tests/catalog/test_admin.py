"""The governance desk: look at everything, change little, delete nothing."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.catalog.models import Artifact, Edge, Merge
from apps.catalog.selectors import current_revision
from apps.catalog.services import record_batch
from apps.graph.records import ArtifactRecord, LineageBatch
from tests.catalog.lineage import digest_of, record, state, stored

pytestmark = pytest.mark.django_db
MODELS = ("artifact", "edge", "identifier", "aliasstatement", "merge", "conflict", "revision")


@pytest.fixture
def desk(reviewer: User) -> Client:
    client = Client()
    client.force_login(reviewer)
    return client


@pytest.mark.parametrize("model", MODELS)
def test_it_lists_each_model_and_offers_no_adding_or_deleting(desk: Client, model: str) -> None:
    record("a > b > c", atomic=False)
    record("c > a", atomic=False)
    assert desk.get(reverse(f"admin:catalog_{model}_changelist")).status_code == 200
    assert desk.get(reverse(f"admin:catalog_{model}_add")).status_code == 403
    assert desk.get(f"/admin/catalog/{model}/1/delete/").status_code in {403, 404}


def test_it_removes_content_with_a_reason_and_an_audit_entry(desk: Client) -> None:
    secret = ArtifactRecord(
        namespace="shop", kind="dataset", name="pii", description="names", digest="sha256:aa"
    )
    record_batch(batch=LineageBatch(producer="test", artifacts=(secret,)))
    chosen = {"action": "tombstone", "_selected_action": [stored("pii").pk]}
    url = reverse("admin:catalog_artifact_changelist")
    asked = desk.post(url, chosen)
    assert b"This stays in the record" in asked.content
    desk.post(url, {**chosen, "reason": "Erasure request 12"})
    artifact = Artifact.objects.get()
    assert (artifact.is_tombstone, artifact.description, artifact.digest) == (
        True,
        "",
        "sha256:aa",
    )
    assert AuditEntry.objects.get().action == "artifact.tombstoned"
    record_batch(batch=LineageBatch(producer="test", artifacts=(secret,)))
    artifact.refresh_from_db()
    assert artifact.description == ""


def test_it_retracts_edges_with_a_reason(desk: Client) -> None:
    record("a > b")
    url = reverse("admin:catalog_edge_changelist")
    chosen = {"action": "retract", "_selected_action": [Edge.objects.get().pk]}
    desk.post(url, {**chosen, "reason": "Wrong join"})
    edge = Edge.objects.get()
    assert edge.retracted_in_id == 2
    assert edge.retract_reason == "Wrong join"
    assert AuditEntry.objects.get().details["reason"] == "Wrong join"


def test_it_splits_what_was_merged_with_a_reason(desk: Client) -> None:
    for name in "ab":
        state(name, content="rows")
    url = reverse("admin:catalog_merge_changelist")
    chosen = {"action": "split", "_selected_action": [Merge.objects.get().pk]}
    assert digest_of("rows").encode() in desk.get(url).content
    assert b"Split these again?" in desk.post(url, chosen).content
    assert b"Merges undone: 1." in desk.post(url, {**chosen, "reason": "No."}, follow=True).content
    assert Artifact.objects.survivors().count() == 2
    assert AuditEntry.objects.filter(action="artifact.split").get().details["reason"] == "No."


@pytest.mark.parametrize(
    ("model", "action"), [(Artifact, "tombstone"), (Edge, "retract"), (Merge, "split")]
)
def test_it_changes_nothing_without_a_reason(
    desk: Client, model: type[Artifact | Edge | Merge], action: str
) -> None:
    for name in "ab":
        state(name, f"{name} > c", content="rows")
    before = current_revision()
    ids = list(model._default_manager.values_list("pk", flat=True))
    url = reverse(f"admin:catalog_{model._meta.model_name}_changelist")
    chosen = {"action": action, "_selected_action": ids, "reason": "  "}
    assert b"Nothing was changed. Say why" in desk.post(url, chosen, follow=True).content
    assert current_revision() == before


def test_it_lets_nobody_in_who_is_not_staff(viewer: User) -> None:
    client = Client()
    url = reverse("admin:catalog_artifact_changelist")
    assert client.get(url).status_code == 302
    client.force_login(viewer)
    assert client.get(url).status_code == 302


def test_it_shows_hostile_names_as_text(desk: Client) -> None:
    hostile = ArtifactRecord(namespace="shop", kind="dataset", name="<script>alert(1)</script>")
    record_batch(batch=LineageBatch(producer="test", artifacts=(hostile,)))
    page = desk.get(reverse("admin:catalog_artifact_changelist")).content
    assert b"<script>alert(1)" not in page
    assert b"&lt;script&gt;alert(1)" in page


def test_it_writes_times_with_their_zone(desk: Client) -> None:
    record("a > b")
    page = desk.get(reverse("admin:catalog_revision_changelist")).content.decode()
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", page)
