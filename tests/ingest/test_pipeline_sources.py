"""ML Metadata and Kubeflow as sources: the second import takes in what changed and what is gone."""

from pathlib import Path

import pytest
from django.test import override_settings

from apps.accounts.models import User
from apps.catalog.models import Artifact
from apps.ingest.models import ImportRun
from apps.ingest.services import SourceSettings, add_source, import_source
from tests.ingest.kubeflow_answers import LATER, RUN, run, steps
from tests.ingest.kubeflow_server import Kubeflow, serving
from tests.ingest.mlmd_stores import changed

pytestmark = pytest.mark.django_db


def gone() -> set[str]:
    found = Artifact.objects.filter(facets__deleted_at_source__deleted=True)
    return {f"{one.name}@{one.version}" for one in found}


def told(one: ImportRun) -> tuple[str, str, dict[str, int]]:
    return one.state, one.error, one.refused


def test_it_follows_a_kubeflow_server(administrator: User) -> None:
    runs = [run(**steps()), run(LATER, minute=8, state="RUNNING")]
    with (
        serving(Kubeflow(runs=runs)) as kubeflow,
        override_settings(SOURCE_NETWORKS=["127.0.0.0/8"]),
    ):
        settings = SourceSettings(where=kubeflow.url)
        source = add_source(name="kfp", kind="kubeflow", settings=settings, actor=administrator)
        assert told(import_source(source=source)) == ("complete", "", {})
        kubeflow.runs = [run(LATER, minute=8)]
        kubeflow.asked.clear()
        source.refresh_from_db()
        assert told(import_source(source=source)) == ("complete", "", {})
    assert [one for one in kubeflow.asked if "/runs/" in one] == [f"/apis/v2beta1/runs/{LATER}"]
    assert gone() == {f"jam@{RUN}"}
    assert Artifact.objects.get(version=LATER).facets["run"]["state"] == "completed"


def test_it_follows_a_store_of_ml_metadata(administrator: User, tmp_path: Path) -> None:
    path = changed(tmp_path)
    with override_settings(SOURCE_ROOTS=[str(tmp_path)]):
        settings = SourceSettings(where=str(path))
        source = add_source(name="tfx", kind="mlmd", settings=settings, actor=administrator)
        assert told(import_source(source=source)) == ("complete", "", {})
        changed(
            tmp_path,
            "delete from Execution where id = 17",
            # Used now, so that it is no longer a unit of its own; it is not gone.
            "insert into Event values (999, 11, 16, 3, 0)",
            "update Execution set last_update_time_since_epoch = 1900000000000 where id = 16",
        )
        source.refresh_from_db()
        assert import_source(source=source).state == "complete"
    assert len(gone()) == 1
    assert next(iter(gone())).endswith("#17")
