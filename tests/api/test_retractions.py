"""Taking back edges: one's own freely, another's only as a reviewer."""

from typing import Any

import pytest

from apps.accounts.models import User
from apps.catalog.models import Edge
from tests.api.conftest import Script
from tests.catalog.lineage import record

pytestmark = pytest.mark.django_db


def taken_back(producer: str = "") -> dict[str, Any]:
    ends = [{"namespace": "shop", "kind": "dataset", "name": name} for name in ("a", "b")]
    edge = {"upstream": ends[0], "downstream": ends[1], "role": "derived"}
    return {"producer": producer, "retractions": [edge]}


def test_it_takes_back_the_senders_own_edge(script: Script, contributor: User) -> None:
    record("a > b", producer=contributor.username)
    answer = script(contributor).post("/api/v1/batches", taken_back(), format="json")
    assert answer.json()["edges_retracted"] == 1


def test_it_does_not_take_back_anothers_on_a_contributors_word(
    script: Script, contributor: User
) -> None:
    record("a > b", producer="airflow")
    answer = script(contributor).post("/api/v1/batches", taken_back("airflow"), format="json")
    assert answer.status_code == 403
    assert "reviewer" in answer.json()["message"]
    assert Edge.objects.get().retracted_in_id is None


def test_it_takes_back_anothers_for_a_reviewer(script: Script, reviewer: User) -> None:
    record("a > b", producer="airflow")
    answer = script(reviewer).post("/api/v1/batches", taken_back("airflow"), format="json")
    assert answer.json()["edges_retracted"] == 1
