"""Model cards and deployment records as pages and as Markdown."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.catalog.models import Artifact
from apps.catalog.services import record_batch
from apps.graph.records import ArtifactRecord, LineageBatch
from tests.catalog.lineage import record, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(viewer: User, client_for: Callable[[User], Client]) -> Client:
    return client_for(viewer)


def test_it_shows_the_card_with_its_proofs(reader: Client) -> None:
    record("train@1 > run:fit@1 [training]", "run:fit@1 > model:fraud@7 [output]")
    page = reader.get(reverse("web:model_card", args=[stored("model:fraud@7").pk]))
    assert page.status_code == 200
    assert reverse("web:artifact", args=[stored("train@1").pk]) in page.content.decode()


def test_it_downloads_markdown_under_a_safe_name(reader: Client) -> None:
    name = 'fr/au"d\u202e'
    told = ArtifactRecord(namespace="n", kind="model", name=name, version="7")
    record_batch(batch=LineageBatch(producer="test", artifacts=(told,)))
    answer = reader.get(reverse("web:model_card_md", args=[Artifact.objects.get().pk]))
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer.content.startswith(b"---\n")


@pytest.mark.parametrize("name", ["model_card", "model_card_md", "deployment_record"])
def test_it_has_no_card_for_another_kind_or_an_unknown_id(reader: Client, name: str) -> None:
    record("a > b")
    assert reader.get(reverse(f"web:{name}", args=[stored("a").pk])).status_code == 404
    assert reader.get(reverse(f"web:{name}", args=[10**17])).status_code == 404


def test_it_lists_models_and_finds_them(reader: Client) -> None:
    record("model:fraud@7 > deployment:api@1 [deployment]", "model:churn@1 > deployment:c@1")
    everything = reader.get(reverse("web:models")).content.decode()
    assert "fraud" in everything
    assert "churn" in everything
    found = reader.get(reverse("web:models"), {"q": "fraud"}).content.decode()
    assert "churn" not in found
    assert b"No model matches" in reader.get(reverse("web:models"), {"q": "nothing"}).content


def test_it_says_what_to_do_when_there_is_no_model(reader: Client) -> None:
    assert b"No model is recorded" in reader.get(reverse("web:models")).content


def test_it_shows_the_deployment_record(reader: Client) -> None:
    record("model:fraud@7 > deployment:api@1 [deployment]")
    deployed = stored("deployment:api@1")
    page = reader.get(reverse("web:deployment_record", args=[deployed.pk])).content.decode()
    assert "What it serves" in page
    assert "unknown, not none" in page
    markdown = reader.get(reverse("web:deployment_record_md", args=[deployed.pk]))
    assert markdown.content.startswith(b"# api 1")


def test_it_escapes_hostile_text(reader: Client) -> None:
    told = ArtifactRecord(
        namespace="n",
        kind="model",
        name="<img src=x onerror=alert(1)>",
        description="<script>alert(1)</script>",
        facets={"model": {"license": "<b>bold</b>"}},
    )
    record_batch(batch=LineageBatch(producer="test", artifacts=(told,)))
    page = reader.get(reverse("web:model_card", args=[Artifact.objects.get().pk])).content
    assert b"<img src=x" not in page
    assert b"<script>alert" not in page
    assert b"<b>bold" not in page


def test_it_pins_the_queries_of_the_page(
    reader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    record(*(f"d{i} > run:fit [training]" for i in range(20)), "run:fit > model:m [output]")
    address = reverse("web:model_card", args=[stored("model:m").pk])
    with django_assert_max_num_queries(20):
        reader.get(address)
