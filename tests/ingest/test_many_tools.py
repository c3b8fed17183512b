"""One pipeline seen by many tools, each store imported by itself, ends in one graph."""

from pathlib import Path

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.catalog.models import Artifact, Proposal
from apps.catalog.selectors import ancestors, descendants, graph_hash, identified_by
from apps.catalog.services import decide_proposals
from apps.ingest.services import import_path
from tests.ingest.shared import STORES

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not STORES.is_dir(), reason="the stores of real tools are not here"),
]

COMMIT = "84be7fec07533b3825038613fcd690fefb948a71"
MODEL_FILE = "4ec480415df7"
SOURCES: dict[str, Path] = {
    "mlmd": STORES / "mlmd" / "mlmd-api.db",
    "kubeflow": STORES / "kfp",
    "wandb": STORES / "wandb" / "offline",
    "neptune": STORES / "neptune" / "exporter",
    "huggingface": STORES / "huggingface",
    "deployments": STORES / "deployments",
}


def imported(*kinds: str) -> None:
    for kind in kinds:
        import_path(kind=kind, path=SOURCES[kind])


def tools_of(artifact: Artifact) -> set[str]:
    """The namespaces under which the artifact is known, without what follows the scheme."""
    names = [artifact, *artifact.merged.all()]
    return {one.namespace.partition("://")[0].partition("/")[0] for one in names}


def test_it_knows_one_commit_that_five_tools_name() -> None:
    imported(*SOURCES)
    [code] = identified_by(text=COMMIT).filter(kind="code")
    assert {"mlmd", "kubeflow", "neptune", "huggingface.co", "git"} <= tools_of(code)


def test_it_knows_one_image_that_four_tools_name() -> None:
    imported("mlmd", "kubeflow", "wandb", "neptune")
    [image] = identified_by(text="sha256:" + "ab" * 32).filter(kind="environment")
    assert tools_of(image) == {"mlmd", "kubeflow", "wandb", "neptune"}


def test_it_leads_from_a_manifest_to_the_data_once_a_reviewer_agrees(reviewer: User) -> None:
    imported("mlmd", "neptune", "deployments")
    [proposal] = Proposal.objects.filter(value="models:/churn/2")
    decide_proposals(ids=[proposal.pk], accept=True, note="", actor=reviewer)
    model = Artifact.objects.get(pk=Artifact.objects.get(pk=proposal.first_id).survivor_id)
    assert descendants(artifact=model, kinds=["deployment"]).total >= 1
    deployed = descendants(artifact=model, kinds=["deployment"]).artifacts[0].artifact
    behind = ancestors(artifact=deployed).counts
    assert {"dataset", "code", "environment", "run", "model"} <= behind.keys()


def test_the_order_of_the_tools_does_not_matter() -> None:
    found = set()
    for order in (
        ("mlmd", "kubeflow", "wandb", "neptune"),
        ("neptune", "wandb", "kubeflow", "mlmd"),
    ):
        with transaction.atomic():
            imported(*order)
            found.add(graph_hash())
            transaction.set_rollback(True)
    assert len(found) == 1
